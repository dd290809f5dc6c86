import Basics
import OnCallModel

/// The statements of the sampler.
///
/// A mirror keeps a row for each trace with the time of its last change, so what is new is read from an index. ClickHouse
/// has no such row: there the traces with a step since the last reading are added up by the query.
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
    private static let maxPatterns = 20_000
    /// ClickHouse is queried again for steps that began this long before the last reading: some arrive late.
    private static let lateness = Span.minutes(30)
    /// Traces whose clock is ahead by more are skipped.
    private static let skew = Span.hours(1)

    private var from: Instant { now - Self.window }
    private var to: Instant { now + Self.skew }
    /// Traces are added up by the query.
    var isGrouped: Bool { engine == .clickhouse }

    func totals() -> DetectorQuery {
        if isGrouped {
            return """
                SELECT COUNT(*) AS traces, SUM(cost) AS cost FROM (\
                SELECT trace_id, \(DetectorQuery.cost) AS cost FROM langfuse.observations \
                WHERE start_time >= \(from) AND start_time <= \(to) GROUP BY trace_id) t
                """
        }
        // What is older than the window may have been written last: the newest change of all traces is read.
        return """
            SELECT COUNT(*) AS traces, SUM(cost) AS cost, \
            (SELECT MAX(changed_at) FROM langfuse.observations_by_trace) AS changed_at \
            FROM langfuse.observations_by_trace WHERE last_at >= \(from) AND last_at <= \(to)
            """
    }

    /// The step names of the traces of a week, where they are kept.
    func history() -> DetectorQuery {
        """
        SELECT step_names, MIN(first_at) AS first_seen, MAX(last_at) AS last_seen \
        FROM langfuse.observations_by_trace WHERE last_at >= \(now - Self.memory) AND last_at <= \(to) \
        GROUP BY step_names ORDER BY 3 DESC LIMIT \(raw: Self.maxPatterns)
        """
    }

    private static let columns: DetectorQuery = """
        SELECT trace_id, first_at, last_at, steps, errors, warnings, cost, step_names, changed_at \
        FROM langfuse.observations_by_trace
        """

    /// The next page of the traces of 24 hours, or of those that changed after a time.
    func traces(changedAfter moment: Instant?, after place: Place?) -> DetectorQuery {
        if isGrouped {
            let since = max(from, moment.map { $0 - Self.lateness } ?? from)
            return groups(
                """
                trace_id IN (SELECT trace_id FROM langfuse.observations \
                WHERE start_time >= \(since) AND start_time <= \(to)) AND trace_id > \(place?.trace ?? "")
                """)
        }
        let column = moment == nil ? "last_at" : "changed_at"
        let start = place ?? Place(time: moment.map { $0 + .milliseconds(1) } ?? from, trace: "")
        // The unary plus keeps SQLite on the index that gives the order.
        return """
            \(Self.columns) WHERE (\(raw: column), trace_id) > (\(start.time), \(start.trace)) \
            AND +last_at >= \(from) AND +last_at <= \(to) ORDER BY \(raw: column), trace_id LIMIT \(raw: Self.page)
            """
    }

    func traces(named ids: [String]) -> DetectorQuery {
        isGrouped
            ? groups("trace_id IN (\(ids))")
            : "\(Self.columns) WHERE trace_id IN (\(ids)) AND last_at >= \(from) AND last_at <= \(to)"
    }

    private func groups(_ condition: DetectorQuery) -> DetectorQuery {
        """
        SELECT trace_id, type, name, COUNT(*) AS steps, MIN(start_time) AS first_at, MAX(start_time) AS last_at, \
        SUM(CASE WHEN level = 'ERROR' THEN 1 ELSE 0 END) AS errors, \
        SUM(CASE WHEN level = 'WARNING' THEN 1 ELSE 0 END) AS warnings, \
        \(DetectorQuery.cost) AS cost FROM langfuse.observations \
        WHERE \(condition) AND start_time >= \(from) AND start_time <= \(to) \
        GROUP BY trace_id, type, name ORDER BY trace_id, type, name LIMIT \(raw: Self.groupPage)
        """
    }

    /// Where a page ended.
    struct Place: Hashable, Sendable {
        var time: Instant
        var trace: String
    }
}
