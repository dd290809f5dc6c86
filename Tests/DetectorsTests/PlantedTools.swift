import Basics
import Detectors
import OnCallModel

/// Planted outputs of tools, and the rows that the detector's statements would have over them.
struct PlantedTools {
    struct Call {
        var tool: String
        var at: Instant
        var output: String?
        var input: String?
        var trace: String
        var type = "TOOL"
        var traceName = "support-bot"
        var level = "DEFAULT"
        var latency: Double? = 0.4
        var isOpen = false
    }

    struct Event {
        var at: Instant
        var trace: String?
    }

    var calls: [Call] = []
    /// Traces of features that called no tool.
    var quietTraces: [(feature: String, traces: [String])] = []
    var events: [Event] = []
    var culprit = "agent.run"
    /// Sentry's statements fail.
    var sentryIsDown = false
    /// Reads of outputs fail.
    var bodiesAreDown = false

    static let start = Instant(iso8601: "2026-11-24T14:00:00Z") ?? Instant(milliseconds: 0)

    /// `count` outputs of a tool that end `ago` before the start, `apart` from each other.
    mutating func plant(
        _ tool: String, _ count: Int, ago: Span = .minutes(1), apart: Span = .minutes(5), type: String = "TOOL",
        input: (Int) -> String? = { #"{"q":"question \#($0)"}"# }, latency: Double? = 0.4, _ output: (Int) -> String?
    ) {
        let first = calls.count
        for place in 0..<count {
            let back = Span.seconds(apart.seconds * Double(count - 1 - place))
            calls.append(
                Call(
                    tool: tool, at: Self.start - ago - back, output: output(place), input: input(first + place),
                    trace: "trace-\(first + place)", type: type, latency: latency))
        }
    }

    /// Runs the detector to its report; every statement asked for is kept.
    func run(
        at now: Instant = start, tools: [ToolProfile] = [], effort: DetectorContext.Effort = .routine,
        open: Set<String> = [], settings: Settings = Settings()
    ) -> (report: DetectorReport, queries: [DetectorQuery]) {
        var detector = ToolFailureDetector()
        var queries: [DetectorQuery] = []
        var step = detector.start(
            DetectorContext(
                now: now, settings: settings, effort: effort, openSubjects: [.toolFailure: open],
                tools: Dictionary(tools.map { ($0.tool, $0) }) { $1 }))
        while true {
            switch step {
            case .report(let report): return (report, queries)
            case .query(let query):
                queries.append(query)
                step = detector.receive(rows(for: query, now: now))
            }
        }
    }

    func rows(for query: DetectorQuery, now: Instant) -> RowSet {
        let sql = query.sql
        let isOfSentry = sql.contains("FROM sentry.")
        if sentryIsDown, isOfSentry, query.isOptional { return RowSet(columns: []) }
        if bodiesAreDown, sql.contains("from_start_time"), query.isOptional { return RowSet(columns: []) }
        if sql.contains("AS others") { return counts(query) }
        if sql.contains("observations_hourly") { return hours(query, now) }
        if sql.contains("from_start_time") { return outputs(query) }
        if sql.contains("sentry.issues") { return issues(now) }
        if sql.contains("sentry.events") { return eventRows }
        if sql.contains("AS tool, MIN") { return firstCalls(query) }
        if sql.contains("UNION ALL") { return traces(query) }
        if sql.contains("SELECT name, start_time") { return moments(query) }
        if sql.contains("observations_by_trace") { return RowSet(columns: ["trace_id", "cost"]) }
        preconditionFailure("not planted: \(sql)")
    }

    private func counts(_ query: DetectorQuery) -> RowSet {
        let bounds = query.parameters.compactMap(\.instant)
        let seen = calls.filter { $0.at >= bounds[0] && $0.at <= bounds[1] && $0.level != "ERROR" }
        let rows: [[Value]] = Dictionary(grouping: seen) { [$0.type, $0.tool] }.map { key, calls in
            [
                .text(key[0]), .text(key[1]), Value(calls.count), Value(calls.map(\.at).max() ?? bounds[0]), 0,
            ]
        }
        return RowSet(columns: ["type", "name", "calls", "newest", "others"], rows: rows)
    }

    private func hours(_ query: DetectorQuery, _ now: Instant) -> RowSet {
        let names = Set(query.parameters.compactMap(\.text))
        let seen = calls.filter { names.contains($0.tool) && $0.at <= now }
        let rows: [[Value]] = Dictionary(grouping: seen) { [$0.tool, $0.at.startOfHour.iso8601] }.map { key, calls in
            [.text(key[0]), .text(key[1]), Value(calls.count)]
        }
        return RowSet(columns: ["name", "hour", "calls"], rows: rows)
    }

    private func outputs(_ query: DetectorQuery) -> RowSet {
        let limit = query.sql.split(separator: " ").last.flatMap { Int($0) } ?? 0
        var texts = query.parameters.compactMap(\.text)
        let to = texts.popLast().flatMap { Instant(iso8601: $0) } ?? Self.start
        let from = texts.popLast().flatMap { Instant(iso8601: $0) } ?? Self.start
        let isByName = query.sql.contains("name = ?")
        let name = isByName ? texts.removeFirst() : nil
        let type = texts.first
        let rows = calls.enumerated().filter { _, call in
            (name.map { $0 == call.tool } ?? true) && (type.map { $0 == call.type } ?? true) && call.at >= from
                && call.at < to
        }.sorted { ($0.element.at, $0.offset) > ($1.element.at, $1.offset) }.prefix(limit)
        return RowSet(
            columns: [
                "id", "trace_id", "type", "name", "start_time", "end_time", "level", "latency", "trace_name", "release",
                "input", "output",
            ],
            rows: rows.map { offset, call in
                [
                    .text("o\(offset)"), .text(call.trace), .text(call.type), .text(call.tool), Value(call.at),
                    call.isOpen ? nil : Value(call.at + .seconds(1)), .text(call.level), Value(call.latency),
                    .text(call.traceName), "r1", Value(call.input), Value(call.output),
                ]
            })
    }

    private func issues(_ now: Instant) -> RowSet {
        let columns = [
            "id", "title", "culprit", "error_type", "level", "status", "count", "first_seen", "last_seen", "stats_24h",
        ]
        guard let first = events.map(\.at).min(), let last = events.map(\.at).max() else {
            return RowSet(columns: columns)
        }
        return RowSet(
            columns: columns,
            rows: [
                [
                    "4402", "JSONDecodeError: Expecting value", .text(culprit), "JSONDecodeError", "error",
                    "unresolved",
                    Value(events.count), Value(first), Value(last), nil,
                ]
            ])
    }

    private var eventRows: RowSet {
        RowSet(
            columns: ["timestamp", "trace_id", "release", "environment"],
            rows: events.sorted { $0.at > $1.at }.prefix(100).map {
                [Value($0.at), Value($0.trace), "r1", "production"]
            })
    }

    private func firstCalls(_ query: DetectorQuery) -> RowSet {
        let wanted = Set(query.parameters.compactMap(\.text))
        let named = Dictionary(grouping: calls.filter { wanted.contains($0.trace) }) { [$0.trace, $0.tool] }
        return RowSet(
            columns: ["trace_id", "tool", "at"],
            rows: named.map { key, calls in
                [.text(key[0]), .text(key[1]), Value(calls.map(\.at).min() ?? Self.start)]
            })
    }

    private func traces(_ query: DetectorQuery) -> RowSet {
        let texts = query.parameters.compactMap(\.text)
        let failed = Set(texts.filter { $0.hasPrefix("trace-") })
        let bounds = query.parameters.compactMap(\.instant)
        let seen = calls.filter { $0.at >= bounds[0] && $0.at <= bounds[1] }
        var rows: [[Value]] = Dictionary(grouping: seen) { [$0.traceName, $0.tool] }.map { key, calls in
            let traces = Set(calls.map(\.trace))
            return [.text(key[0]), .text(key[1]), Value(traces.count), Value(traces.intersection(failed).count)]
        }
        var all: [String: Set<String>] = [:]
        for call in seen { all[call.traceName, default: []].insert(call.trace) }
        for (feature, traces) in quietTraces { all[feature, default: []].formUnion(traces) }
        rows += all.map { [.text($0), "", Value($1.count), Value($1.intersection(failed).count)] }
        return RowSet(columns: ["feature", "tool", "traces", "failed"], rows: rows)
    }

    private func moments(_ query: DetectorQuery) -> RowSet {
        let bounds = query.parameters.compactMap(\.instant)
        return RowSet(
            columns: ["name", "start_time"],
            rows: calls.filter { $0.at >= bounds[0] && $0.at <= bounds[1] }.map { [.text($0.tool), Value($0.at)] })
    }
}
