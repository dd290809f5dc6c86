import Basics
import Foundation
import OnCallModel
import SQLiteKit
import Testing

@testable import IncidentStore

@Suite("Opening the store")
struct OpeningTests {
    @Test("the file and what lies beside it are the owner's alone")
    func permissions() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { try $0.setActivity("reading") }
        func mode(_ path: String) throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber).intValue
        }
        #expect(try mode(fixture.directory + "/state") == 0o700)
        for suffix in ["", "-wal", "-shm", ".lock"] { #expect(try mode(fixture.path + suffix) == 0o600, "\(suffix)") }
    }

    @Test("one agent works on a store; the second is told who has it, and gets it when the first lets go")
    func lease() async throws {
        let fixture = try Fixture()
        let first = try await StoreWriter.open(fixture.path, holder: "alpha:41", pid: 41, at: .minute(0))
        await #expect(throws: StoreError.held(path: fixture.path, by: "alpha:41", since: .minute(0))) {
            _ = try await fixture.writer(at: .minute(1))
        }
        await first.release()
        await #expect(throws: StoreError.self) { try await first.transaction { try $0.setActivity("late") } }
        let second = try await fixture.writer(at: .minute(3))
        #expect(try await second.read { try $0.agentStatus() }.holder == "host:1")
    }

    @Test("an agent that dies without a word holds nothing, and nobody takes it for alive")
    func death() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { try $0.setActivity("reading langfuse") }
        let reader = StoreReader(fixture.path)
        let alive = try await reader.read(.agentStatus)
        #expect(alive.holder == "host:1" && alive.activity == "reading langfuse")
        await writer.close()
        let dead = try await reader.read(.agentStatus)
        #expect(dead.holder == nil && dead.activity.isEmpty)
        _ = try await fixture.writer(at: .minute(1))
    }

    @Test("a damaged file is moved aside with a sentence, and a new store begun", arguments: [0, 4096])
    func damaged(offset: Int) async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        _ = try await writer.transaction { try $0.record(.sample(), scan: "a", at: .minute(0)) }
        #expect(await writer.notice == nil)
        await writer.release()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
        bytes.replaceSubrange(offset..<bytes.count, with: Data(repeating: 0xAA, count: bytes.count - offset))
        try bytes.write(to: URL(fileURLWithPath: fixture.path))

        if offset == 0 {
            await #expect(throws: StoreError.self) { try await StoreReader(fixture.path).read(.incidents(limit: 1)) }
        }
        let fresh = try await fixture.writer(at: .minute(5))
        let aside = fixture.path + ".damaged-20261124T030500000Z"
        #expect(await fresh.notice?.contains(aside) == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: aside)) == bytes)
        #expect(try await fresh.read { try $0.incidents(limit: 1) }.isEmpty)
    }

    @Test("a store of a newer program is refused, by the agent and by a reader")
    func superseded() async throws {
        let fixture = try Fixture()
        try await fixture.writer().release()
        try Connection(path: fixture.path, mode: .readWrite).execute(
            "INSERT INTO applied_migration VALUES ('9-future')")
        let expected = Migrator.Superseded(path: fixture.path, unknown: ["9-future"])
        await #expect(throws: expected) { _ = try await fixture.writer() }
        await #expect(throws: expected) { try await StoreReader(fixture.path).read(.agentStatus) }
    }

    @Test("a store of an older program is brought up to date by the agent alone")
    func outdated() async throws {
        let fixture = try Fixture()
        try FileManager.default.createDirectory(
            atPath: fixture.directory + "/state", withIntermediateDirectories: true)
        try Connection(path: fixture.path, mode: .readWriteCreate).execute(
            "CREATE TABLE applied_migration (name TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID")
        let reader = StoreReader(fixture.path)
        await #expect(throws: StoreError.outdated(path: fixture.path)) { try await reader.read(.agentStatus) }
        let writer = try await fixture.writer()
        #expect(try await reader.read(.agentStatus).holder == "host:1")
        await writer.release()
    }

    @Test("before a store is brought up to date a copy of it is kept")
    func copyBeforeMigration() async throws {
        let fixture = try Fixture()
        try FileManager.default.createDirectory(
            atPath: fixture.directory + "/state", withIntermediateDirectories: true)
        do {
            let old = try Connection(path: fixture.path, mode: .readWriteCreate)
            try Migrations.through("1-topics").migrate(old)
            try old.run(
                """
                INSERT INTO incident_reports (fingerprint, detected_at, detection_type, severity, subject, headline,
                    first_seen, last_seen, seen_at, first_scan, last_scan, occurrences)
                VALUES ('f1', ?1, 'cost_spike', 'high', 'support-bot', 'An hour cost $9.', ?1, ?1, ?1, 's1', 's7', 7)
                """, [Value(Instant.minute(0))])
        }
        let reopened = try await fixture.writer()
        #expect(try await reopened.read { try $0.incidents(limit: 9) }.count == 1)
        let copies = try FileManager.default.contentsOfDirectory(atPath: fixture.directory + "/state")
            .filter { $0.contains(".before-") }
        let copy = try Connection(path: fixture.directory + "/state/" + #require(copies.first), mode: .queryOnly)
        #expect(try copy.query("SELECT headline FROM incident_reports").count == 1)
        #expect(try copy.query("SELECT 1 FROM applied_migration WHERE name = '4-findings'").isEmpty)
        // What one finding opened is an incident of one finding.
        let findings = try Connection(path: fixture.path, mode: .queryOnly)
            .query("SELECT fingerprint, occurrences FROM incident_finding").rows
        #expect(findings == [[.text("f1"), .integer(7)]])
    }

    @Test("a file that others may read is closed to them")
    func tightened() async throws {
        let fixture = try Fixture()
        try await fixture.writer().release()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: fixture.path)
        _ = try await fixture.writer()
        let attributes = try FileManager.default.attributesOfItem(atPath: fixture.path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }

    @Test("without a store a reader and an inbox say how to get one")
    func missing() async throws {
        let fixture = try Fixture()
        let expected = StoreError.missing(path: fixture.path)
        await #expect(throws: expected) { try await StoreReader(fixture.path).read(.agentStatus) }
        await #expect(throws: expected) {
            _ = try await IntentInbox(fixture.path).append(.scanNow, author: "a", at: .minute(0))
        }
        #expect(!FileManager.default.fileExists(atPath: fixture.path))
    }

    @Test("a database of someone else is not taken for a store")
    func foreign() async throws {
        let fixture = try Fixture()
        let path = fixture.directory + "/other.db"
        try Connection(path: path, mode: .readWriteCreate).execute("CREATE TABLE t (x)")
        let expected = StoreError.unusable(path: path, reason: "it is a database, but not a store of Sentinel")
        await #expect(throws: expected) { try await StoreReader(path).read(.agentStatus) }
        await #expect(throws: expected) {
            _ = try await StoreWriter.open(path, holder: "h", pid: 1, at: .minute(0))
        }
        #expect(try Connection(path: path, mode: .queryOnly).query("SELECT name FROM sqlite_schema").count == 1)
    }
}
