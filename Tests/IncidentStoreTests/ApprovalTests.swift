import Basics
import OnCallModel
import SQLiteKit
import Testing

@testable import IncidentStore

/// One who decides, with a connection and a thread of its own.
private actor Decider {
    private let queue: QueueExecutor
    private let open: @Sendable () throws -> Connection
    private lazy var connection = Result { try open() }

    nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    init(_ number: Int, open: @escaping @Sendable () throws -> Connection) {
        queue = QueueExecutor(label: "decider \(number)")
        self.open = open
    }

    func transaction<Result: Sendable>(_ body: @Sendable (Connection) throws -> Result) throws -> Result {
        try connection.get().transaction { try body($0) }
    }
}

@Suite("A request is decided once")
struct ApprovalTests {
    private func asked(_ fixture: Fixture) async throws -> (StoreWriter, ApprovalItem) {
        let writer = try await fixture.writer()
        let item = try await writer.transaction { store in
            try store.upsertLoop(.sample(), incident: nil, asOf: .minute(0))
            return try store.ask(incident: store.record(.sample(), scan: "a", at: .minute(0)).incident)
        }
        return (writer, item)
    }

    @Test("of a hundred who decide at once on connections of their own, one is heard (row 26)")
    func hundredDeciders() async throws {
        let fixture = try Fixture()
        let (writer, item) = try await asked(fixture)
        let file = writer.file
        let connections = (0..<10).map { number in
            Decider(number) { try Connection(path: file.path, mode: .readWrite) }
        }
        let permissions = try (0..<100).map { try item.approved(by: "person-\($0)") }
        let decisions = try await withThrowingTaskGroup(of: RequestDecision.self) { group in
            for number in 0..<100 {
                group.addTask {
                    try await connections[number % connections.count].transaction { connection in
                        let store = StoreTransaction(connection: connection, file: file)
                        return number.isMultiple(of: 2)
                            ? try store.approve(with: permissions[number], at: .minute(1))
                            : try store.reject(item.id, by: "person-\(number)", at: .minute(1))
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let accepted = decisions.compactMap { if case .accepted(let item) = $0 { item } else { nil } }
        #expect(accepted.count == 1)
        let winner = try #require(accepted.first?.resolvedBy)
        let status = try #require(accepted.first?.status)
        #expect(decisions.filter { $0 == .already(by: winner, status) }.count == 99)
        let acts = try await writer.read { try $0.acts(ofIncident: 1) }
        #expect(acts.count == (status == .approved ? 1 : 0))
    }

    @Test("approving puts the act into the outbox and shows the loop as being killed")
    func approving() async throws {
        let fixture = try Fixture()
        let (writer, item) = try await asked(fixture)
        #expect(try await writer.read { try $0.loop(trace: "trace-1") }?.request == item.id)
        let decision = try await writer.transaction { try $0.approve(item.id, by: "alice", at: .minute(1)) }
        guard case .accepted(let decided) = decision else { throw Unexpected("\(decision)") }
        #expect(decided.status == .approved && decided.resolvedBy == "alice")
        #expect(decided.act?.ground == .person("alice", request: item.id))
        #expect(decided.act?.action == item.action)
        let loop = try await writer.read { try $0.loop(trace: "trace-1") }
        #expect(loop?.status == .killing && loop?.request == nil)
        #expect(try await writer.read { try $0.unresolvedIncidents() }.map(\.approval) == [.none])
    }

    @Test("rejecting puts nothing into the outbox")
    func rejecting() async throws {
        let fixture = try Fixture()
        let (writer, item) = try await asked(fixture)
        _ = try await writer.transaction { try $0.reject(item.id, by: "alice", at: .minute(1)) }
        #expect(try await writer.read { try $0.acts(ofIncident: 1) }.isEmpty)
        let bob = try item.approved(by: "bob")
        let late = try await writer.transaction { try $0.approve(with: bob, at: .minute(1)) }
        #expect(late == .already(by: "alice", .rejected))
    }

    @Test("a request lives until the millisecond before its expiry (row 27)", arguments: [-1, 0, 1])
    func expiryBoundary(offset: Int64) async throws {
        let fixture = try Fixture()
        let (writer, item) = try await asked(fixture)
        let moment = item.expiresAt + .milliseconds(offset)
        let permission = try item.approved(by: "alice")
        let decision = try await writer.transaction { try $0.approve(with: permission, at: moment) }
        let expired = try await writer.transaction { try $0.expireRequests(at: moment) }
        if offset < 0 {
            guard case .accepted = decision else { throw Unexpected("\(decision)") }
            #expect(expired.isEmpty)
        } else {
            guard case .tooLate = decision else { throw Unexpected("\(decision)") }
            #expect(expired.map(\.id) == [item.id])
            #expect(expired.map(\.status) == [.expired])
            #expect(try await writer.read { try $0.acts(ofIncident: 1) }.isEmpty)
        }
    }

    @Test("expiring says which requests, once, and when the next one is due")
    func expiring() async throws {
        let fixture = try Fixture()
        let (writer, item) = try await asked(fixture)
        #expect(try await writer.read { try $0.nextExpiry() } == item.expiresAt)
        let first = try await writer.transaction { try $0.expireRequests(at: item.expiresAt) }
        let second = try await writer.transaction { try $0.expireRequests(at: item.expiresAt + .hours(1)) }
        #expect(first.count == 1 && second.isEmpty)
        #expect(try await writer.read { try $0.nextExpiry() } == nil)
        let permission = try item.approved(by: "a")
        guard
            case .tooLate = try await writer.transaction({
                try $0.approve(with: permission, at: item.expiresAt + .hours(2))
            })
        else { throw Unexpected("an expired request was decided") }
    }

    @Test("the same question is asked once while it is pending, and may be asked again after it expired")
    func askingAgain() async throws {
        let fixture = try Fixture()
        let (writer, item) = try await asked(fixture)
        let same = try await writer.transaction { try $0.ask(incident: 1, at: .minute(5)) }
        #expect(same == item)
        _ = try await writer.transaction { try $0.expireRequests(at: item.expiresAt) }
        let next = try await writer.transaction {
            try $0.ask(incident: 1, number: 2, at: item.expiresAt)
        }
        #expect(next.id != item.id && next.status == .pending && next.number == 2)
        let listed = try await writer.read { try $0.approvals(limit: 10) }
        #expect(listed.map(\.id) == [next.id, item.id])
        #expect(try await writer.read { try $0.approvals(limit: 1) }.map(\.id) == [next.id])
    }

    @Test("a request that nobody made is unknown")
    func unknown() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let decision = try await writer.transaction { try $0.reject(77, by: "alice", at: .minute(0)) }
        #expect(decision == .unknown)
    }
}
