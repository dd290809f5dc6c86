import Basics
import Glibc
import HTTPClient
import Sandbox

/// A database with Langfuse's tables in a real ClickHouse, filled with the sandbox's observations: each written twice,
/// the first time with another cost, and some that were deleted, as a ReplacingMergeTree holds them before it merges.
struct ClickHouseWorld: Sendable {
    enum Layout: String, CaseIterable, Sendable { case tables, events }

    /// Where a real engine listens; the suite is skipped without one. `make clickhouse` starts one.
    static let address = getenv("CLICKHOUSE_TEST_URL").map { String(cString: $0) }
    static let project = "project-1"

    let database: String
    private let http = HTTPClient()

    init(_ layout: Layout, observations: [SandboxObservation], scores: [SandboxScore] = []) async throws {
        database = "langfuse_\(UInt32.random(in: 0...(.max)))"
        try await run("CREATE DATABASE \(database)")
        try await run(Self.scoresTable(in: database))
        if !scores.isEmpty {
            let lines = scores.map { Self.score($0).serialized }.joined(separator: "\n")
            try await run("INSERT INTO \(database).scores FORMAT JSONEachRow\n\(lines)")
        }
        switch layout {
        case .tables:
            try await run(Self.observationsTable(in: database))
            try await insert(observations, into: "observations", Self.observation)
        case .events:
            for table in ["events_core", "events_full"] {
                try await run(Self.eventsTable(table, in: database))
                try await insert(observations, into: table) { row, version in
                    Self.event(row, version, isCut: table == "events_core")
                }
            }
        }
    }

    func drop() async throws { try await run("DROP DATABASE \(database)") }

    var environment: [String: String] {
        ["CLICKHOUSE_URL": Self.address ?? "", "CLICKHOUSE_DB": database, "LANGFUSE_PROJECT_ID": Self.project]
    }

    struct Refused: Error { var answer: String }

    func run(_ sql: String) async throws {
        let response = try await http.send(
            HTTPRequest(.post, (Self.address ?? "") + "/admin", body: Array(sql.utf8), timeout: .minutes(2)))
        guard response.status == 200 else { throw Refused(answer: response.text) }
    }

    private func insert(
        _ rows: [SandboxObservation], into table: String,
        _ form: (SandboxObservation, Int) -> JSONValue
    ) async throws {
        var lines = rows.flatMap { [form($0, 0), form($0, 1)] }
        for var ghost in rows.prefix(50) {
            ghost.id += "-deleted"
            lines += [form(ghost, 0), form(ghost, 2)]
        }
        for start in stride(from: 0, to: lines.count, by: 5000) {
            let batch = lines[start..<min(start + 5000, lines.count)].map(\.serialized).joined(separator: "\n")
            try await run("INSERT INTO \(database).\(table) FORMAT JSONEachRow\n\(batch)")
        }
    }

    /// `version` 0 is overwritten by 1; 2 deletes the row.
    private static func common(_ row: SandboxObservation, _ version: Int) -> [JSONValue.Member] {
        let end = row.start + .seconds(row.latency)
        let cost = version == 0 ? row.cost * 3 : row.cost
        return [
            .init("trace_id", .string(row.traceID)), .init("project_id", .string(project)),
            .init("environment", "production"), .init("type", .string(row.type)), .init("name", .string(row.name)),
            .init("start_time", .string(moment(row.start))), .init("end_time", .string(moment(end))),
            .init("level", .string(row.level)), .init("input", .string(row.input)),
            .init("output", .string(row.output)), .init("provided_model_name", .string(row.model)),
            .init("model_parameters", "{}"), .init("prompt_name", .string(row.promptName)),
            .init("prompt_version", JSONValue(row.promptVersion)), .init("created_at", .string(moment(end))),
            .init(
                "usage_details",
                [
                    "input": JSONValue(row.inputTokens), "output": JSONValue(row.outputTokens),
                    "total": JSONValue(row.inputTokens + row.outputTokens),
                ]),
            .init("cost_details", ["total": .number(cost)]),
            .init("event_ts", .string(moment(end + .seconds(Double(version))))),
            .init("is_deleted", .integer(version == 2 ? 1 : 0)),
        ]
    }

    private static func observation(_ row: SandboxObservation, _ version: Int) -> JSONValue {
        .object(
            common(row, version) + [
                .init("id", .string(row.id)), .init("parent_observation_id", JSONValue(row.parentID)),
                .init("updated_at", .string(moment(row.start + .seconds(row.latency)))),
            ])
    }

    private static func event(_ row: SandboxObservation, _ version: Int, isCut: Bool) -> JSONValue {
        var members = common(row, version)
        if isCut {
            for place in members.indices where ["input", "output"].contains(members[place].name) {
                members[place].value = .string(String((members[place].value.string ?? "").prefix(200)))
            }
        }
        return .object(
            members + [
                .init("span_id", .string(row.id)), .init("parent_span_id", JSONValue(row.parentID)),
                .init("trace_name", .string(row.traceName)), .init("status_message", ""), .init("version", ""),
                .init("user_id", .string(row.userID)), .init("session_id", .string(row.sessionID)),
                .init("release", ""), .init("tags", []),
            ])
    }

    private static func moment(_ instant: Instant) -> String {
        String(instant.iso8601.replacing("T", with: " ").dropLast())
    }

    private static func score(_ score: SandboxScore) -> JSONValue {
        let (time, text) = (moment(score.time), score.value.string)
        let number = score.value.bool.map { $0 ? 1.0 : 0 } ?? (text == nil ? score.value.double : nil) ?? 0
        return [
            "id": .string(score.id), "timestamp": .string(time), "project_id": .string(project),
            "environment": "production", "trace_id": JSONValue(score.traceID),
            "observation_id": JSONValue(score.observationID), "session_id": JSONValue(score.sessionID),
            "name": .string(score.name), "value": .number(number), "string_value": JSONValue(text),
            "data_type": .string(score.dataType), "source": .string(score.source), "comment": JSONValue(score.comment),
            "created_at": .string(time), "updated_at": .string(time), "event_ts": .string(time), "is_deleted": 0,
        ]
    }

    /// Both versions keep their scores here.
    private static func scoresTable(in database: String) -> String {
        """
        CREATE TABLE \(database).scores (id String, timestamp DateTime64(3), project_id String,
            environment LowCardinality(String) DEFAULT 'default', trace_id Nullable(String),
            session_id Nullable(String), observation_id Nullable(String), name String, value Float64,
            source String, comment Nullable(String), data_type String, string_value Nullable(String),
            config_id Nullable(String), queue_id Nullable(String), author_user_id Nullable(String),
            created_at DateTime64(3) DEFAULT now(), updated_at DateTime64(3) DEFAULT now(), event_ts DateTime64(3),
            is_deleted UInt8)
        ENGINE = ReplacingMergeTree(event_ts, is_deleted) PARTITION BY toYYYYMM(timestamp)
        PRIMARY KEY (project_id, toDate(timestamp), name) ORDER BY (project_id, toDate(timestamp), name, id)
        """
    }

    /// Langfuse 3: packages/shared/clickhouse/migrations, the columns that are read here with their types and engine.
    private static func observationsTable(in database: String) -> String {
        """
        CREATE TABLE \(database).observations (id String, trace_id String, project_id String,
            environment LowCardinality(String) DEFAULT 'default', type LowCardinality(String),
            parent_observation_id Nullable(String), start_time DateTime64(3), end_time Nullable(DateTime64(3)),
            name String, metadata Map(LowCardinality(String), String), level LowCardinality(String),
            status_message Nullable(String), version Nullable(String), input Nullable(String), output Nullable(String),
            provided_model_name Nullable(String), internal_model_id Nullable(String), model_parameters Nullable(String),
            provided_usage_details Map(LowCardinality(String), UInt64),
            usage_details Map(LowCardinality(String), UInt64),
            provided_cost_details Map(LowCardinality(String), Decimal64(12)),
            cost_details Map(LowCardinality(String), Decimal64(12)), total_cost Nullable(Decimal64(12)),
            completion_start_time Nullable(DateTime64(3)), prompt_id Nullable(String), prompt_name Nullable(String),
            prompt_version Nullable(UInt16), created_at DateTime64(3) DEFAULT now(),
            updated_at DateTime64(3) DEFAULT now(), event_ts DateTime64(3), is_deleted UInt8,
            INDEX idx_id id TYPE bloom_filter() GRANULARITY 1, INDEX idx_trace_id trace_id TYPE bloom_filter() GRANULARITY 1)
        ENGINE = ReplacingMergeTree(event_ts, is_deleted) PARTITION BY toYYYYMM(start_time)
        PRIMARY KEY (project_id, type, toDate(start_time)) ORDER BY (project_id, type, toDate(start_time), id)
        """
    }

    /// Langfuse 4: `events_core` holds 200 characters of inputs and outputs, `events_full` all of them.
    private static func eventsTable(_ table: String, in database: String) -> String {
        """
        CREATE TABLE \(database).\(table) (project_id String, trace_id String, span_id String,
            parent_span_id Nullable(String), start_time DateTime64(6), end_time Nullable(DateTime64(6)), name String,
            type LowCardinality(String), environment LowCardinality(String) DEFAULT 'default', version String,
            release String, trace_name String, user_id String, session_id String, tags Array(String),
            level LowCardinality(String), status_message String, prompt_name String, prompt_version Nullable(UInt16),
            provided_model_name String, model_parameters String, usage_details Map(LowCardinality(String), UInt64),
            cost_details Map(LowCardinality(String), Decimal(18, 12)),
            total_cost Decimal(18, 12) ALIAS cost_details['total'], input String, output String,
            created_at DateTime64(6), event_ts DateTime64(6), is_deleted UInt8)
        ENGINE = ReplacingMergeTree(event_ts, is_deleted) PARTITION BY toYYYYMM(start_time)
        PRIMARY KEY (project_id, toStartOfMinute(start_time), xxHash32(trace_id))
        ORDER BY (project_id, toStartOfMinute(start_time), xxHash32(trace_id), span_id)
        """
    }
}
