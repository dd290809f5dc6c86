import Basics

/// Langfuse's tables in ClickHouse as the columns that `sources/langfuse/manifest.yaml` declares.
///
/// `FINAL` merges the versions of a row (the tables are ReplacingMergeTrees by `event_ts`); `is_deleted` excludes deleted rows. Source: the Langfuse server's migrations; `reference`: provider-apis §1.8.
package struct ClickHouseRelations: Hashable, Sendable {
    package enum Layout: Hashable, Sendable {
        /// Servers of version 3: `observations`, `traces` and `scores`.
        case tables
        /// Servers of version 4: `events_core`, `events_full` and `scores`.
        case events
    }

    package var layout: Layout

    package init(layout: Layout) {
        self.layout = layout
    }

    /// The statement that reads the layout and projects of the store.
    static let probe = """
        SELECT name FROM system.tables WHERE database = currentDatabase() \
        AND name IN ('observations', 'traces', 'scores', 'events_core', 'events_full')
        """

    /// The subquery of a relation; nil for an unknown name. `{project:String}` is its parameter.
    ///
    /// `withBodies`: inputs and outputs are read. Version 4 keeps them in another table.
    package func select(_ name: String, withBodies: Bool) -> String? {
        switch name {
        case "observations": observations(withBodies: withBodies)
        case "observations_hourly": hourly
        case "observations_by_trace": byTrace
        case "traces": traces(withBodies: withBodies)
        case "scores": scores
        default: nil
        }
    }

    package static let names = ["observations", "observations_hourly", "observations_by_trace", "traces", "scores"]

    private static let mine = "project_id = {project:String} AND is_deleted = 0"

    private static func entry(_ map: String, _ key: String, _ cast: String) -> String {
        "if(mapContains(\(map), '\(key)'), \(cast)(\(map)['\(key)']), NULL)"
    }

    private static let amounts = [
        "\(entry("usage_details", "input", "toInt64")) AS input_tokens",
        "\(entry("usage_details", "output", "toInt64")) AS output_tokens",
        "\(entry("usage_details", "total", "toInt64")) AS total_tokens",
        "\(entry("cost_details", "input", "toFloat64")) AS input_cost",
        "\(entry("cost_details", "output", "toFloat64")) AS output_cost",
    ]

    private static let seconds =
        "if(end_time IS NULL, NULL, dateDiff('millisecond', start_time, end_time) / 1000) AS latency"

    private func observations(withBodies: Bool) -> String {
        let common = ["type", "name", "provided_model_name AS model", "model_parameters", "start_time", "end_time"]
        let rest = ["level", "status_message", "version", "environment", "created_at"]
        let columns: [String]
        switch layout {
        case .tables:
            columns =
                ["id", "trace_id"] + common + [Self.seconds] + Self.amounts + [
                    "coalesce(\(Self.entry("cost_details", "total", "toFloat64")), toFloat64(total_cost)) AS total_cost"
                ] + rest + [
                    "updated_at", "parent_observation_id", "0 AS is_wrapper", "prompt_name",
                    "toInt64(prompt_version) AS prompt_version",
                    "CAST(NULL AS Nullable(String)) AS session_id", "CAST(NULL AS Nullable(String)) AS user_id",
                    "CAST(NULL AS Nullable(String)) AS release", "CAST(NULL AS Nullable(String)) AS trace_name",
                    "CAST(NULL AS Nullable(String)) AS tags", "input", "output",
                ]
        case .events:
            columns =
                ["span_id AS id", "trace_id"] + common + [Self.seconds] + Self.amounts + [
                    "\(Self.entry("cost_details", "total", "toFloat64")) AS total_cost"
                ] + rest + [
                    "event_ts AS updated_at", "parent_span_id AS parent_observation_id", "0 AS is_wrapper",
                    "prompt_name",
                    "toInt64OrNull(toString(prompt_version)) AS prompt_version", "session_id", "user_id", "release",
                    "trace_name", "toJSONString(tags) AS tags", "input", "output",
                ]
        }
        let table = layout == .tables ? "observations" : withBodies ? "events_full" : "events_core"
        return "SELECT \(columns.joined(separator: ", ")) FROM \(table) FINAL WHERE \(Self.mine)"
    }

    /// In US dollars. A higher cost of one observation is an error of the provider or of a price table.
    private static let isSound = "total_cost >= 0 AND total_cost < 100000"
    private static let sums = """
        coalesce(sumIf(total_cost, \(isSound)), 0) AS cost, \
        countIf(total_cost IS NOT NULL AND NOT (\(isSound))) AS rejected_costs, \
        sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, countIf(level = 'ERROR') AS errors
        """

    private var hourly: String {
        """
        SELECT toStartOfHour(start_time) AS hour, type, name, model, prompt_name, prompt_version, environment, \
        count() AS observations, \(Self.sums) FROM (\(observations(withBodies: false))) \
        GROUP BY hour, type, name, model, prompt_name, prompt_version, environment
        """
    }

    private var byTrace: String {
        """
        SELECT trace_id, argMin(coalesce(nullIf(trace_name, ''), o.name), start_time) AS name, \
        min(start_time) AS first_at, max(start_time) AS last_at, count() AS observations, \
        countIf(type = 'GENERATION') AS generations, \(Self.sums), max(environment) AS environment, \
        countIf(type <> 'EVENT') AS steps, countIf(level = 'WARNING') AS warnings, \
        toJSONString(groupUniqArrayIf(assumeNotNull(o.name), type <> 'EVENT' AND o.name <> '')) AS step_names, \
        max(o.updated_at) AS changed_at FROM (\(observations(withBodies: false))) AS o GROUP BY trace_id
        """
    }

    private func traces(withBodies: Bool) -> String {
        switch layout {
        case .tables:
            """
            SELECT id, name, user_id, session_id, environment, release, version, toJSONString(tags) AS tags, timestamp, \
            CAST(NULL AS Nullable(Float64)) AS latency, CAST(NULL AS Nullable(Float64)) AS total_cost, \
            toJSONString(metadata) AS metadata, input, output, project_id, created_at, updated_at \
            FROM traces FINAL WHERE \(Self.mine)
            """
        case .events:
            """
            SELECT trace_id AS id, any(trace_name) AS name, any(user_id) AS user_id, any(session_id) AS session_id, \
            any(environment) AS environment, any(release) AS release, any(version) AS version, \
            any(toJSONString(tags)) AS tags, min(start_time) AS timestamp, \
            dateDiff('millisecond', min(start_time), max(coalesce(end_time, start_time))) / 1000 AS latency, \
            sum(\(Self.entry("cost_details", "total", "toFloat64"))) AS total_cost, \
            CAST(NULL AS Nullable(String)) AS metadata, argMin(input, start_time) AS input, \
            argMin(output, start_time) AS output, any(project_id) AS project_id, min(created_at) AS created_at, \
            max(event_ts) AS updated_at FROM \(withBodies ? "events_full" : "events_core") FINAL WHERE \(Self.mine) \
            GROUP BY trace_id
            """
        }
    }

    private var scores: String {
        """
        SELECT id, trace_id, observation_id, name, value, string_value, data_type, source, comment, environment, \
        timestamp, created_at, updated_at FROM scores FINAL WHERE \(Self.mine)
        """
    }
}
