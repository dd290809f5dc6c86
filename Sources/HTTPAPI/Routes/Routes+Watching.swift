import Basics
import IncidentStore
import OnCallModel
import WebServer

extension API {
    /// For monitoring, on this machine without a token.
    static let watching: [Route] = [
        Route(
            method: .get, path: "/health", summary: "Whether the server answers", access: .open,
            answer: .object(.of(["status": .choice(["ok"])])),
            handler: .respond { _, _ in .json(#"{"status":"ok"}"#) }),
        Route(
            method: .get, path: "/healthz", summary: "Whether the agent works", access: .open, answer: verdict,
            others: [503: "The agent does not work; `reasons` says why."],
            handler: .respond { api, _ in await api.healthz() }),
        Route(
            method: .get, path: "/metrics", summary: "Figures in Prometheus' text format", access: .local,
            contentType: Metrics.contentType,
            handler: .respond { api, _ in
                let left = await api.callsLeft()
                let now = api.clock.now()
                let text = try await api.reader.read(
                    StoreQuery<String> { try Metrics.text(of: $0.figures(), callsLeft: left, at: now) })
                return WebResponse(
                    status: 200, headers: [.init("Content-Type", Metrics.contentType)], body: Array(text.utf8))
            }),
        Route(
            method: .get, path: "/api/health", summary: "The agent, the sources and the detectors",
            answer: .object(
                .of([
                    "status": .choice(["ok", "partial"]), "agent": agent, "sources": .map(.source),
                    "detectors": .map(.detector),
                ])),
            handler: .read { store, _ in try health(store) }),
        Route(
            method: .get, path: "/api/openapi.json", summary: "This document", access: .open,
            answer: .any("An OpenAPI 3.1 document."),
            handler: .respond { _, _ in .json(OpenAPI.document.serialized) }),
    ]

    private static let verdict = Schema.object(
        .of(["status": .choice(["ok", "failing"]), "reasons": .list(.string), "last_run_at": .nullable(.instant)]))

    private static let agent = Schema.object(
        .of([
            "holder": .nullable(.string), "activity": .string, "last_scan_at": .nullable(.instant),
            "next_scan_at": .nullable(.instant), "is_frozen": .boolean,
        ]))

    private static func health(_ store: StoreSnapshot) throws -> JSONValue {
        let (agent, sources) = (try store.agentStatus(), try store.sources())
        return [
            "status": agent.lastCyclePartial ? "partial" : "ok",
            "agent": [
                "holder": JSONValue(agent.holder), "activity": .string(agent.activity),
                "last_scan_at": JSONValue(agent.lastCycleAt), "next_scan_at": JSONValue(agent.nextCycleAt),
                "is_frozen": .bool(agent.isFrozen),
            ],
            "sources": .object(sources.map { JSONValue.Member($0.name, $0.json) }),
            "detectors": .object(try store.detectors().map { JSONValue.Member($0.type.rawValue, $0.json) }),
        ]
    }

    /// The agent is late when no scan has succeeded for three intervals, and at least 15 minutes.
    private func healthz() async -> WebResponse {
        var reasons: [String] = []
        var lastRun: Instant?
        do {
            let (jobs, minutes) = try await reader.read(
                StoreQuery<Schedule> { store in
                    let interval = try store.settings().first { $0.key == "on_call_minutes" }?.value
                    return Schedule(jobs: try store.jobs(), minutes: interval.flatMap(Double.init))
                }
            ).pair
            lastRun = jobs.first { $0.name == "oncall_brain" }?.lastRunAt
            let interval = Span.minutes(minutes ?? Settings().onCallMinutes)
            let limit = max(.milliseconds(3 * interval.milliseconds), Span.minutes(15))
            let since = max(lastRun ?? startedAt, startedAt)
            if clock.now() - since > limit {
                let last = lastRun.map { "The last successful scan began at \($0.iso8601Seconds)" }
                reasons.append(
                    (last ?? "No scan has succeeded") + "; one is due every \(Format.duration(interval)).")
            }
        } catch {
            reasons.append("The store cannot be read: \(redaction.apply(to: "\(error)"))")
        }
        let body: JSONValue = [
            "status": reasons.isEmpty ? "ok" : "failing", "reasons": .array(reasons.map(JSONValue.string)),
            "last_run_at": JSONValue(lastRun),
        ]
        return .json(body.serialized, status: reasons.isEmpty ? 200 : 503)
    }

    private struct Schedule: Hashable, Sendable {
        var jobs: [JobRecord]
        var minutes: Double?
        var pair: ([JobRecord], Double?) { (jobs, minutes) }
    }
}
