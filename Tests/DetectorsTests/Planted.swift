import Basics
import Detectors
import OnCallModel

/// Planted observations, and the rows that the detectors' statements would have over them.
struct Planted {
    var steps: [Step] = []
    /// Hourly rollup rows: hour, name, model, observations, cost, tokens.
    var hours: [HourRow] = []
    /// How many steps earlier runs of a name took.
    var runs: [String: [Int]] = [:]

    struct Step {
        var trace: String
        var at: Instant
        var name: String
        var type = "GENERATION"
        var traceName: String?
        var release: String?
        var model = "gpt-4"
        var inputTokens: Int? = 800
        var outputTokens: Int? = 200
        var cost = 0.036
        var level = "DEFAULT"
        var input: String?
        var output: String?

        var hasSoundCost: Bool { cost >= 0 && cost < 100_000 }
    }

    struct HourRow {
        var hour: Instant
        var cost: Value
        var observations = 100
        var name = "support-bot"
        var model = "gpt-4o-mini"
        var tokens = 15_000
    }

    /// Runs a detector to its report; every statement asked for is kept.
    func run(_ detector: some DetectorMachine, _ context: DetectorContext) -> (
        report: DetectorReport, queries: [DetectorQuery]
    ) {
        var detector = detector
        var queries: [DetectorQuery] = []
        var step = detector.start(context)
        while true {
            switch step {
            case .report(let report): return (report, queries)
            case .query(let query):
                queries.append(query)
                step = detector.receive(rows(for: query, now: context.now))
            }
        }
    }

    func rows(for query: DetectorQuery, now: Instant) -> RowSet {
        if query.sql.contains("HAVING") { return candidates(query, now: now) }
        if query.sql.contains("AS length") { return slow(query, now: now) }
        if query.sql.contains("AS runs") { return lengths(query) }
        if query.sql.contains("ROW_NUMBER") { return stepRows(query) }
        if query.sql.contains("input, output") { return bodies(query) }
        if query.sql.contains("AS recent,") { return parts(query) }
        if query.sql.contains("AS minute") { return RowSet(columns: ["minute", "cost"]) }
        return RowSet(
            columns: ["hour", "cost", "observations", "generations"],
            rows: hours.map { [Value($0.hour), $0.cost, Value($0.observations), Value($0.observations)] })
    }

    private func parts(_ query: DetectorQuery) -> RowSet {
        let moments = query.parameters.compactMap(\.instant)
        let rows: [[Value]] = hours.compactMap { row in
            let isSpike = row.hour >= moments[0] && row.hour <= moments[1]
            guard isSpike || moments.dropFirst(4).contains(row.hour), (row.cost.real ?? 0) > 0 else { return nil }
            return [
                Value(isSpike), .text(row.name), .text(row.model), Value(row.observations), row.cost, Value(row.tokens),
                0,
            ]
        }
        return RowSet(
            columns: ["recent", "name", "model", "observations", "cost", "input_tokens", "output_tokens"], rows: rows)
    }

    private func candidates(_ query: DetectorQuery, now: Instant) -> RowSet {
        let window = steps.filter { $0.at >= now - .hours(2) && $0.at <= now && $0.type != "EVENT" }
        let threshold = query.parameters.last?.integer ?? 0
        let rows: [[Value]] = Dictionary(grouping: window, by: \.trace).sorted { $0.key < $1.key }.compactMap {
            trace, steps in
            guard steps.count > threshold, let first = steps.map(\.at).min(), let last = steps.map(\.at).max() else {
                return nil
            }
            let recent = steps.filter { $0.at >= now - .minutes(30) }
            return [
                .text(trace), Value(steps.count), Value(steps.count { $0.type == "GENERATION" }), Value(first),
                Value(last), Value(Self.cost(of: steps)), Value(Self.cost(of: recent)),
                Value(steps.count { !$0.hasSoundCost }), nil, Value(self.steps.count { $0.trace == trace }),
                Value(steps[0].traceName),
            ]
        }
        return RowSet(columns: Self.traceColumns, rows: rows)
    }

    private static let traceColumns = [
        "trace_id", "steps", "generations", "first_seen", "last_seen", "cost", "recent_cost", "rejected_costs",
        "first_at", "length", "name",
    ]

    /// Traces with all of their steps.
    private func slow(_ query: DetectorQuery, now: Instant) -> RowSet {
        let moments = query.parameters.compactMap(\.instant)
        let threshold = query.parameters[2].integer ?? 0
        let rows: [[Value]] = Dictionary(grouping: steps, by: \.trace).sorted { $0.key < $1.key }.compactMap {
            trace, all in
            let steps = all.filter { $0.at <= now && $0.type != "EVENT" }
            guard steps.count > threshold, let first = steps.map(\.at).min(), let last = steps.map(\.at).max(),
                last >= moments[0], first <= moments[2]
            else { return nil }
            return [
                .text(trace), Value(steps.count), Value(steps.count { $0.type == "GENERATION" }), Value(first),
                Value(last), Value(Self.cost(of: steps)), 0, 0, Value(first), Value(steps.count),
                Value(steps[0].traceName),
            ]
        }
        return RowSet(columns: Self.traceColumns, rows: rows)
    }

    private func lengths(_ query: DetectorQuery) -> RowSet {
        let counts = Dictionary(grouping: runs[query.parameters[0].text ?? ""] ?? []) { $0 }.mapValues(\.count)
        return RowSet(columns: ["steps", "runs"], rows: counts.map { [Value($0.key), Value($0.value)] })
    }

    /// What the two times at the end of a statement enclose.
    private func isWithin(_ query: DetectorQuery, _ step: Step) -> Bool {
        let moments = query.parameters.suffix(2).compactMap(\.instant)
        return step.at >= moments[0] && step.at < moments[1] && step.type != "EVENT"
    }

    private static func cost(of steps: [Step]) -> Double {
        steps.filter(\.hasSoundCost).reduce(0) { $0 + $1.cost }
    }

    private func stepRows(_ query: DetectorQuery) -> RowSet {
        let traces = Set(query.parameters.compactMap(\.text))
        let rows: [[Value]] = steps.enumerated().filter {
            traces.contains($1.trace) && isWithin(query, $1)
        }.map { index, step in
            [
                .text(step.trace), .text("o\(index)"), .text("root"), .text(step.type), .text(step.name),
                Value(step.traceName), Value(step.release), .text(step.model), Value(step.at), Value(step.inputTokens),
                Value(step.outputTokens), Value(step.cost), .text(step.level),
                step.level == "ERROR" ? "upstream said 503" : nil,
            ]
        }
        return RowSet(
            columns: [
                "trace_id", "id", "parent_observation_id", "type", "name", "trace_name", "release", "model",
                "start_time",
                "input_tokens", "output_tokens", "total_cost", "level", "status_message",
            ], rows: rows)
    }

    private func bodies(_ query: DetectorQuery) -> RowSet {
        let rows: [[Value]] = steps.enumerated().filter {
            $1.trace == query.parameters[0].text && isWithin(query, $1)
        }.map { index, step in
            [.text("o\(index)"), Value(step.input), Value(step.output)]
        }
        return RowSet(columns: ["id", "input", "output"], rows: rows)
    }
}

/// Seeded, so that a failure comes again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
