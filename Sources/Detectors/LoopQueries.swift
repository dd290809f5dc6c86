import Basics

/// The statements of `agent_loop`.
enum LoopQueries {
    static let window = Span.hours(2)
    /// The money of this time back from now makes the rate.
    static let rateWindow = Span.minutes(30)
    /// How many of a trace's latest steps are read.
    static let longestTail = 200
    /// How many of them with what went in and came out.
    static let longestTailWithBodies = 60

    /// No single step costs this much, in US dollars; more, or less than nothing, is an error of the source.
    private static let isSound = "total_cost >= 0 AND total_cost < 100000"

    /// Every trace with more steps in the window than the threshold: all of them, so that no crowd of long traces hides
    /// the one that loops.
    static func candidates(now: Instant, threshold: Int) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT t.trace_id, t.steps, t.generations, t.first_seen, t.last_seen, t.cost, t.recent_cost, t.rejected_costs, \
                b.first_at FROM (\
                SELECT trace_id, COUNT(*) AS steps, \
                SUM(CASE WHEN type = 'GENERATION' THEN 1 ELSE 0 END) AS generations, \
                MIN(start_time) AS first_seen, MAX(start_time) AS last_seen, \
                SUM(CASE WHEN \(isSound) THEN total_cost ELSE 0 END) AS cost, \
                SUM(CASE WHEN \(isSound) AND start_time >= ? THEN total_cost ELSE 0 END) AS recent_cost, \
                SUM(CASE WHEN total_cost IS NULL OR \(isSound) THEN 0 ELSE 1 END) AS rejected_costs \
                FROM langfuse.observations WHERE start_time >= ? AND start_time <= ? AND type <> 'EVENT' \
                GROUP BY trace_id HAVING COUNT(*) > ?) t \
                LEFT JOIN langfuse.observations_by_trace b ON b.trace_id = t.trace_id \
                ORDER BY t.recent_cost DESC, t.steps DESC, t.trace_id
                """,
            parameters: [
                Value(now - rateWindow), Value(now - window), Value(now), .integer(Int64(threshold)),
            ])
    }

    /// The latest steps of a batch of traces, without what went in and came out.
    static func steps(of traces: [String], now: Instant) -> DetectorQuery {
        let marks = Array(repeating: "?", count: traces.count).joined(separator: ", ")
        return DetectorQuery(
            sql: """
                SELECT trace_id, id, parent_observation_id, type, name, trace_name, model, start_time, input_tokens, \
                output_tokens, total_cost, level, status_message FROM (\
                SELECT trace_id, id, parent_observation_id, type, name, trace_name, model, start_time, input_tokens, \
                output_tokens, total_cost, level, status_message, \
                ROW_NUMBER() OVER (PARTITION BY trace_id ORDER BY start_time DESC, id DESC) AS recency \
                FROM langfuse.observations \
                WHERE trace_id IN (\(marks)) AND start_time >= ? AND start_time <= ? AND type <> 'EVENT') \
                WHERE recency <= \(longestTail) ORDER BY trace_id, start_time, id
                """,
            parameters: traces.map(Value.text) + [Value(now - window), Value(now)])
    }

    /// What went into and came out of the latest steps of one trace.
    static func bodies(of trace: String, now: Instant) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT id, input, output FROM langfuse.observations \
                WHERE trace_id = ? AND start_time >= ? AND start_time <= ? AND type <> 'EVENT' \
                ORDER BY start_time DESC, id DESC LIMIT \(longestTailWithBodies)
                """,
            parameters: [.text(trace), Value(now - window), Value(now)])
    }
}
