import Basics
import OnCallModel

/// The statements of the sampler.
///
/// A mirror keeps a row a trace with the time of its last change, so what is new is read from an index. ClickHouse has no
/// such row: there the traces with a step since the last reading are added up where they are.
struct SampleQueries {
    let now: Instant
    let engine: Settings.Engine

    static let window = Span.hours(24)
    /// How long a pattern counts as known after it was last seen.
    static let memory = Span.days(7)
    static let page = 5_000
    /// Groups of a trace, type and name.
    static let groupPage = 20_000
    static let idBatch = 100
    /// More patterns than these are not learnt from the history.
    static let maxPatterns = 20_000
    /// ClickHouse is asked again for steps that began this long before the last reading: some arrive late.
    private static let lateness = Span.minutes(30)
    /// Traces whose clock is ahead by more are left out.
    private static let skew = Span.hours(1)

    private var from: Instant { now - Self.window }
    private var to: Instant { now + Self.skew }
    var isAddedUpThere: Bool { engine == .clickhouse }

    func totals() -> DetectorQuery {
        let traces =
            isAddedUpThere
            ? """
            (SELECT trace_id, SUM(CASE WHEN \(DetectorQuery.hasValidCost) THEN total_cost ELSE 0 END) AS cost \
            FROM langfuse.observations WHERE start_time >= ? AND start_time <= ? GROUP BY trace_id) t
            """ : "langfuse.observations_by_trace WHERE last_at >= ? AND last_at <= ?"
        // What is older than the window may have been written last: history is read from its new end.
        let latest =
            isAddedUpThere ? "" : ", (SELECT MAX(changed_at) FROM langfuse.observations_by_trace) AS changed_at"
        return DetectorQuery(
            sql: "SELECT COUNT(*) AS traces, SUM(cost) AS cost\(latest) FROM \(traces)",
            parameters: [Value(from), Value(to)])
    }

    /// The step names of the traces of a week, where they are kept.
    func history() -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT step_names, MIN(first_at) AS first_seen, MAX(last_at) AS last_seen \
                FROM langfuse.observations_by_trace WHERE last_at >= ? AND last_at <= ? GROUP BY step_names \
                ORDER BY 3 DESC LIMIT \(Self.maxPatterns)
                """,
            parameters: [Value(now - Self.memory), Value(to)])
    }

    private static let columns = "trace_id, first_at, last_at, steps, errors, warnings, cost, step_names, changed_at"

    /// The next page of the traces of 24 hours, or of those that changed after a time.
    func traces(changedAfter moment: Instant?, after place: Place?) -> DetectorQuery {
        if isAddedUpThere { return groups(since: moment, after: place) }
        let column = moment == nil ? "last_at" : "changed_at"
        let start = place ?? Place(time: moment.map { $0 + .milliseconds(1) } ?? from, trace: "")
        // The unary plus keeps SQLite on the index that gives the order.
        return DetectorQuery(
            sql: """
                SELECT \(Self.columns) FROM langfuse.observations_by_trace \
                WHERE (\(column), trace_id) > (?, ?) AND +last_at >= ? AND +last_at <= ? \
                ORDER BY \(column), trace_id LIMIT \(Self.page)
                """,
            parameters: [Value(start.time), .text(start.trace), Value(from), Value(to)])
    }

    private func groups(since moment: Instant?, after place: Place?) -> DetectorQuery {
        let since = max(from, moment.map { $0 - Self.lateness } ?? from)
        return groups(
            where: """
                trace_id IN (SELECT trace_id FROM langfuse.observations WHERE start_time >= ? AND start_time <= ?) \
                AND trace_id > ?
                """,
            parameters: [Value(since), Value(to), .text(place?.trace ?? "")])
    }

    private func groups(where condition: String, parameters: [Value]) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT trace_id, type, name, COUNT(*) AS steps, MIN(start_time) AS first_at, MAX(start_time) AS last_at, \
                SUM(CASE WHEN level = 'ERROR' THEN 1 ELSE 0 END) AS errors, \
                SUM(CASE WHEN level = 'WARNING' THEN 1 ELSE 0 END) AS warnings, \
                SUM(CASE WHEN \(DetectorQuery.hasValidCost) THEN total_cost ELSE 0 END) AS cost FROM langfuse.observations \
                WHERE \(condition) AND start_time >= ? AND start_time <= ? \
                GROUP BY trace_id, type, name ORDER BY trace_id, type, name LIMIT \(Self.groupPage)
                """,
            parameters: parameters + [Value(from), Value(to)])
    }

    func traces(named ids: [String]) -> DetectorQuery {
        let marks = DetectorQuery.marks(ids.count)
        let names = ids.map(Value.text)
        if isAddedUpThere { return groups(where: "trace_id IN (\(marks))", parameters: names) }
        return DetectorQuery(
            sql: """
                SELECT \(Self.columns) FROM langfuse.observations_by_trace \
                WHERE trace_id IN (\(marks)) AND last_at >= ? AND last_at <= ?
                """,
            parameters: names + [Value(from), Value(to)])
    }

    /// Where a page ended.
    struct Place: Hashable, Sendable {
        var time: Instant
        var trace: String
    }
}
