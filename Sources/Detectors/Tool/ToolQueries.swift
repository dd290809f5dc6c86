import Basics

/// The statements of `tool_failure`.
///
/// All read the mirror; the bodies of those that read outputs are read together (docs/decisions/0027).
enum ToolQueries {
    /// The window in which tools were called, for a routine and for a thorough cycle.
    static let routineWindow = Span.hours(2)
    static let thoroughWindow = Span.hours(24)
    /// The lookback for a tool's own past.
    static let lookback = Span.days(8)
    static let page = 100
    static let latest = 50
    private static let maxTools = 500

    private static let isTool: DetectorQuery = "type IN ('TOOL', 'RETRIEVER', 'SPAN')"

    private static func isIn(_ start: Instant, _ end: Instant) -> DetectorQuery {
        "start_time >= \(start) AND start_time <= \(end)"
    }

    /// Observations of tools: those of the types for tools or, from older SDKs, spans without children. A span without a
    /// parent is its trace's root if no other has none.
    static func calls(now: Instant, within window: Span) -> DetectorQuery {
        let isRecent = isIn(now - window, now)
        return """
            SELECT type, name, COUNT(*) AS calls, SUM(CASE WHEN level = 'ERROR' THEN 1 ELSE 0 END) AS errors, \
            MAX(CASE WHEN coalesce(level, '') <> 'ERROR' THEN start_time END) AS newest, \
            SUM(CASE WHEN type = 'SPAN' AND ((trace_id, id) IN (\
            SELECT trace_id, parent_observation_id FROM langfuse.observations \
            WHERE \(isRecent) AND parent_observation_id <> '') \
            OR (coalesce(parent_observation_id, '') = '' AND trace_id IN (\
            SELECT trace_id FROM langfuse.observations WHERE \(isRecent) \
            AND coalesce(parent_observation_id, '') = '' GROUP BY trace_id HAVING COUNT(*) = 1))) \
            THEN 1 ELSE 0 END) AS others \
            FROM langfuse.observations WHERE \(isRecent) AND \(isTool) AND name <> '' \
            GROUP BY type, name ORDER BY calls DESC, name LIMIT \(raw: maxTools)
            """
    }

    /// The latest calls of tools that fail openly, without their outputs.
    static func openly(_ tools: [String], now: Instant) -> DetectorQuery {
        """
        SELECT name, start_time, level, trace_id, trace_name, status_message FROM (\
        SELECT name, start_time, level, trace_id, trace_name, status_message, \
        ROW_NUMBER() OVER (PARTITION BY name ORDER BY start_time DESC) AS recency FROM langfuse.observations \
        WHERE \(isIn(now - lookback, now)) AND name IN (\(tools)) AND \(isTool)) \
        WHERE recency <= 300 ORDER BY name, start_time
        """
    }

    /// The calls of each hour of the past, for tools that are seen for the first time.
    static func hours(of tools: [String], now: Instant) -> DetectorQuery {
        """
        SELECT name, hour, SUM(observations) AS calls FROM langfuse.observations_hourly \
        WHERE hour >= \((now - lookback).startOfHour) AND hour <= \(now) AND name IN (\(tools)) AND \(isTool) \
        GROUP BY name, hour ORDER BY name, hour
        """
    }

    /// The newest outputs of many tools; with `cut`, as many of each from before it. `wanted` is how many rows of a tool match, and
    /// `recency` counts from its newest. Rows whose bodies are not read yet are missing.
    static func outputs(
        of tools: [String], since start: Instant, to end: Instant, cut: Instant? = nil, limit: Int, calls: Int
    ) -> DetectorQuery {
        let isBefore: DetectorQuery = cut.map { "CASE WHEN start_time < \($0) THEN 1 ELSE 0 END" } ?? "0"
        var isWanted: DetectorQuery = "recency <= \(raw: limit)"
        if cut != nil { isWanted = "\(isWanted) OR (is_before = 1 AND recency_there <= \(raw: limit))" }
        let query: DetectorQuery = """
            SELECT o.id, o.trace_id, o.type, o.name, o.start_time, o.end_time, o.level, o.latency, o.trace_name, o.release, \
            o.input, o.output, k.recency, k.wanted FROM (\
            SELECT trace_id, id, recency, COUNT(*) OVER (PARTITION BY name) AS wanted FROM (\
            SELECT trace_id, id, name, is_before, \
            ROW_NUMBER() OVER (PARTITION BY name ORDER BY start_time DESC, id DESC) AS recency, \
            ROW_NUMBER() OVER (PARTITION BY name, is_before ORDER BY start_time DESC, id DESC) AS recency_there \
            FROM (SELECT trace_id, id, name, start_time, \(isBefore) AS is_before FROM langfuse.observations \
            WHERE \(isIn(start, end)) AND name IN (\(tools)) AND \(isTool)) r) n WHERE \(isWanted)) k \
            JOIN langfuse.observations o ON o.trace_id = k.trace_id AND o.id = k.id
            """
        return query.since(start).readingBodies(calls: calls)
    }

    /// The newest outputs of one tool, for a person who checks a finding.
    static func shown(_ tool: String, now: Instant) -> DetectorQuery {
        """
        SELECT id, trace_id, start_time, input, output FROM langfuse.observations \
        WHERE name = \(tool) AND from_start_time = \(now - thoroughWindow) AND to_start_time = \(now) LIMIT \(raw: latest)
        """
    }

    /// The cost of each trace.
    static func costs(of traces: [String], since start: Instant) -> DetectorQuery {
        let query: DetectorQuery =
            "SELECT trace_id, cost FROM langfuse.observations_by_trace WHERE trace_id IN (\(traces))"
        return query.since(start)
    }

    /// Traces by feature and by the tools that they call, and how many of them the events name.
    static func traces(_ failed: [String], from start: Instant, to end: Instant) -> DetectorQuery {
        let figures: DetectorQuery = """
            COUNT(DISTINCT trace_id) AS traces, COUNT(DISTINCT CASE WHEN trace_id IN (\(failed)) THEN trace_id END) AS failed
            """
        return """
            SELECT coalesce(trace_name, '') AS feature, name AS tool, \(figures) FROM langfuse.observations \
            WHERE \(isIn(start, end)) AND \(isTool) GROUP BY 1, 2 \
            UNION ALL SELECT coalesce(trace_name, '') AS feature, '' AS tool, \(figures) FROM langfuse.observations \
            WHERE \(isIn(start, end)) GROUP BY 1
            """
    }

    /// When each trace first called each tool.
    static func firstCalls(of traces: [String], since start: Instant) -> DetectorQuery {
        let query: DetectorQuery = """
            SELECT trace_id, name AS tool, MIN(start_time) AS at FROM langfuse.observations \
            WHERE trace_id IN (\(traces)) AND \(isTool) GROUP BY trace_id, name
            """
        return query.since(start)
    }

    /// When tools were called.
    static func moments(from start: Instant, to end: Instant) -> DetectorQuery {
        """
        SELECT name, start_time FROM langfuse.observations WHERE \(isIn(start, end)) AND \(isTool) AND name <> '' \
        ORDER BY start_time DESC LIMIT 5000
        """
    }
}
