import Basics

/// The statements of `error_cascade`.
enum CascadeQueries {
    /// An issue that is older than this is new no more; it must rise by its hourly counts.
    static let newest = Span.hours(24)
    private static let maxIssues = 1000
    static let maxEvents = 100
    static let maxTraces = 300

    private static let figures = """
        COUNT(*) AS calls, SUM(CASE WHEN \(DetectorQuery.hasValidCost) THEN total_cost ELSE 0 END) AS cost, \
        SUM(CASE WHEN total_cost IS NULL OR \(DetectorQuery.hasValidCost) THEN 0 ELSE 1 END) AS rejected_costs
        """

    static func issues(now: Instant) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT id, title, error_type, level, status, count, first_seen, last_seen, stats_24h FROM sentry.issues \
                WHERE last_seen >= ? AND last_seen <= ? ORDER BY count DESC, id LIMIT \(maxIssues)
                """,
            parameters: [Value(now - newest), Value(now + .minutes(10))])
    }

    /// One row a minute, environment and release.
    static func cells(from start: Instant, to end: Instant) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT date_trunc('minute', start_time) AS minute, coalesce(environment, '') AS stage, \
                coalesce(release, '') AS shipped, \(figures) FROM langfuse.observations \
                WHERE type = 'GENERATION' AND start_time >= ? AND start_time <= ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
                """,
            parameters: [Value(start), Value(end)])
    }

    /// Generations an hour of the day before.
    static func dayBefore(from start: Instant, to end: Instant) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT hour, SUM(observations) AS calls FROM langfuse.observations_hourly \
                WHERE type = 'GENERATION' AND hour >= ? AND hour <= ? GROUP BY hour ORDER BY hour
                """,
            parameters: [Value((start - .days(1)).startOfHour), Value((end - .days(1)).startOfHour)])
    }

    /// The latest events of one issue: one page of a live table that gives the latest first, as no other condition keeps the
    /// limit from it.
    static func events(of issue: CascadeIssue) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT timestamp, trace_id, release, environment FROM sentry.events \
                WHERE issue_id = ? LIMIT \(maxEvents)
                """,
            parameters: [.text(issue.id)])
    }

    /// The generations of the traces that events name, in the cells that they are part of.
    static func traced(_ traces: [String], from start: Instant, to end: Instant) -> DetectorQuery {
        let marks = DetectorQuery.marks(traces.count)
        return DetectorQuery(
            sql: """
                SELECT trace_id, date_trunc('minute', start_time) AS minute, coalesce(environment, '') AS stage, \
                coalesce(release, '') AS shipped, coalesce(name, '') AS feature, \(figures) FROM langfuse.observations \
                WHERE trace_id IN (\(marks)) AND type = 'GENERATION' AND start_time >= ? AND start_time <= ? \
                GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
                """,
            parameters: traces.map(Value.text) + [Value(start), Value(end)])
    }
}
