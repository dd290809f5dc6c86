import Basics
import Governance
import OnCallModel
import Testing

@testable import IncidentStore

/// The agent died here.
private struct Crash: Error {}

/// Drives a store as an agent does, dying at random moments, and keeps its own account of what must be true.
private struct Voyage {
    let fixture: Fixture
    var random: SeededRandom
    var writer: StoreWriter
    var now = Fixture.start
    var scan = 0
    /// How often the outside world saw each act.
    var performed: [Int64: Int] = [:]
    /// The scans in which each subject was recorded for good.
    var recorded: [String: Set<String>] = [:]

    init(seed: UInt64) async throws {
        fixture = try Fixture()
        random = SeededRandom(seed)
        writer = try await fixture.writer()
    }

    mutating func sail(_ steps: Int) async throws {
        for _ in 0..<steps {
            now = now + .seconds(Double(Int.random(in: 1...600, using: &random)))
            do {
                switch Int.random(in: 0..<6, using: &random) {
                case 0, 1: try await detect()
                case 2: try await ask()
                case 3: try await decide()
                case 4: try await expire()
                default: try await act()
                }
            } catch is Crash {
                try await restart()
            }
            try await check()
        }
    }

    private mutating func dies() -> Bool { Int.random(in: 0..<4, using: &random) == 0 }

    private mutating func detect() async throws {
        let subject = "trace-\(Int.random(in: 0..<4, using: &random))"
        // Sometimes the scan of before is repeated, as after a crash.
        if Bool.random(using: &random) { scan += 1 }
        let (name, moment, dies) = ("scan-\(scan)", now, dies())
        try await writer.transaction { store in
            let record = try store.record(.sample(subject, lastSeen: moment), scan: name, at: moment)
            _ = try store.send(.postIncident(incident: record.incident), of: record.incident, at: moment)
            if dies { throw Crash() }
        }
        recorded[subject, default: []].insert(name)
    }

    private mutating func ask() async throws {
        guard let incident = try await writer.read({ try $0.unresolvedIncidents() }).randomElement(using: &random)
        else { return }
        let (moment, dies) = (now, dies())
        _ = try await writer.transaction { store in
            _ = try store.ask(
                .killLoop(trace: incident.subject, agent: "a"), incident: incident.id, at: moment, for: .minutes(30))
            if dies { throw Crash() }
        }
    }

    private mutating func decide() async throws {
        guard let request = try await writer.read({ try $0.approvals(limit: 50) }).randomElement(using: &random)
        else { return }
        let (moment, dies) = (now, dies())
        _ = try await writer.transaction { store in
            let circumstances = try store.snapshot.circumstances(ofIncident: request.incident, at: moment)
            let verdict = Gate.standard.approve(request, by: "alice", in: circumstances, now: moment)
            if case .allow(let permission) = verdict { _ = try store.approve(with: permission, at: moment) }
            if dies { throw Crash() }
        }
    }

    private mutating func expire() async throws {
        let moment = now
        _ = try await writer.transaction { try $0.expireRequests(at: moment) }
    }

    /// The request goes out between two commits; a crash may come before it, after it, or after its outcome.
    private mutating func act() async throws {
        let moment = now
        guard let act = try await writer.read({ try $0.dueActs(at: moment) }).first,
            try await writer.transaction({ try $0.beginAttempt(act.id, at: moment) })
        else { return }
        if dies() { throw Crash() }
        performed[act.id, default: 0] += 1
        if dies() { throw Crash() }
        _ = try await writer.transaction { try $0.finish(act.id, .done(detail: "sent", reference: "1"), at: moment) }
    }

    private mutating func restart() async throws {
        // As when a process ends: nothing is released by hand.
        writer = try await reopened()
        let moment = now
        for act in try await writer.read({ try $0.unfinishedAttempts() }) {
            // Looked up in the outside world.
            let outcome: Outcome =
                performed[act.id] == nil
                ? .retry(reason: "never arrived", after: nil) : .done(detail: "seen", reference: "1")
            _ = try await writer.transaction { try $0.finish(act.id, outcome, at: moment) }
        }
    }

    private mutating func reopened() async throws -> StoreWriter {
        let (path, moment) = (fixture.path, now)
        await writer.close()
        return try await StoreWriter.open(path, holder: "host:1", pid: 1, at: moment)
    }

    private func check() async throws {
        let incidents = try await writer.read { try $0.unresolvedIncidents() }
        #expect(Set(incidents.map(\.fingerprint)).count == incidents.count)
        for incident in incidents { #expect(incident.occurrences == recorded[incident.subject]?.count) }
        #expect(Set(incidents.map(\.subject)) == Set(recorded.keys))
        #expect(performed.values.allSatisfy { $0 == 1 })
        let requests = try await writer.read { try $0.approvals(limit: 500) }
        // One remedy of one incident is carried out once, however often it was asked.
        let approved = requests.filter { $0.status == .approved }.map(\.incident)
        #expect(Set(approved).count == approved.count)
        for request in requests where request.status != .approved { #expect(request.act == nil) }
        for request in requests where request.status == .approved {
            #expect(request.act?.ground == .person("alice", request: request.id))
        }
    }
}

@Suite("An agent that dies at any moment")
struct CrashTests {
    @Test("loses nothing, doubles nothing, repeats nothing", arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func voyage(seed: UInt64) async throws {
        var voyage = try await Voyage(seed: seed)
        try await voyage.sail(120)
        #expect(voyage.performed.count > 3)
    }
}
