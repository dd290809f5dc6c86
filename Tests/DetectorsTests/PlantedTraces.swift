import Basics
import Detectors
import OnCallModel

/// Planted traces, and the rows that the sampler's statements would have over them.
struct PlantedTraces {
    var traces: [Trace] = []

    struct Trace {
        var id: String
        var at: Instant
        var steps = 2
        var errors = 0
        var warnings = 0
        var cost = 0.01
        var names = ["plan", "answer"]
        /// When the mirror wrote it last.
        var changed: Instant?
    }

    /// Runs a cycle of the sampler; every statement asked for is kept.
    func run(
        _ memory: SamplerMemory = SamplerMemory(), now: Instant, _ change: (inout Settings) -> Void = { _ in }
    ) -> (outcome: SamplerOutcome, queries: [DetectorQuery]) {
        var settings = Settings()
        change(&settings)
        var sampler = TraceSampler(memory: memory, settings: settings, now: now)
        var step = sampler.start()
        var queries: [DetectorQuery] = []
        while true {
            switch step {
            case .done(let outcome): return (outcome, queries)
            case .query(let query):
                queries.append(query)
                step = sampler.receive(rows(for: query))
            }
        }
    }

    private func rows(for query: DetectorQuery) -> RowSet {
        let moments = query.parameters.compactMap(\.instant)
        let (from, to) = (moments[moments.count - 2], moments[moments.count - 1])
        let day = traces.filter { $0.at >= from && $0.at <= to }
        if query.sql.contains("COUNT(*) AS traces") {
            let cost = day.map(\.cost).reduce(0, +)
            let changed = traces.map { $0.changed ?? $0.at }.max()
            return RowSet(
                columns: ["traces", "cost", "changed_at"],
                rows: [[Value(day.count), Value(cost), changed.map { Value($0) } ?? .null]])
        }
        if query.sql.contains("GROUP BY step_names") {
            let rows = day.map { trace -> [Value] in [Self.list(trace.names), Value(trace.at), Value(trace.at)] }
            return RowSet(columns: ["step_names", "first_seen", "last_seen"], rows: rows)
        }
        if query.sql.contains("trace_id IN (") {
            let ids = Set(query.parameters.compactMap(\.text))
            return rowSet(day.filter { ids.contains($0.id) })
        }
        let isByChange = query.sql.contains("(changed_at, trace_id)")
        func key(_ trace: Trace) -> (Instant, String) { (isByChange ? trace.changed ?? trace.at : trace.at, trace.id) }
        let start = (moments[0], query.parameters[1].text ?? "")
        return rowSet(Array(day.filter { key($0) > start }.sorted { key($0) < key($1) }.prefix(5_000)))
    }

    private func rowSet(_ traces: [Trace]) -> RowSet {
        RowSet(
            columns: [
                "trace_id", "first_at", "last_at", "steps", "errors", "warnings", "cost", "step_names", "changed_at",
            ],
            rows: traces.map {
                [
                    .text($0.id), Value($0.at), Value($0.at), Value($0.steps), Value($0.errors), Value($0.warnings),
                    .real($0.cost), Self.list($0.names), Value($0.changed ?? $0.at),
                ]
            })
    }

    private static func list(_ names: [String]) -> Value {
        .text(JSONValue.array(names.map(JSONValue.string)).serialized)
    }
}

extension SamplerMemory {
    /// The memory after a cycle, as the store keeps it.
    func after(_ outcome: SamplerOutcome) -> SamplerMemory {
        var memory = self
        memory.readUntil = outcome.readUntil
        memory.rules = outcome.rules
        if outcome.startsAnew { (memory.kept, memory.keptAsFailed) = ([], []) }
        memory.kept.formUnion(outcome.kept.map(\.id))
        memory.kept.subtract(outcome.dropped)
        memory.keptAsFailed.formUnion(outcome.kept.filter { $0.reasons.contains(.schemaFailed) }.map(\.id))
        for (key, pattern) in outcome.patterns { memory.patterns[key] = pattern.sighting }
        return memory
    }
}
