import Basics
import OnCallModel
import SQLiteKit
import Testing

@testable import IncidentStore

@Suite("The intent inbox")
struct IntentInboxTests {
    @Test("what a person asks arrives as it was asked, in order, and its answer comes back")
    func roundTrip() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let inbox = IntentInbox(fixture.path)
        let intents: [Intent] = [
            .approve(request: 7), .approve(request: 7, seen: Fingerprint("a")), .reject(request: 8),
            .killLoop(trace: "t\u{1B}[2J"), .acknowledge(incident: 1),
            .resolve(incident: 2), .changeSetting(key: "theme", value: "\"light\""), .makeDigest(week: nil),
            .makeDigest(week: "2026-W48"), .scanNow,
        ]
        var ids: [Int64] = []
        for (minute, intent) in intents.enumerated() {
            ids.append(try await inbox.append(intent, author: "alice@host", at: .minute(Double(minute))))
        }
        let pending = try await writer.read { try $0.pendingIntents() }
        #expect(pending.map(\.intent) == intents)
        #expect(pending.map(\.id) == ids)
        #expect(pending.last == IntentRecord(id: ids[9], intent: .scanNow, author: "alice@host", createdAt: .minute(9)))

        let first = ids[0]
        #expect(try await inbox.outcome(of: first) == nil)
        #expect(
            try await writer.transaction {
                try $0.handle(intent: first, answer: IntentAnswer("Approved."), at: .minute(9))
            })
        #expect(
            try await !writer.transaction {
                try $0.handle(intent: first, answer: IntentAnswer("Again."), at: .minute(9))
            })
        #expect(try await inbox.outcome(of: first) == "Approved.")
        #expect(try await writer.read { try $0.pendingIntents() }.map(\.id) == Array(ids.dropFirst()))
    }

    @Test(
        "SQLite refuses everything else on its connection",
        arguments: [
            "UPDATE approval_queue SET status = 'approved'", "DELETE FROM intent", "UPDATE intent SET outcome = 'yes'",
            "INSERT INTO outbox_action (act_key, kind, action, round, ground, created_at, next_try_at) VALUES ('k','x','{}',0,'notice','','')",
            "INSERT INTO approval_queue (id) VALUES (1)", "SELECT * FROM incident_reports", "DROP TABLE intent",
            "PRAGMA writable_schema=ON", "ATTACH '/tmp/x.db' AS x", "CREATE TABLE t (x)",
            "CREATE TEMP TRIGGER t AFTER INSERT ON intent BEGIN SELECT 1; END",
            "UPDATE topic_revision SET topic = 'x'", "DELETE FROM topic_revision",
        ])
    func walls(sql: String) async throws {
        let fixture = try Fixture()
        _ = try await fixture.writer()
        let connection = try IntentInbox.connect(StoreFile(fixture.path))
        let failure = #expect(throws: SQLiteError.self) { try connection.execute(sql) }
        #expect(failure?.isDenied == true, "\(failure.map(String.init(describing:)) ?? "it was allowed")")
    }

    @Test("an intent that this agent does not know is answered, not left waiting")
    func unreadable() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let inbox = IntentInbox(fixture.path)
        let known = try await inbox.append(.scanNow, author: "alice", at: .minute(0))
        try Connection(path: fixture.path, mode: .readWrite).execute(
            "INSERT INTO intent (kind, payload, author, created_at) VALUES ('dance', '{}', 'bob', '2026-11-24T03:00:00.000Z')"
        )
        try await writer.transaction { try $0.refuseUnreadableIntents(at: .minute(1)) }
        #expect(try await inbox.outcome(of: known + 1)?.contains("\"dance\"") == true)
        #expect(try await inbox.outcome(of: known) == nil)
    }
}
