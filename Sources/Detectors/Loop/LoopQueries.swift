import Basics
import OnCallModel

/// The statements of `agent_loop`.
enum LoopQueries {
    static let window = Span.hours(2)
    /// The window of the current rate of spending.
    static let rateWindow = Span.minutes(30)
    /// A slow loop took its steps within this time, and it has run for longer than `window`.
    static let slowWindow = Span.hours(48)
    /// A trace without a step for this long has ended, however slow it was.
    static let maxPause = Span.hours(6)
    /// The usual length of a name's runs is computed from this window, and from this many of the latest runs.
    static let usualDays = Span.days(28)
    static let maxRuns = 2000
    /// How many of a trace's latest steps are read.
    static let maxSteps = 200
    /// How many of them with their inputs and outputs.
    static let maxBodies = 60

    /// A step is anything but an event or a wrapper; where the type is not known it is one.
    private static let isStep: DetectorQuery = "COALESCE(type, '') <> 'EVENT' AND \(DetectorQuery.isOwn)"

    /// Every trace with more steps in the window than the threshold, without a limit: no crowd of long traces hides the
    /// one that loops.
    ///
    /// A trace with many steps in the window has as many in total: the mirror's row of the trace shows that without its
    /// steps.
    static func candidates(now: Instant, threshold: Int, engine: Settings.Engine) -> DetectorQuery {
        let start = now - window
        let isLong: DetectorQuery =
            engine == .clickhouse
            ? ""
            : """
            trace_id IN (SELECT trace_id FROM langfuse.observations_by_trace \
            WHERE last_at >= \(start) AND steps > \(threshold)) AND
            """
        return """
            SELECT t.trace_id, t.steps, t.generations, t.first_seen, t.last_seen, t.cost, t.recent_cost, \
            t.last_cost, t.rejected_costs, \
            b.first_at, b.steps AS length, b.name FROM (\
            SELECT trace_id, COUNT(*) AS steps, \(DetectorQuery.generations) AS generations, \
            MIN(start_time) AS first_seen, MAX(start_time) AS last_seen, \(DetectorQuery.cost) AS cost, \
            \(DetectorQuery.cost(since: now - rateWindow)) AS recent_cost, \
            \(DetectorQuery.cost(since: now - LoopEvidence.rateWindow)) AS last_cost, \
            \(DetectorQuery.rejectedCosts) AS rejected_costs FROM langfuse.observations \
            WHERE \(isLong) start_time >= \(start) AND start_time <= \(now) AND \(isStep) \
            GROUP BY trace_id HAVING COUNT(*) > \(threshold)) t \
            LEFT JOIN langfuse.observations_by_trace b ON b.trace_id = t.trace_id \
            ORDER BY t.recent_cost DESC, t.steps DESC, t.trace_id
            """
    }

    /// Every trace older than the window that still runs and has more steps in total than the threshold: a slow loop
    /// never has many in two hours.
    ///
    /// The mirror keeps a row for each trace. ClickHouse adds up the steps of two days, because its history is far longer.
    static func slow(now: Instant, threshold: Int, engine: Settings.Engine) -> DetectorQuery {
        let (start, active) = (now - window, now - maxPause)
        guard engine == .clickhouse else {
            let query: DetectorQuery = """
                SELECT trace_id, steps, generations, first_at AS first_seen, last_at AS last_seen, cost, \
                0 AS recent_cost, rejected_costs, first_at, steps AS length, name \
                FROM langfuse.observations_by_trace WHERE last_at >= \(active) AND last_at <= \(now) \
                AND steps > \(threshold) AND first_at <= \(start) ORDER BY steps DESC, trace_id
                """
            return query.since(now - slowWindow)
        }
        return """
            SELECT trace_id, COUNT(*) AS steps, \(DetectorQuery.generations) AS generations, \
            MIN(start_time) AS first_seen, MAX(start_time) AS last_seen, \(DetectorQuery.cost) AS cost, \
            0 AS recent_cost, \(DetectorQuery.rejectedCosts) AS rejected_costs, \
            MIN(start_time) AS first_at, COUNT(*) AS length, MAX(trace_name) AS name FROM langfuse.observations \
            WHERE start_time >= \(now - slowWindow) AND start_time <= \(now) AND \(isStep) GROUP BY trace_id \
            HAVING COUNT(*) > \(threshold) AND MAX(start_time) >= \(active) AND MIN(start_time) <= \(start) \
            ORDER BY 2 DESC, 1
            """
    }

    /// How many of the latest runs of a name took how many steps, without those that may still run. A loop is judged
    /// without waiting for history that is not read yet.
    static func lengths(of name: String, now: Instant, engine: Settings.Engine) -> DetectorQuery {
        let (start, end) = (now - usualDays, now - maxPause)
        let runs: DetectorQuery =
            engine == .clickhouse
            ? """
            SELECT trace_id, COUNT(*) AS steps FROM langfuse.observations \
            WHERE trace_name = \(name) AND start_time >= \(start) AND start_time < \(end) AND \(isStep) GROUP BY trace_id
            """
            : """
            SELECT trace_id, steps FROM langfuse.observations_by_trace \
            WHERE name = \(name) AND last_at >= \(start) AND last_at < \(end) ORDER BY last_at DESC LIMIT \(raw: maxRuns)
            """
        let query: DetectorQuery = "SELECT steps, COUNT(*) AS runs FROM (\(runs)) r GROUP BY steps ORDER BY steps"
        return query.since(now - window)
    }

    /// The steps of a trace that are read: those that began in this half-open range.
    ///
    /// A slow loop is judged by the steps of whole hours, so that its outputs are read once an hour.
    static func window(isSlow: Bool, now: Instant) -> Range<Instant> {
        isSlow ? now - slowWindow..<now.startOfHour : now - window..<now + .milliseconds(1)
    }

    private static func isStep(in window: Range<Instant>) -> DetectorQuery {
        "start_time >= \(window.lowerBound) AND start_time < \(window.upperBound) AND \(isStep)"
    }

    /// The latest steps of a batch of traces, without their inputs and outputs.
    static func steps(of traces: [String], in window: Range<Instant>) -> DetectorQuery {
        let columns: DetectorQuery = """
            trace_id, id, parent_observation_id, type, name, trace_name, release, model, start_time, input_tokens, \
            output_tokens, total_cost, level, status_message
            """
        return """
            SELECT \(columns) FROM (\
            SELECT \(columns), ROW_NUMBER() OVER (PARTITION BY trace_id ORDER BY start_time DESC, id DESC) AS recency \
            FROM langfuse.observations WHERE trace_id IN (\(traces)) AND \(isStep(in: window))) \
            WHERE recency <= \(raw: maxSteps) ORDER BY trace_id, start_time, id
            """
    }

    /// The inputs and outputs of the latest steps of one trace.
    static func bodies(of trace: String, in window: Range<Instant>) -> DetectorQuery {
        """
        SELECT id, input, output FROM langfuse.observations WHERE trace_id = \(trace) AND \(isStep(in: window)) \
        ORDER BY start_time DESC, id DESC LIMIT \(raw: maxBodies)
        """
    }
}
