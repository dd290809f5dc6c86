import Basics
import Glibc
import OnCallModel
import SQLiteKit
import Sandbox
import Testing

@testable import AgentCore
@testable import IncidentStore

@Suite("An outage of the store")
struct StoreOutageTests {
    @Test("waits grow from 1 s to 30 s, go on where outages follow each other, and start again after a minute of peace")
    func pauses() {
        var machine = StoreOutageMachine()
        let isFirst = machine.failed(at: Stage.start)
        let isSecond = machine.failed(at: Stage.start + .seconds(1))
        #expect(isFirst && !isSecond)
        let pauses = (0..<7).map { _ in machine.nextPause().seconds }
        #expect(pauses == [1, 2, 4, 8, 16, 30, 30])
        let unannounced = machine.ended(at: Stage.start + .seconds(50))
        #expect(unannounced == nil)
        _ = machine.failed(at: Stage.start + .seconds(60))
        let after = machine.nextPause()
        _ = machine.ended(at: Stage.start + .seconds(70))
        _ = machine.failed(at: Stage.start + .minutes(9))
        let later = machine.nextPause()
        #expect(after == .seconds(30) && later == .seconds(1))
    }

    @Test("an outage is announced once, after ten seconds; one that follows it closely, after five minutes")
    func announcements() {
        var machine = StoreOutageMachine()
        #expect(!machine.isAnnouncementDue(at: Stage.start))
        _ = machine.failed(at: Stage.start)
        #expect(!machine.isAnnouncementDue(at: Stage.start + .seconds(9)))
        #expect(machine.isAnnouncementDue(at: Stage.start + .seconds(10)))
        machine.announced()
        #expect(!machine.isAnnouncementDue(at: Stage.start + .seconds(20)))
        let length = machine.ended(at: Stage.start + .seconds(40))
        #expect(length == .seconds(40))
        let again = Stage.start + .seconds(90)
        _ = machine.failed(at: again)
        #expect(!machine.isAnnouncementDue(at: again + .seconds(60)))
        #expect(machine.isAnnouncementDue(at: again + .minutes(5)))
    }

    @Test("an agent outlives another program's lock, says so once in Slack, and answers what waited (row 44)")
    func locked() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        let (reports, report) = AsyncStream.makeStream(of: String.self)
        let agent = stage.agent { sentence in report.yield(sentence) }
        let running = Task { try await agent.run() }
        let reader = StoreReader(stage.store)
        for try await status in reader.observe(.agentStatus) where status.nextCycleAt != nil { break }
        let other = OtherProgram(stage.store)
        let asked = try await other.lockBeforeTheAnswer()
        let expected = ["has locked the store", "People were notified", "can be written again", "People were notified"]
        var heard = 0
        for await sentence in reports {
            #expect(sentence.contains(expected[heard]), "\(sentence)")
            heard += 1
            if heard == 1 { stage.advance(by: .seconds(30)) }
            if heard == 2 { try await other.unlock() }
            if heard == expected.count { break }
        }
        let told = stage.posts.map(\.text).filter { $0.hasPrefix("Sentinel") && $0.contains("store") }
        #expect(told.count == 2, "\(stage.posts.map(\.text))")
        for try await answer in reader.observe(.answer(toIntent: asked)) where answer != nil {
            #expect(answer == IntentAnswer("Scanning now."))
            break
        }
        running.cancel()
        // Nothing but the cancellation has ended it.
        do { try await running.value } catch is CancellationError {}
    }

    @Test("on a full disk detection goes on; what it found is stored when there is space, though it is over (row 45)")
    func full() async throws {
        let stage = try Stage()
        let (reports, report) = AsyncStream.makeStream(of: String.self)
        let configuration = stage.agent { report.yield($0) }.configuration
        let store = StoreGuard(configuration, patience: nil) { _ in true }
        let writer = try await store.open()
        let parts = try await AgentParts(configuration, writer: writer, store: store)
        // As SQLite has it on a disk without space: no page can be added.
        try await writer.transaction { try $0.connection.execute("PRAGMA max_page_count = 1") }
        do {
            _ = try await parts.run(.full)
            Issue.record("the scan was stored")
        } catch let error as SQLiteError {
            #expect(error.isDiskFull)
        }
        let held = await store.heldFindings
        // What needs no new page may have been stored.
        let stored = try await stage.read(.incidents(limit: 9))
        let found = Set(held.map(\.type)).union(stored.map(\.type))
        #expect(!held.isEmpty && found.isSuperset(of: [.costSpike, .agentLoop]), "\(held.map(\.description))")
        #expect(Set(held.map(\.fingerprint)).isDisjoint(with: stored.map(\.fingerprint)))
        for await sentence in reports where sentence.contains("can be written again") { break }

        try await writer.transaction { try $0.connection.execute("PRAGMA max_page_count = 1000000000") }
        // By now the loop and the spike have ended, so that the scan does not find them itself.
        stage.advance(by: .hours(9))
        let later = try await parts.run(.full)
        #expect(!later.findings.contains { $0.type == .agentLoop && !$0.isNote })
        #expect(await store.heldFindings.isEmpty)
        let incidents = try await stage.read(.incidents(limit: 9))
        #expect(
            Set(incidents.map(\.fingerprint)).isSuperset(of: held.map(\.fingerprint)), "\(incidents.map(\.headline))")
        try await parts.outbox.drain()
        #expect(!stage.posts.isEmpty)
        let check = try await writer.transaction { try $0.connection.query("PRAGMA integrity_check").rows.first?.first }
        #expect(check == .text("ok"))
        await store.stop()
        await writer.release()
    }
}

/// Another program on the store: it holds the write lock on a connection of its own.
private actor OtherProgram {
    private let path: String
    private var connection: Connection?

    init(_ path: String) { self.path = path }

    /// Asks for a scan, and locks the store before the agent is notified of it. Returns the request's id.
    func lockBeforeTheAnswer() throws -> Int64 {
        let fresh = try Connection(path: path, mode: .readWrite)
        try fresh.run(
            "INSERT INTO intent (kind, payload, author, created_at) VALUES ('scan_now', '{}', 'alice', ?)",
            [.init(Stage.start)])
        let id = fresh.lastInsertedRowID
        try fresh.execute("BEGIN IMMEDIATE")
        connection = fresh
        let signal = open(path + ".lock", O_WRONLY)
        _ = write(signal, "\n", 1)
        close(signal)
        return id
    }

    func unlock() throws {
        try connection?.execute("COMMIT")
        connection = nil
    }
}
