import Basics
import Governance
import OnCallModel
import SQLiteKit
import Testing

@testable import IncidentStore

@Suite("The audit log")
struct AuditTests {
    /// A kill that is asked for, approved, attempted and done.
    private func told(_ fixture: Fixture) async throws -> StoreWriter {
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            let incident = try store.record(.sample(), scan: "a", at: .minute(0)).incident
            let item = try store.ask(incident: incident)
            let gate = Gate(policy: Policy(settings: Settings()))
            let circumstances = try store.snapshot.circumstances(ofIncident: incident, at: .minute(1))
            guard case .allow(let permission) = gate.approve(item, by: "alice", in: circumstances, now: .minute(1))
            else {
                throw Unexpected("it was refused")
            }
            _ = try store.approve(with: permission, at: .minute(1))
            let act = try #require(store.snapshot.acts(ofIncident: incident).last)
            _ = try store.beginAttempt(act.id, calls: ["GET /v1/kill"], at: .minute(2))
            _ = try store.finish(act.id, .done(detail: "no step since 03:02", reference: nil), at: .minute(3))
        }
        return writer
    }

    @Test("tells who did what, when, why and how it ended, with the exact requests")
    func story() async throws {
        let writer = try await told(Fixture())
        let rows = try await writer.read { try $0.audit(after: 0, limit: 100) }
        #expect(rows.map(\.id) == [1, 2, 3, 4, 5])
        #expect(rows.map(\.entry.event) == [.requested, .approved, .allowed, .attempted, .done])
        #expect(rows.map(\.entry.who) == ["agent", "alice", "alice", "agent", "agent"])
        #expect(rows.map(\.at) == [.minute(0), .minute(1), .minute(1), .minute(2), .minute(3)])
        #expect(rows.allSatisfy { $0.entry.what == "Kill trace trace-1 of agent researcher" })
        #expect(rows[0].entry.calls == ["GET /v1/kill?trace=trace-1"] && rows[3].entry.calls == ["GET /v1/kill"])
        #expect(rows[3].entry.why == "alice" && rows[4].entry.outcome == "no step since 03:02")
        #expect(try await writer.read { try $0.audit(ofIncident: 1, limit: 2) }.map(\.id) == [5, 4])
        #expect(try await writer.read { try $0.audit(ofIncident: 2, limit: 2) }.isEmpty)
        #expect(try await writer.read { try $0.checkAudit() } == .intact(entries: 5))
    }

    @Test("no program can change or cut it", arguments: ["UPDATE audit_log SET who = 'bob'", "DELETE FROM audit_log"])
    func appendOnly(sql: String) async throws {
        let fixture = try Fixture()
        _ = try await told(fixture)
        let connection = try Connection(path: fixture.path, mode: .readWrite)
        #expect(throws: SQLiteError.self) { try connection.execute(sql) }
    }

    @Test(
        "what is changed, cut out, cut off or added behind its back is found (row 49)",
        arguments: [
            ("UPDATE audit_log SET who = 'bob' WHERE id = 2", AuditCheck.changed(2)),
            ("UPDATE audit_log SET calls = '[]' WHERE id = 4", .changed(4)),
            ("DELETE FROM audit_log WHERE id = 3", .missing(3)),
            ("DELETE FROM audit_log WHERE id > 3", .cut(entries: 3, written: 5)),
            ("DELETE FROM audit_log", .cut(entries: 0, written: 5)),
            ("UPDATE audit_head SET entries = 4", .wrongHead),
        ])
    func forged(sql: String, expected: AuditCheck) async throws {
        let fixture = try Fixture()
        let writer = try await told(fixture)
        let connection = try Connection(path: fixture.path, mode: .readWrite)
        try connection.execute("DROP TRIGGER audit_log_is_never_changed; DROP TRIGGER audit_log_is_never_cut")
        try connection.execute(sql)
        #expect(try await writer.read { try $0.checkAudit() } == expected)
    }

    @Test("secrets are masked before they are hashed, so the chain holds")
    func masked() async throws {
        let writer = try await Fixture().writer()
        let secret = "Qm7Zp2Lx9Vb4Tn8Rk3Wd6Hs1Jf5Gc0YaUeIoPqMzXnCvBt2L"
        let entry = AuditEntry(
            .settingChanged, by: "alice", "Set key to sk-proj-\(secret)",
            calls: ["Authorization: Bearer \(secret)", "a\"b"],
            outcome: "api_key=\(secret)")
        try await writer.transaction { try $0.audit(entry, at: .minute(0)) }
        let row = try #require(try await writer.read { try $0.audit(after: 0, limit: 1) }.first)
        #expect(!"\(row)".contains(secret))
        #expect(row.entry.calls.count == 2 && row.entry.calls.last == "a\"b")
        #expect(try await writer.read { try $0.checkAudit() } == .intact(entries: 1))
    }
}

@Suite("A freeze in the store")
struct FreezeStoreTests {
    @Test("the first one counts, and it is over once")
    func once() async throws {
        let writer = try await Fixture().writer()
        #expect(try await writer.transaction { try $0.thaw(by: "bob", at: .minute(0)) } == nil)
        #expect(try await writer.transaction { try $0.freeze(by: "alice", because: "deploy", at: .minute(1)) } == nil)
        let freeze = Freeze(since: .minute(1), author: "alice", reason: "deploy")
        #expect(try await writer.transaction { try $0.freeze(by: "bob", because: "x", at: .minute(2)) } == freeze)
        #expect(try await writer.read { try $0.agentStatus() }.isFrozen)
        #expect(try await writer.transaction { try $0.thaw(by: "bob", at: .minute(3)) } == freeze)
        #expect(try await !writer.read { try $0.agentStatus() }.isFrozen)
        let events = try await writer.read { try $0.audit(after: 0, limit: 9) }.map(\.entry.event)
        #expect(events == [.frozen, .thawed])
    }
}
