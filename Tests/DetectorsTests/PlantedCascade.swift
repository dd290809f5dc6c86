import Basics
import Detectors
import OnCallModel

/// Planted issues, events and generations, and the rows that the statements of `error_cascade` would have over them.
struct PlantedCascade {
    var issues: [Issue] = []
    var generations: [Generation] = []

    struct Issue {
        var id = "4401"
        var title = "RateLimitError: Too many requests"
        var count: Value = 340
        var first: Instant
        var last: Instant
        var status = "unresolved"
        /// Events of the latest hours, the oldest first; the last one is the running hour.
        var hours: [Int] = []
        var traces: [String] = []
        var release = ""
        var environment = ""
        var eventsFail = false
    }

    struct Generation {
        var at: Instant
        var cost = 0.1
        var trace = "t"
        var environment = "production"
        var release = ""
    }

    /// `count` generations spread evenly over a period.
    mutating func add(
        _ count: Int, from start: Instant, to end: Instant, _ shape: (Int, inout Generation) -> Void = { _, _ in }
    ) {
        for index in 0..<count {
            let at = start + .seconds((end - start).seconds * (Double(index) + 0.5) / Double(count))
            var generation = Generation(at: at)
            shape(index, &generation)
            generations.append(generation)
        }
    }

    func run(_ context: DetectorContext) -> (report: DetectorReport, queries: [DetectorQuery]) {
        var detector = ErrorCascadeDetector()
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

    private func rows(for query: DetectorQuery, now: Instant) -> RowSet {
        if query.sql.contains("FROM sentry.issues") { return issueRows(now) }
        if query.sql.contains("FROM sentry.events") { return events(query.parameters[0].text ?? "") }
        let moments = query.parameters.compactMap(\.instant)
        let inside = generations.filter { $0.at >= moments[0] && $0.at <= moments[1] }
        if query.sql.contains("observations_hourly") {
            let known = generations.filter { $0.at.startOfHour >= moments[0] && $0.at.startOfHour <= moments[1] }
            return RowSet(
                columns: ["hour", "calls"],
                rows: Dictionary(grouping: known, by: \.at.startOfHour).map { [Value($0), Value($1.count)] })
        }
        let traces = Set(query.parameters.compactMap(\.text))
        guard query.sql.contains("trace_id IN") else { return cells(inside) { _ in "" } }
        return cells(inside.filter { traces.contains($0.trace) }, by: \.trace)
    }

    private func cells(_ generations: [Generation], by trace: (Generation) -> String) -> RowSet {
        let groups = Dictionary(grouping: generations) {
            [$0.at.floored(to: .minutes(1)).iso8601, $0.environment, $0.release, trace($0)]
        }
        let rows: [[Value]] = groups.map { key, part in
            let sound = part.filter { $0.cost >= 0 && $0.cost < 100_000 }
            return key.map(Value.text) + [
                Value(part.count), Value(sound.reduce(0) { $0 + $1.cost }), Value(part.count - sound.count),
            ]
        }
        return RowSet(
            columns: ["minute", "stage", "shipped", "trace_id", "calls", "cost", "rejected_costs"], rows: rows)
    }

    private func issueRows(_ now: Instant) -> RowSet {
        RowSet(
            columns: ["id", "title", "count", "status", "first_seen", "last_seen", "stats_24h"],
            rows: issues.map { issue in
                let pairs = issue.hours.enumerated().map { index, events in
                    let hour = now.startOfHour - .hours(Double(issue.hours.count - 1 - index))
                    return "[\(hour.milliseconds / 1000), \(events)]"
                }
                return [
                    Value(issue.id.isEmpty ? nil : issue.id), .text(issue.title), issue.count, .text(issue.status),
                    Value(issue.first), Value(issue.last),
                    pairs.isEmpty ? .null : .text("[\(pairs.joined(separator: ","))]"),
                ]
            })
    }

    private func events(_ id: String) -> RowSet {
        guard let issue = issues.first(where: { $0.id == id }), !issue.eventsFail else { return RowSet(columns: []) }
        let traces: [String?] = issue.traces.isEmpty ? [nil] : issue.traces
        return RowSet(
            columns: ["timestamp", "trace_id", "release", "environment"],
            rows: traces.map { [Value(issue.last), Value($0), .text(issue.release), .text(issue.environment)] })
    }
}
