import Basics
import IncidentStore
import OnCallModel

extension API {
    static let incidents: [Route] = [
        Route(
            method: .get, path: "/api/incidents", summary: "Incidents, the most urgent first",
            query: [
                .limit(50),
                .init(name: "state", schema: .choice(of: IncidentState.self), meaning: "Only incidents in this state."),
                .init(name: "type", schema: .choice(of: DetectionType.self), meaning: "Only incidents of this class."),
            ],
            answer: .list(.incident),
            handler: .read { store, request in
                let (limit, state, type) = try (
                    request.limit(50), request.choice("state") as IncidentState?,
                    request.choice("type") as DetectionType?
                )
                let all = try store.incidents(limit: state == nil && type == nil ? limit : 100_000)
                let chosen = all.filter { (state ?? $0.state) == $0.state && (type ?? $0.type) == $0.type }
                return .array(chosen.prefix(limit).map(\.json))
            }),
        Route(
            method: .get, path: "/api/incidents/{id}", summary: "All data of an incident", answer: .incidentDetail,
            others: [404: "The incident does not exist."],
            handler: .read { store, request in
                let id = try request.id()
                guard let detail = try store.incident(id), let forensics = try store.forensics(ofIncident: id) else {
                    throw APIRefusal.notFound("Incident \(id) does not exist.")
                }
                return detail.wholeJSON(forensics)
            }),
    ]

    static let loops: [Route] = [
        Route(
            method: .get, path: "/api/loops/active", summary: "The traces that loop now", answer: .list(.loop),
            handler: .read { store, _ in .array(try store.activeLoops().map(\.json)) }),
        Route(
            method: .get, path: "/api/loops/history", summary: "All looping traces, the latest first",
            query: [.limit(50)], answer: .list(.loop),
            handler: .read { store, request in .array(try store.loops(limit: request.limit(50)).map(\.json)) }),
        Route(
            method: .get, path: "/api/loops/{trace}/fingerprint", summary: "What repeats in a looping trace",
            answer: .object(
                .of([
                    "trace": .string, "fingerprint": .string, "repeated_step": .string, "repetitions": .integer,
                    "generations": .integer, "cost": .number, "cost_per_minute": .number, "is_repetitive": .boolean,
                    "is_slow": .boolean,
                ])), others: [404: "No loop is known for the trace."],
            handler: .read { store, request in
                guard let loop = try store.loop(trace: request.text("trace"))?.loop else {
                    throw APIRefusal.notFound("No loop is known for this trace.")
                }
                return [
                    "trace": .string(loop.traceID),
                    "fingerprint": .string(Fingerprint(DetectionType.agentLoop.rawValue, loop.traceID).text),
                    "repeated_step": .string(loop.repeatedStep), "repetitions": JSONValue(loop.repetitions),
                    "generations": JSONValue(loop.generations), "cost": .number(loop.cost),
                    "cost_per_minute": .number(loop.costPerMinute), "is_repetitive": .bool(loop.isRepetitive),
                    "is_slow": .bool(loop.isSlow),
                ]
            }),
    ]

    static let forensics: [Route] = [
        Route(
            method: .get, path: "/api/forensics/incident/{id}", summary: "The causal graph, traces and timeline",
            answer: .object(
                .of([
                    "graph": .any("nodes and edges"), "traces": .list(.any("A trace with its steps.")),
                    "timeline": .list(.timelineEntry),
                ])), others: [404: "The incident does not exist."],
            handler: .read { store, request in
                let id = try request.id()
                guard let forensics = try store.forensics(ofIncident: id) else {
                    throw APIRefusal.notFound("Incident \(id) does not exist.")
                }
                return [
                    "graph": forensics.graph.json, "traces": .array(forensics.traces.map(\.json)),
                    "timeline": .array(forensics.timeline.map(\.json)),
                ]
            }),
        Route(
            method: .get, path: "/api/forensics/trace/{id}", summary: "A trace as it was last read",
            answer: .any("A trace with its steps."), others: [404: "The trace was never read."],
            handler: .read { store, request in
                guard let tree = try store.trace(request.text("id")) else {
                    throw APIRefusal.notFound(
                        "This trace was never read. `sentinel incidents trace TRACE` reads it from its source.")
                }
                return tree.json
            }),
    ]
}
