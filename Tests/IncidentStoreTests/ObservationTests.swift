import Basics
import OnCallModel
import SQLiteKit
import Testing

@testable import IncidentStore

@Suite("Observing the store")
struct ObservationTests {
    @Test("changes while fetching cost one more fetch, however many they are")
    func machine() {
        var machine = ObservationMachine()
        #expect(machine.changed() == .fetch)
        #expect(machine.changed() == .wait)
        #expect(machine.changed() == .wait)
        #expect(machine.state == .fetchingAndNeedsFetch)
        #expect(machine.fetched() == .fetch)
        #expect(machine.fetched() == .wait)
        #expect(machine.state == .idle)
        #expect(machine.changed() == .fetch)
    }

    @Test("an observer sees the value now and each later one, whichever connection wrote it")
    func values() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        var loops = StoreReader(fixture.path).observe(.loops(limit: 10)).makeAsyncIterator()
        #expect(try await loops.next() == [])
        for generations in [12, 15, 21] {
            try await writer.transaction {
                try $0.upsertLoop(.sample(generations: generations), incident: nil, asOf: .minute(0))
            }
            #expect(try await loops.next()?.map(\.loop.generations) == [generations])
        }
    }

    @Test("a commit that does not change the answer is not delivered")
    func deduplicated() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let reader = StoreReader(fixture.path)
        let source = SourceHealth(name: "slack", state: .ok, asOf: nil, calls: 1, message: "")
        let started = AsyncStream.makeStream(of: Void.self)
        let sources = StoreQuery { try $0.sources() }
        let seen = Task {
            var seen: [[SourceHealth]] = []
            for try await value in reader.observe(sources) {
                seen.append(value)
                started.continuation.yield()
                if value == [source] { break }
            }
            return seen
        }
        for await _ in started.stream { break }
        var settings = reader.observe(.settings).makeAsyncIterator()
        #expect(try await settings.next() == [])
        for number in 0..<20 {
            let item = SettingItem(key: "k", value: "\(number)")
            try await writer.transaction { try $0.saveSettings([item]) }
            #expect(try await settings.next() == [item])
        }
        try await writer.transaction { try $0.saveSources([source], at: .minute(0)) }
        #expect(try await seen.value == [[], [source]])
    }

    @Test("an observer fetches again only if a table changed that its fetch read")
    func topics() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let fetches = Lock(0)
        let query = StoreQuery { snapshot in
            fetches.withLock { $0 += 1 }
            return try snapshot.settings()
        }
        let reader = StoreReader(fixture.path)
        var settings = reader.observe(query).makeAsyncIterator()
        _ = try await settings.next()
        var loops = reader.observe(.loops(limit: 10)).makeAsyncIterator()
        _ = try await loops.next()
        try await writer.transaction { try $0.upsertLoop(.sample(), incident: nil, asOf: .minute(0)) }
        #expect(try await loops.next()?.count == 1)
        #expect(fetches.withLock { $0 } == 1)
        try await writer.transaction { try $0.saveSettings([SettingItem(key: "k", value: "1")]) }
        #expect(try await settings.next()?.count == 1)
        #expect(fetches.withLock { $0 } == 2)
    }

    @Test("tables are recorded through joins and subqueries, also for a statement that was prepared before")
    func region() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let reader = StoreReader(fixture.path)
        let burned = StoreQuery { snapshot in
            try snapshot.scalar(
                """
                SELECT (SELECT coalesce(sum(cost_burned), 0) FROM loop_detections) FROM agent_status
                LEFT JOIN setting_value v ON v.key = 'k', json_each('[1]')
                """)?.real
        }
        for _ in 1...2 { _ = try await reader.read(burned) }
        var costs = reader.observe(burned).makeAsyncIterator()
        #expect(try await costs.next() == 0)
        try await writer.transaction { try $0.upsertLoop(.sample(), incident: nil, asOf: .minute(0)) }
        #expect(try await costs.next() != 0)
    }

    @Test("what cannot be fetched ends the observation with the error")
    func failure() async throws {
        let fixture = try Fixture()
        let stream = StoreReader(fixture.path).observe(.settings)
        await #expect(throws: StoreError.missing(path: fixture.path)) {
            for try await _ in stream {}
        }
    }

    @Test("a damaged row is an error that names it, never an empty list")
    func damagedRow() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { try $0.upsertLoop(.sample(), incident: nil, asOf: .minute(0)) }
        try Connection(path: fixture.path, mode: .readWrite).execute("UPDATE loop_detections SET first_seen = 'soon'")
        await #expect(
            throws: StoreError.damaged(table: "loop_detections", row: "1", reason: "first_seen is not a time")
        ) {
            try await StoreReader(fixture.path).read(.loops(limit: 1))
        }
    }

    @Test("a reader cannot write")
    func queryOnly() async throws {
        let fixture = try Fixture()
        _ = try await fixture.writer()
        let query = StoreQuery { try $0.connection.run("UPDATE agent_status SET activity = 'mine'") }
        await #expect(throws: SQLiteError.self) { try await StoreReader(fixture.path).read(query) }
    }

    @Test("the watch tells of an intent of another connection")
    func watch() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let watch = try StoreWatch(writer.file)
        var changes = watch.changes.makeAsyncIterator()
        let id = try await IntentInbox(fixture.path).append(.scanNow, author: "alice", at: .minute(0))
        #expect(await changes.next() != nil)
        #expect(try await writer.read { try $0.pendingIntents() }.map(\.id) == [id])
    }
}
