/// The queries of the original system, in the dialect that it wrote them in.
enum SeedQueries {
    struct Query {
        var name: String
        var mirrored: [String]
        var live: [String] = []
        var usesSums = false
        /// The calls that its bodies may take together; nil for one a trace.
        var bodyCalls: Int?
        var sql: String

        var tables: String {
            (mirrored + live).joined(separator: ", ") + (usesSums ? " (`langfuse_history: metrics`)" : "")
        }
    }

    private static let observations = "langfuse.observations"
    private static let generations = "type = 'GENERATION' AND CAST(start_time AS TIMESTAMP) > now() - INTERVAL"

    static let all = [
        Query(
            name: "cost_spike_detection", mirrored: [observations],
            sql: """
                SELECT date_trunc('hour', CAST(start_time AS TIMESTAMP)) AS hour, SUM(total_cost) AS hourly_cost,
                    COUNT(*) AS generation_count, AVG(total_cost) AS avg_cost_per_call
                FROM langfuse.observations WHERE \(generations) '24 hours' GROUP BY 1 ORDER BY 1 DESC
                """),
        Query(
            name: "commit_to_cost_blame", mirrored: ["github.commits", "sentry.issues", observations],
            sql: """
                SELECT c.sha, c.message, COUNT(DISTINCT i.id) AS issues, SUM(o.total_cost) AS cost FROM github.commits c
                LEFT JOIN sentry.issues i ON i.first_seen > c.date AND i.first_seen < c.date + INTERVAL '24 hours'
                LEFT JOIN langfuse.observations o ON o.start_time > c.date AND o.start_time < c.date + INTERVAL '1 minute'
                WHERE CAST(c.date AS TIMESTAMP) > now() - INTERVAL '7 days' GROUP BY 1, 2 ORDER BY 4 DESC LIMIT 10
                """),
        Query(
            name: "error_cascade_detection", mirrored: ["sentry.issues", observations],
            sql: """
                SELECT i.title, i.count, SUM(o.total_cost) AS cost, COUNT(*) AS retries FROM sentry.issues i
                JOIN langfuse.observations o ON o.start_time BETWEEN i.first_seen AND i.last_seen
                WHERE CAST(i.first_seen AS TIMESTAMP) > now() - INTERVAL '48 hours' AND o.type = 'GENERATION'
                GROUP BY 1, 2 HAVING SUM(o.total_cost) > 1.0 ORDER BY 3 DESC LIMIT 10
                """),
        Query(
            name: "slack_incident_context", mirrored: [], live: ["slack.channels", "slack.messages"],
            sql: """
                SELECT m.text, m.user_id, m.ts, c.name FROM slack.channels c JOIN slack.messages m ON m.channel = c.id
                WHERE c.name IN ('channel-1', 'channel-2', 'channel-3', 'channel-4') ORDER BY m.ts LIMIT 20
                """),
        Query(
            name: "weekly_digest_shipped", mirrored: [], live: ["github.pulls"],
            sql: """
                SELECT title, number, user__login, merged_at FROM github.pulls
                WHERE owner = 'acme' AND repo = 'app' AND state = 'closed'
                AND CAST(merged_at AS TIMESTAMP) > now() - INTERVAL '7 days'
                """),
        Query(
            name: "agent_loop_detection", mirrored: [observations],
            sql: """
                SELECT trace_id, COUNT(*) AS generations, MIN(start_time), MAX(start_time), SUM(total_cost)
                FROM langfuse.observations WHERE \(generations) '2 hours' GROUP BY 1 HAVING COUNT(*) > 8 LIMIT 20
                """),
        Query(
            name: "fingerprint of one trace", mirrored: [observations],
            sql:
                "SELECT name, start_time, total_cost, model FROM langfuse.observations WHERE trace_id = 't7' ORDER BY 2"
        ),
        Query(
            name: "latest 20 outputs of a feature", mirrored: [observations], live: ["inputs and outputs"],
            sql: """
                SELECT output FROM langfuse.observations WHERE name = 'feature-3' AND \(generations) '24 hours'
                ORDER BY start_time DESC LIMIT 20
                """),
        Query(
            name: "latest 100 outputs of each feature", mirrored: [observations], live: ["inputs and outputs"],
            bodyCalls: 100,
            sql: """
                SELECT o.name, o.output FROM (SELECT trace_id, id, ROW_NUMBER() OVER (
                    PARTITION BY name ORDER BY start_time DESC) AS recency
                    FROM langfuse.observations WHERE \(generations) '24 hours') k
                JOIN langfuse.observations o ON o.trace_id = k.trace_id AND o.id = k.id WHERE k.recency <= 100
                """),
        Query(
            name: "hourly cost of 28 days", mirrored: [observations], usesSums: true,
            sql: "SELECT hour, SUM(cost) FROM langfuse.observations_hourly GROUP BY hour ORDER BY hour"),
    ]
}
