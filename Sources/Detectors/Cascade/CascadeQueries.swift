import Basics

/// The statements of `error_cascade`.
enum CascadeQueries {
    /// An issue that is older than this is not new; it must rise by its hourly counts.
    static let maxAge = Span.hours(24)
    private static let maxIssues = 1000
    static let maxEvents = 100
    static let maxTraces = 300

    private static let figures: DetectorQuery = """
        COUNT(*) AS calls, \(DetectorQuery.cost) AS cost, \(DetectorQuery.rejectedCosts) AS rejected_costs
        """

    static func issues(now: Instant) -> DetectorQuery {
        """
        SELECT id, title, culprit, error_type, level, status, count, first_seen, last_seen, stats_24h \
        FROM sentry.issues WHERE last_seen >= \(now - maxAge) AND last_seen <= \(now + .minutes(10)) \
        ORDER BY count DESC, id LIMIT \(raw: maxIssues)
        """
    }

    /// One row for each minute, environment and release.
    static func cells(from start: Instant, to end: Instant) -> DetectorQuery {
        """
        SELECT date_trunc('minute', start_time) AS minute, coalesce(environment, '') AS stage, \
        coalesce(release, '') AS shipped, \(figures) FROM langfuse.observations \
        WHERE type = 'GENERATION' AND \(DetectorQuery.isOwn) AND start_time >= \(start) AND start_time <= \(end) \
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """
    }

    /// The generations of each hour of the day before.
    static func dayBefore(from start: Instant, to end: Instant) -> DetectorQuery {
        """
        SELECT hour, SUM(observations) AS calls FROM langfuse.observations_hourly \
        WHERE type = 'GENERATION' AND hour >= \((start - .days(1)).startOfHour) \
        AND hour <= \((end - .days(1)).startOfHour) GROUP BY hour ORDER BY hour
        """
    }

    /// The latest events of one issue: one page of a live table, latest first. Any other condition would keep the limit
    /// from the API.
    static func events(of issue: CascadeIssue) -> DetectorQuery {
        """
        SELECT timestamp, trace_id, release, environment FROM sentry.events \
        WHERE issue_id = \(issue.id) LIMIT \(raw: maxEvents)
        """
    }

    /// The generations of the traces that events name, by the cells that they are part of.
    static func traced(_ traces: [String], from start: Instant, to end: Instant) -> DetectorQuery {
        """
        SELECT trace_id, date_trunc('minute', start_time) AS minute, coalesce(environment, '') AS stage, \
        coalesce(release, '') AS shipped, coalesce(name, '') AS feature, \(figures) FROM langfuse.observations \
        WHERE trace_id IN (\(traces)) AND type = 'GENERATION' AND \(DetectorQuery.isOwn) \
        AND start_time >= \(start) AND start_time <= \(end) \
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
        """
    }
}
