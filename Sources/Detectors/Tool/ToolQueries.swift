import Basics

/// The statements of `tool_failure`.
///
/// `from_start_time` and `to_start_time` are known to Langfuse's API alone, so the statements that name them are one call
/// each, bodies included and the newest first; the others read the mirror.
enum ToolQueries {
    /// How far back a turn of the on-call brain looks for tools that were called, and a thorough one.
    static let routineWindow = Span.hours(2)
    static let thoroughWindow = Span.hours(24)
    /// How far back a tool's own past is looked for.
    static let longestPast = Span.days(8)
    static let page = 100
    static let latest = 50
    private static let mostTools = 500

    /// Observations that are a tool's: of a type that says so, or, of older SDKs, spans that nothing hangs from. A span
    /// without a parent is its trace's root where it is the only one.
    static func calls(now: Instant, within window: Span) -> DetectorQuery {
        let (start, end) = (Value(now - window), Value(now))
        return DetectorQuery(
            sql: """
                SELECT type, name, COUNT(*) AS calls, SUM(CASE WHEN level = 'ERROR' THEN 1 ELSE 0 END) AS errors, \
                MAX(CASE WHEN coalesce(level, '') <> 'ERROR' THEN start_time END) AS newest, \
                SUM(CASE WHEN type = 'SPAN' AND ((trace_id, id) IN (\
                SELECT trace_id, parent_observation_id FROM langfuse.observations \
                WHERE start_time >= ? AND start_time <= ? AND parent_observation_id <> '') \
                OR (coalesce(parent_observation_id, '') = '' AND trace_id IN (\
                SELECT trace_id FROM langfuse.observations WHERE start_time >= ? AND start_time <= ? \
                AND coalesce(parent_observation_id, '') = '' GROUP BY trace_id HAVING COUNT(*) = 1))) \
                THEN 1 ELSE 0 END) AS others \
                FROM langfuse.observations WHERE start_time >= ? AND start_time <= ? \
                AND type IN ('TOOL', 'RETRIEVER', 'SPAN') AND name <> '' \
                GROUP BY type, name ORDER BY calls DESC, name LIMIT \(mostTools)
                """,
            parameters: [start, end, start, end, start, end])
    }

    /// The latest calls of tools that fail openly, without their outputs.
    static func openly(_ tools: [String], now: Instant) -> DetectorQuery {
        let marks = DetectorQuery.marks(tools.count)
        return DetectorQuery(
            sql: """
                SELECT name, start_time, level, trace_id, trace_name, status_message FROM (\
                SELECT name, start_time, level, trace_id, trace_name, status_message, \
                ROW_NUMBER() OVER (PARTITION BY name ORDER BY start_time DESC) AS recency FROM langfuse.observations \
                WHERE start_time >= ? AND start_time <= ? AND name IN (\(marks)) \
                AND type IN ('TOOL', 'RETRIEVER', 'SPAN')) WHERE recency <= 300 ORDER BY name, start_time
                """,
            parameters: [Value(now - longestPast), Value(now)] + tools.map(Value.text))
    }

    /// How many calls the hours of the past had, for tools that are seen for the first time.
    static func hours(of tools: [String], now: Instant) -> DetectorQuery {
        let marks = DetectorQuery.marks(tools.count)
        return DetectorQuery(
            sql: """
                SELECT name, hour, SUM(observations) AS calls FROM langfuse.observations_hourly \
                WHERE hour >= ? AND hour <= ? AND name IN (\(marks)) AND type IN ('TOOL', 'RETRIEVER', 'SPAN') \
                GROUP BY name, hour ORDER BY name, hour
                """,
            parameters: [Value((now - longestPast).startOfHour), Value(now)] + tools.map(Value.text))
    }

    private static let columns = """
        id, trace_id, type, name, start_time, end_time, level, latency, trace_name, release, input, output
        """

    /// The newest outputs of all tools of a type.
    static func page(of type: String, now: Instant) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT \(columns) FROM langfuse.observations \
                WHERE type = ? AND from_start_time = ? AND to_start_time = ? LIMIT \(page)
                """,
            parameters: [.text(type), Value(now - routineWindow), Value(now)])
    }

    /// The newest outputs of one tool that start before `end`.
    static func outputs(
        of tool: String, _ type: String?, from start: Instant, to end: Instant, limit: Int
    ) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT \(columns) FROM langfuse.observations \
                WHERE name = ? \(type == nil ? "" : "AND type = ? ")AND from_start_time = ? AND to_start_time = ? \
                LIMIT \(limit)
                """,
            parameters: [.text(tool)] + (type.map { [.text($0)] } ?? []) + [Value(start), Value(end)])
    }

    /// What the traces cost that failing outputs are part of.
    static func costs(of traces: [String]) -> DetectorQuery {
        let marks = DetectorQuery.marks(traces.count)
        return DetectorQuery(
            sql: """
                SELECT trace_id, cost FROM langfuse.observations_by_trace WHERE trace_id IN (\(marks))
                """,
            parameters: traces.map(Value.text))
    }

    /// The issues that may follow a tool's calls, with what they say of where they come from.
    static func issues(now: Instant) -> DetectorQuery {
        var query = CascadeQueries.issues(now: now)
        query.sql = query.sql.replacing("SELECT id, title,", with: "SELECT id, title, culprit,")
        return query
    }

    /// Traces by feature and by the tools that they call, and how many of them the events name.
    static func traces(_ failed: [String], from start: Instant, to end: Instant) -> DetectorQuery {
        let marks = DetectorQuery.marks(failed.count)
        let figures = """
            COUNT(DISTINCT trace_id) AS traces, COUNT(DISTINCT CASE WHEN trace_id IN (\(marks)) THEN trace_id END) AS failed
            """
        let window: [Value] = failed.map(Value.text) + [Value(start), Value(end)]
        return DetectorQuery(
            sql: """
                SELECT coalesce(trace_name, '') AS feature, name AS tool, \(figures) FROM langfuse.observations \
                WHERE start_time >= ? AND start_time <= ? AND type IN ('TOOL', 'RETRIEVER', 'SPAN') \
                GROUP BY 1, 2 \
                UNION ALL SELECT coalesce(trace_name, '') AS feature, '' AS tool, \(figures) FROM langfuse.observations \
                WHERE start_time >= ? AND start_time <= ? GROUP BY 1
                """,
            parameters: window + window)
    }

    /// When each trace first called each tool.
    static func firstCalls(of traces: [String]) -> DetectorQuery {
        let marks = DetectorQuery.marks(traces.count)
        return DetectorQuery(
            sql: """
                SELECT trace_id, name AS tool, MIN(start_time) AS at FROM langfuse.observations \
                WHERE trace_id IN (\(marks)) AND type IN ('TOOL', 'RETRIEVER', 'SPAN') GROUP BY trace_id, name
                """,
            parameters: traces.map(Value.text))
    }

    /// When tools were called.
    static func moments(from start: Instant, to end: Instant) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT name, start_time FROM langfuse.observations WHERE start_time >= ? AND start_time <= ? \
                AND type IN ('TOOL', 'RETRIEVER', 'SPAN') AND name <> '' \
                ORDER BY start_time DESC LIMIT 5000
                """,
            parameters: [Value(start), Value(end)])
    }
}
