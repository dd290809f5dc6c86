import Basics
import OnCallModel

/// The statements of `agent_loop`.
enum LoopQueries {
    static let window = Span.hours(2)
    /// The rate of spending is that of this time back from now.
    static let rateWindow = Span.minutes(30)
    /// A slow loop took its steps within this time, and its life is longer than `window`.
    static let slowWindow = Span.hours(48)
    /// A trace that took no step for this long is over, however slow it was.
    static let maxPause = Span.hours(6)
    /// Runs of this many days, the latest ones, say how long a run of a name usually is.
    static let usualDays = Span.days(28)
    static let maxRuns = 2000
    /// How many of a trace's latest steps are read.
    static let maxSteps = 200
    /// How many of them with their inputs and outputs.
    static let maxBodies = 60

    /// A step is anything but an event; where the type is not known it is one.
    private static let isStep = "COALESCE(type, '') <> 'EVENT'"

    /// Every trace with more steps in the window than the threshold: all of them, so that no crowd of long traces hides
    /// the one that loops.
    ///
    /// A trace with many steps in the window has as many in all: the mirror's row a trace says so without its steps.
    static func candidates(now: Instant, threshold: Int, engine: Settings.Engine) -> DetectorQuery {
        let (start, minSteps) = (Value(now - window), Value.integer(Int64(threshold)))
        let isLong =
            engine == .clickhouse
            ? ""
            : "trace_id IN (SELECT trace_id FROM langfuse.observations_by_trace WHERE last_at >= ? AND steps > ?) AND "
        return DetectorQuery(
            sql: """
                SELECT t.trace_id, t.steps, t.generations, t.first_seen, t.last_seen, t.cost, t.recent_cost, t.rejected_costs, \
                b.first_at, b.steps AS length, b.name FROM (\
                SELECT trace_id, COUNT(*) AS steps, \
                SUM(CASE WHEN type = 'GENERATION' THEN 1 ELSE 0 END) AS generations, \
                MIN(start_time) AS first_seen, MAX(start_time) AS last_seen, \
                SUM(CASE WHEN \(DetectorQuery.hasValidCost) THEN total_cost ELSE 0 END) AS cost, \
                SUM(CASE WHEN \(DetectorQuery.hasValidCost) AND start_time >= ? THEN total_cost ELSE 0 END) \
                AS recent_cost, \
                SUM(CASE WHEN total_cost IS NULL OR \(DetectorQuery.hasValidCost) THEN 0 ELSE 1 END) \
                AS rejected_costs \
                FROM langfuse.observations \
                WHERE \(isLong)start_time >= ? AND start_time <= ? AND \(isStep) \
                GROUP BY trace_id HAVING COUNT(*) > ?) t \
                LEFT JOIN langfuse.observations_by_trace b ON b.trace_id = t.trace_id \
                ORDER BY t.recent_cost DESC, t.steps DESC, t.trace_id
                """,
            parameters: [Value(now - rateWindow)] + (engine == .clickhouse ? [] : [start, minSteps])
                + [start, Value(now), minSteps])
    }

    /// Every trace older than the window that is still alive and has more steps in all than the threshold: a slow loop
    /// never has many in two hours.
    ///
    /// The mirror keeps a row a trace. ClickHouse adds up the steps of two days, as all of its history is far more.
    static func slow(now: Instant, threshold: Int, engine: Settings.Engine) -> DetectorQuery {
        let (born, alive) = (now - window, now - maxPause)
        guard engine == .clickhouse else {
            return DetectorQuery(
                sql: """
                    SELECT trace_id, steps, generations, first_at AS first_seen, last_at AS last_seen, cost, \
                    0 AS recent_cost, rejected_costs, first_at, steps AS length, name \
                    FROM langfuse.observations_by_trace \
                    WHERE last_at >= ? AND last_at <= ? AND steps > ? AND first_at <= ? ORDER BY steps DESC, trace_id
                    """,
                parameters: [Value(alive), Value(now), .integer(Int64(threshold)), Value(born)])
        }
        return DetectorQuery(
            sql: """
                SELECT trace_id, COUNT(*) AS steps, SUM(CASE WHEN type = 'GENERATION' THEN 1 ELSE 0 END) AS generations, \
                MIN(start_time) AS first_seen, MAX(start_time) AS last_seen, \
                SUM(CASE WHEN \(DetectorQuery.hasValidCost) THEN total_cost ELSE 0 END) AS cost, 0 AS recent_cost, \
                SUM(CASE WHEN total_cost IS NULL OR \(DetectorQuery.hasValidCost) THEN 0 ELSE 1 END) AS rejected_costs, \
                MIN(start_time) AS first_at, COUNT(*) AS length, MAX(trace_name) AS name FROM langfuse.observations \
                WHERE start_time >= ? AND start_time <= ? AND \(isStep) GROUP BY trace_id \
                HAVING COUNT(*) > ? AND MAX(start_time) >= ? AND MIN(start_time) <= ? ORDER BY 2 DESC, 1
                """,
            parameters: [
                Value(now - slowWindow), Value(now), .integer(Int64(threshold)), Value(alive), Value(born),
            ])
    }

    /// How many of the latest runs of a name took how many steps. What may still run is left out.
    static func lengths(of name: String, now: Instant, engine: Settings.Engine) -> DetectorQuery {
        let runs =
            engine == .clickhouse
            ? """
            SELECT trace_id, COUNT(*) AS steps FROM langfuse.observations \
            WHERE trace_name = ? AND start_time >= ? AND start_time < ? AND \(isStep) GROUP BY trace_id
            """
            : """
            SELECT trace_id, steps FROM langfuse.observations_by_trace \
            WHERE name = ? AND last_at >= ? AND last_at < ? ORDER BY last_at DESC LIMIT \(maxRuns)
            """
        return DetectorQuery(
            sql: "SELECT steps, COUNT(*) AS runs FROM (\(runs)) r GROUP BY steps ORDER BY steps",
            parameters: [.text(name), Value(now - usualDays), Value(now - maxPause)])
    }

    /// The steps of a trace that are read: those that began in this half-open range.
    ///
    /// A slow loop is judged by the steps of whole hours, so that its outputs are read once an hour.
    static func window(isSlow: Bool, now: Instant) -> Range<Instant> {
        isSlow ? now - slowWindow..<now.startOfHour : now - window..<now + .milliseconds(1)
    }

    /// The latest steps of a batch of traces, without their inputs and outputs.
    static func steps(of traces: [String], in window: Range<Instant>) -> DetectorQuery {
        let marks = DetectorQuery.marks(traces.count)
        let columns = """
            trace_id, id, parent_observation_id, type, name, trace_name, release, model, start_time, input_tokens, \
            output_tokens, total_cost, level, status_message
            """
        return DetectorQuery(
            sql: """
                SELECT \(columns) FROM (\
                SELECT \(columns), ROW_NUMBER() OVER (PARTITION BY trace_id ORDER BY start_time DESC, id DESC) AS recency \
                FROM langfuse.observations \
                WHERE trace_id IN (\(marks)) AND start_time >= ? AND start_time < ? AND \(isStep)) \
                WHERE recency <= \(maxSteps) ORDER BY trace_id, start_time, id
                """,
            parameters: traces.map(Value.text) + [Value(window.lowerBound), Value(window.upperBound)])
    }

    /// The inputs and outputs of the latest steps of one trace.
    static func bodies(of trace: String, in window: Range<Instant>) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT id, input, output FROM langfuse.observations \
                WHERE trace_id = ? AND start_time >= ? AND start_time < ? AND \(isStep) \
                ORDER BY start_time DESC, id DESC LIMIT \(maxBodies)
                """,
            parameters: [.text(trace), Value(window.lowerBound), Value(window.upperBound)])
    }
}
