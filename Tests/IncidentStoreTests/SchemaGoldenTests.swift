import Basics
import Foundation
import SQLiteKit
import Testing

@testable import IncidentStore

@Suite("The schema")
struct SchemaGoldenTests {
    private func migrated() throws -> Connection {
        let connection = try Connection(path: "", mode: .inMemory)
        try Migrations.all.migrate(connection)
        return connection
    }

    @Test("Golden: all migrations together make Goldens/Schema.sql")
    func golden() throws {
        let rows = try migrated().query(
            """
            SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'
            ORDER BY tbl_name, CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, name
            """)
        let schema = rows.rows.compactMap(\.first?.text).joined(separator: "\n") + "\n"
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let golden = URL(fileURLWithPath: "/\(folder)/Goldens/Schema.sql")
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try Data(schema.utf8).write(to: golden)
            Issue.record("recorded: look at the difference, then run again without RECORD")
            return
        }
        #expect(try String(contentsOf: golden, encoding: .utf8) == schema)
    }

    @Test(
        "the seed's tables have the seed's columns",
        arguments: [
            ("file_risk_history", "file_path commit_sha change_date cost_delta error_delta risk_score"),
            (
                "incident_reports",
                "detected_at detection_type severity report_text related_commits related_errors cost_impact slack_thread_ts"
            ),
            ("cost_baselines", "recorded_at hourly_cost daily_cost source"),
            (
                "loop_detections",
                "trace_id detected_at loop_count cost_burned tool_pattern status kill_method slack_ts"
            ),
            ("schema_snapshots", "feature_name schema_json captured_at sample_count"),
            (
                "drift_events",
                """
                feature_name detected_at drift_type severity blame_commit_sha blame_commit_message \
                validation_fail_rate details
                """
            ),
            (
                "approval_queue",
                """
                created_at action_type anomaly_type severity context status resolved_at resolved_by slack_channel \
                slack_ts expires_at
                """
            ),
            ("sampling_stats", "recorded_at total_traces sampled_traces dropped_traces keep_reasons"),
        ])
    func contract(table: String, columns: String) throws {
        let present = try Set(
            migrated().query("SELECT name FROM pragma_table_info('\(table)')").rows.compactMap(\.first?.text))
        #expect(Set(("id " + columns).split(separator: " ").map(String.init)).subtracting(present).isEmpty)
    }

    @Test("the changes of every table are counted")
    func topics() throws {
        let connection = try migrated()
        let silent = try connection.query(
            """
            SELECT name FROM sqlite_schema t WHERE type = 'table' AND name NOT LIKE 'sqlite%'
                AND (SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = t.name
                        AND name IN (t.name || '_insert', t.name || '_update', t.name || '_delete')) <> 3
            ORDER BY name
            """)
        #expect(silent.rows.compactMap(\.first?.text) == ["applied_migration", "detection_type", "topic_revision"])
    }

    @Test("the lists that a console shows are read from an index, without sorting")
    func listsUseIndexes() throws {
        let connection = try migrated()
        let lists = [
            ("incident_unresolved", StoreSnapshot.openIncidents),
            (
                "incident_ranked",
                "SELECT id FROM incident_reports ORDER BY rank DESC, last_seen DESC, id DESC LIMIT 9"
            ),
            (
                "approval_pending",
                "SELECT id FROM approval_queue WHERE status = 'pending' ORDER BY expires_at, id LIMIT 9"
            ),
            (
                "approval_history",
                """
                SELECT id FROM approval_queue WHERE status <> 'pending' ORDER BY resolved_at DESC, id DESC LIMIT 9
                """
            ),
            (
                "outbox_due",
                "SELECT id FROM outbox_action WHERE state = 'waiting' AND next_try_at <= 'x' ORDER BY next_try_at, id"
            ),
        ]
        for (index, sql) in lists {
            let plan = try connection.query("EXPLAIN QUERY PLAN " + sql).records.compactMap { $0["detail"].text }
            #expect(plan.contains { $0.contains(index) }, "\(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
        }
    }
}
