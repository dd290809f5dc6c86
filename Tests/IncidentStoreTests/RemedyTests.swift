import Basics
import Governance
import OnCallModel
import Testing

@testable import IncidentStore

/// The gate and the store together, as the agent uses them.
@Suite("A remedy is carried out once, however it came to be allowed")
struct RemedyTests {
    private static func finding(_ generations: Int) -> Finding {
        let facts = LoopFacts.with {
            ($0.agent, $0.looped, $0.cost) = ("researcher", generations, 1)
            ($0.repeatedStep, $0.repetitions, $0.isRepetitive) = ("retry-search", generations, true)
        }
        return .sample(facts: .loop(facts))
    }

    /// A scan sees the loop at so many generations; more than twenty are killed unasked.
    @discardableResult
    private static func scan(_ generations: Int, _ store: StoreTransaction, at now: Instant) throws -> Decision {
        let finding = finding(generations)
        let incident = try store.record(finding, scan: now.iso8601, at: now).incident
        try store.upsertLoop(.sample(generations: generations), incident: incident, asOf: now)
        let decision = Gate.standard.route(
            [finding], incident: incident, suspects: [],
            in: try store.snapshot.circumstances(ofIncident: incident, at: now), now: now)
        for permission in decision.acts { try store.enqueue(permission, at: now) }
        if let draft = decision.request { _ = try store.openRequest(draft, dryRun: []) }
        return decision
    }

    private static func carryOut(_ act: Int64, _ outcome: Outcome, _ store: StoreTransaction, at now: Instant) throws {
        #expect(try store.beginAttempt(act, at: now))
        #expect(try store.finish(act, outcome, at: now))
    }

    private static let done = Outcome.done(detail: "stopped", reference: nil)

    @Test("expired, asked again, then killed by the limit: the second request is closed, and approving it does nothing")
    func expiredThenAutomatic() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            let first = try #require(Self.scan(13, store, at: .minute(0)).request)
            #expect(try store.expireRequests(at: first.expiresAt).count == 1)
            let later = first.expiresAt + .minutes(1)
            #expect(try Self.scan(14, store, at: later).request?.number == 2)
            #expect(try Self.scan(15, store, at: later + .minutes(1)).reason == .alreadyAsked)

            #expect(try Self.scan(30, store, at: later + .minutes(2)).mode == .auto)
            let requests = try store.snapshot.approvals(ofIncident: 1)
            #expect(requests.map(\.status) == [.expired, .approved] && requests.map(\.number) == [1, 2])
            let second = requests[1]
            #expect(second.resolvedBy == "policy: more than 20 looped generations")
            let act = try #require(second.act)
            #expect(act.ground == .policy(.loopedGenerations(over: 20)))

            let refusal = Gate.standard.approve(
                second, by: "alice", in: try store.snapshot.circumstances(ofIncident: 1, at: later), now: later)
            #expect(refusal == .refuse(.alreadyDecided(.approved, by: second.resolvedBy)))
            try Self.carryOut(act.id, Self.done, store, at: later + .minutes(3))
            #expect(try Self.scan(40, store, at: later + .minutes(4)).reason == .alreadyActed)
            #expect(try store.snapshot.acts(ofIncident: 1).map(\.state) == [.done])
        }
    }

    @Test("a yes that races with the automatic act loses, and is told who was first")
    func racing() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        let permission = try await writer.transaction { store in
            try Self.scan(13, store, at: .minute(0))
            return try #require(try store.snapshot.approvals(ofIncident: 1).first).approved(by: "alice")
        }
        let late = try await writer.transaction { store in
            try Self.scan(30, store, at: .minute(1))
            return try store.approve(with: permission, at: .minute(1))
        }
        #expect(late == .already(by: "policy: more than 20 looped generations", .approved))
        #expect(try await writer.read { try $0.acts(ofIncident: 1) }.count == 1)
        let events = try await writer.read { try $0.timeline(ofIncident: 1) }
        #expect(events.last?.author == "policy: more than 20 looped generations")
    }

    @Test("approved first, then above the limit: the gate does nothing more")
    func approvedFirst() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            try Self.scan(13, store, at: .minute(0))
            let request = try #require(try store.snapshot.approvals(ofIncident: 1).first)
            guard case .accepted = try store.approve(request.id, by: "alice", at: .minute(1)) else {
                throw Unexpected("refused")
            }
            #expect(try Self.scan(30, store, at: .minute(2)).reason == .alreadyActed)
            #expect(try store.snapshot.acts(ofIncident: 1).count == 1)
        }
    }

    @Test("an order takes over the automatic kill that waits for another try, and is one act with it")
    func orderTakesOver() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            try Self.scan(30, store, at: .minute(0))
            let act = try #require(try store.snapshot.acts(ofIncident: 1).first)
            try Self.carryOut(act.id, .retry(reason: "503", after: .minutes(10)), store, at: .minute(1))
            let ordered = try store.order("trace-1", intent: 4, of: 1, at: .minute(2))
            #expect(ordered.id == act.id && ordered.ground == .order("alice", intent: 4))
            #expect(try store.snapshot.dueActs(at: .minute(2)) == [ordered])
            let stored = try #require(try store.snapshot.permission(ofAct: act.id))
            let circumstances = Circumstances(silencedUntil: .minute(60))
            let resumed = try Gate.standard.resume(stored, in: circumstances, now: .minute(2)).permission()
            #expect(resumed.key.text == "intent-4/kill_loop")
        }
    }

    @Test("a kill that failed can be ordered again, each order once; the gate leaves it to the person")
    func orderedAgain() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            try Self.scan(30, store, at: .minute(0))
            let act = try #require(try store.snapshot.acts(ofIncident: 1).first)
            try Self.carryOut(act.id, .failed(reason: "still running"), store, at: .minute(1))
            let ordered = try store.order("trace-1", intent: 4, of: 1, at: .minute(2))
            #expect(ordered.id != act.id)
            #expect(try store.order("trace-1", intent: 4, of: 1, at: .minute(2)) == ordered)
            try Self.carryOut(ordered.id, Self.done, store, at: .minute(3))
            #expect(try Self.scan(40, store, at: .minute(4)).reason == .alreadyActed)
            #expect(try store.snapshot.acts(ofIncident: 1).map(\.state) == [.failed, .done])
        }
    }

    @Test("an order closes the request that waits for the same kill")
    func orderClosesRequest() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            try Self.scan(13, store, at: .minute(0))
            let ordered = try store.order("trace-1", intent: 4, of: 1, at: .minute(1))
            let request = try #require(try store.snapshot.approvals(ofIncident: 1).first)
            #expect(request.status == .approved && request.resolvedBy == "alice" && request.act == ordered)
        }
    }

    @Test("an incident that was opened again has its remedy again; its post and issue it has once")
    func rounds() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            try Self.scan(30, store, at: .minute(0))
            _ = try store.send(.postIncident(incident: 1), of: 1)
            let act = try #require(try store.snapshot.acts(ofIncident: 1).first)
            try Self.carryOut(act.id, Self.done, store, at: .minute(1))
            #expect(try store.resolve(1, by: "alice", at: .minute(2)))
            #expect(try Self.scan(31, store, at: .minute(30)).mode == .auto)
            _ = try store.send(.postIncident(incident: 1), of: 1, at: .minute(31))
            let acts = try store.snapshot.acts(ofIncident: 1)
            #expect(acts.map(\.action.kind) == [.killLoop, .postIncident, .killLoop])
            #expect(acts.map(\.round) == [0, 0, 1])
        }
    }

    @Test("a request that outlives its round is answered in the next, once")
    func requestOutlivesRound() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            try Self.scan(13, store, at: .minute(0))
            #expect(try store.resolve(1, by: "alice", at: .minute(2)))
            #expect(try Self.scan(14, store, at: .minute(30)).reason == .alreadyAsked)
            let request = try #require(try store.snapshot.approvals(ofIncident: 1).first)
            #expect(try store.reject(request.id, by: "alice", at: .minute(31)) != .unknown)
            #expect(try Self.scan(40, store, at: .minute(32)).reason == .rejected)
            #expect(try store.snapshot.approvals(ofIncident: 1).map(\.round) == [1])
        }
    }

    @Test("what the gate refuses for now waits, and what it refuses for good is closed without an attempt")
    func refused() async throws {
        let fixture = try Fixture()
        let writer = try await fixture.writer()
        try await writer.transaction { store in
            try Self.scan(30, store, at: .minute(0))
            let act = try #require(try store.snapshot.acts(ofIncident: 1).first)
            try store.postpone(act.id, until: .minute(5), because: "silenced")
            #expect(try store.snapshot.dueActs(at: .minute(4)).isEmpty)
            #expect(try store.snapshot.dueActs(at: .minute(5)).map(\.tries) == [0])
            try store.withdraw(act.id, because: "done already", at: .minute(5))
            let closed = try #require(try store.snapshot.act(act.id))
            #expect(closed.state == .failed && closed.tries == 0 && closed.detail == "done already")
        }
    }
}
