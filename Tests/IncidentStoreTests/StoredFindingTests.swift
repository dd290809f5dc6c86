import Basics
import OnCallModel
import SQLiteKit
import Testing

@testable import IncidentStore

@Suite("A finding is stored once")
struct StoredFindingTests {
    /// A store as it was before findings were stored once: two incidents, one of two findings, and what refers to them.
    private func old() throws -> Connection {
        let connection = try Connection(path: "", mode: .inMemory)
        try Migrations.through("8-memory").migrate(connection)
        try connection.execute("PRAGMA foreign_keys=ON")
        let columns = """
            fingerprint, detection_type, severity, subject, headline, first_seen, last_seen, seen_at, last_scan, query_sql,
            evidence
            """
        for (id, print, type) in [(1, "f1", "cost_spike"), (2, "f2", "agent_loop"), (3, "f3", "agent_loop")] {
            try connection.execute(
                """
                INSERT INTO incident_reports (id, detected_at, first_scan, \(columns), report_text, state, resolved_at)
                VALUES (\(id), '2026-11-24T03:00:00.000Z', 's1', '\(print)', '\(type)', 'high', 'bot', 'h\(id)',
                    '2026-11-24T02:00:00.000Z', '2026-11-24T03:00:00.000Z', '2026-11-24T03:00:00.000Z', 's1', 'SELECT 1',
                    '{"cost":4.5}', '# Report', 'open', NULL);
                INSERT INTO incident_finding (incident_id, joined_at, \(columns))
                SELECT id, detected_at, \(columns) FROM incident_reports WHERE id = \(id);
                """)
        }
        try connection.execute(
            """
            DELETE FROM incident_finding WHERE incident_id = 3;
            DELETE FROM incident_reports WHERE id = 3;
            UPDATE incident_reports SET inhibited_by = 1, inhibited_why = 'both are about bot' WHERE id = 2;
            INSERT INTO incident_finding (incident_id, joined_at, why, \(columns))
                SELECT 2, joined_at, 'both name trace t', 'f9', 'tool_failure', severity, 'search', headline,
                    '2026-11-24T01:00:00.000Z', last_seen, seen_at, last_scan, query_sql, '{"failing":3}'
                FROM incident_finding WHERE incident_id = 2;
            INSERT INTO timeline (incident_id, at, author, event) VALUES (2, '2026-11-24T03:00:00.000Z', 'a', 'Opened');
            INSERT INTO detector_memory VALUES ('tool_failure', 'search', '{}', '2026-11-24T03:00:00.000Z');
            INSERT INTO failed_trace VALUES ('t1', 'prompt_drift', '2026-11-24T03:00:00.000Z');
            INSERT INTO approval_queue (request_key, created_at, action_type, anomaly_type, severity, context, expires_at,
                incident_id) VALUES ('incident-2/kill_loop', '2026-11-24T03:00:00.000Z', 'kill_loop', 'agent_loop', 'high',
                '{}', '2026-11-24T07:00:00.000Z', 2);
            """)
        return connection
    }

    @Test("an older store keeps every incident, finding and reference, and never gives an id twice")
    func migration() throws {
        let connection = try old()
        try Migrations.all.migrate(connection)
        let incidents = try StoreSnapshot(connection: connection, file: StoreFile("")).incidents(limit: 9)
        #expect(incidents.map(\.id) == [1, 2] && incidents.map(\.headline) == ["h1", "h2"])
        #expect(incidents.map(\.subject) == ["bot", "bot"] && incidents.map(\.parts) == [1, 2])
        #expect(incidents.last?.firstSeen.iso8601 == "2026-11-24T01:00:00.000Z", "that of its earliest finding")
        #expect(incidents.last?.life.parent?.incident == 1)
        let detail = try #require(try StoreSnapshot(connection: connection, file: StoreFile("")).incident(2))
        #expect(detail.report == "# Report" && detail.lead?.sql == "SELECT 1" && detail.lead?.loop?.cost == 4.5)
        #expect(detail.findings.last?.facts.tool?.outputs?.failing == 3)
        #expect(try connection.query("SELECT 1 FROM timeline").count == 1)
        #expect(try connection.query("SELECT 1 FROM approval_queue WHERE incident_id = 2").count == 1)
        #expect(try connection.query("PRAGMA foreign_key_check").isEmpty)
        #expect(try connection.query("PRAGMA foreign_keys").rows == [[.integer(1)]])
        try connection.execute(
            """
            INSERT INTO incident_reports (fingerprint, detected_at, detection_type, severity, last_seen, first_scan)
            VALUES ('f4', 'x', 'cost_spike', 'high', 'x', 's2')
            """)
        #expect(connection.lastInsertedRowID == 4, "3 was given before")
        let columns = [
            ("incident_reports", "detection_type"), ("incident_finding", "detection_type"),
            ("failed_trace", "detection_type"), ("detector_memory", "detection_type"),
            ("approval_queue", "anomaly_type"),
        ]
        for (table, column) in columns {
            #expect(throws: SQLiteError.self, "\(table)") {
                try connection.run("UPDATE \(table) SET \(column) = 'moon_phase'")
            }
        }
        try connection.execute("INSERT INTO detection_type VALUES ('moon_phase')")
        for (table, column) in columns { try connection.run("UPDATE \(table) SET \(column) = 'moon_phase'") }
    }

    @Test("a class is one row of detection_type, and the program has the same classes")
    func classes() throws {
        let connection = try Connection(path: "", mode: .inMemory)
        try Migrations.all.migrate(connection)
        let names = try connection.query("SELECT name FROM detection_type").rows.compactMap(\.first?.text)
        #expect(Set(names) == Set(DetectionType.allCases.map(\.rawValue)))
    }

    @Test("the list of incidents is read from its index, each finding by its key")
    func plan() throws {
        let connection = try Connection(path: "", mode: .inMemory)
        try Migrations.all.migrate(connection)
        let list = StoreSnapshot.summaries + " ORDER BY i.rank DESC, i.last_seen DESC, i.id DESC LIMIT 200"
        let plan = try connection.query("EXPLAIN QUERY PLAN " + list).records.compactMap { $0["detail"].text }
        #expect(plan.contains { $0.contains("USING INDEX incident_ranked") }, "\(plan)")
        #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.hasPrefix("SCAN lead") }, "\(plan)")
    }

    @Test("a damaged row of figures loses them, not its incident")
    func damaged() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        for (index, damage) in ["{\"cost\":", "[]", "", "{\"looped\":\"many\",\"cost\":3}"].enumerated() {
            let id = try await writer.transaction {
                try $0.record(.sample("trace-\(index)"), scan: "a", at: .minute(0))
            }.incident
            try Connection(path: fixture.path, mode: .readWriteCreate).run(
                "UPDATE incident_finding SET evidence = ?1, links = ?1 WHERE incident_id = ?2",
                [.text(damage), .integer(id)])
            let detail = try #require(try await writer.read { try $0.incident(id) })
            #expect(detail.lead?.type == .agentLoop && detail.lead?.loop?.traceID == "trace-\(index)")
            #expect(detail.lead?.facts.loop?.cost == (index == 3 ? 3 : 0))
        }
        #expect(try await writer.read { try $0.incidents(limit: 9) }.count == 4)
    }
}
