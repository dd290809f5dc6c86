import Basics
import Governance
import OnCallModel
import OutboxSeal
import Testing

@Suite("The gate in a storm of loops")
struct StormGateTests {
    private let now = Sample.now

    private func loops(_ count: Int, first: Int = 1, generations: Int = 14) -> [Finding] {
        (first..<first + count).map { Sample.loop(generations, trace: "t\($0)") }
    }

    private func kill(_ traces: ClosedRange<Int>) -> Action {
        .killLoop(traces: traces.map { "t\($0)" }, agent: "researcher")
    }

    private func route(_ group: [Finding], _ circumstances: Circumstances = Circumstances()) -> Decision {
        Sample.gate().route(group, incident: 7, suspects: [], in: circumstances, now: now)
    }

    @Test("sixty loops below the limits are one request for all of them")
    func one() throws {
        let decision = route(loops(60))
        let request = try #require(decision.request)
        #expect(request.action == kill(1...60) && decision.acts.isEmpty && decision.mode == .pending)
        #expect(request.summary.hasPrefix("60 traces loop alike."))
        #expect(request.action.sentence == "Kill 60 looping traces of agent researcher")
    }

    @Test("policy stops what its budget allows in one act, and one request is for the others")
    func budget() throws {
        let decision = route(loops(5, generations: 30))
        #expect(decision.acts.map(\.action) == [kill(1...3)] && decision.mode == .pending)
        #expect(decision.request?.action == kill(4...5) && decision.reason == .budgetSpent(kills: 3))
        let two = route(loops(5, generations: 30), Circumstances(automaticKills: [now - .minutes(1), now]))
        #expect(two.acts.map(\.action) == [kill(1...1)] && two.request?.action == kill(2...5))
        let mixed = route(loops(1, generations: 30) + loops(3, first: 2))
        #expect(mixed.acts.map(\.action) == [kill(1...1)] && mixed.request?.action == kill(2...4))
    }

    @Test("traces that loop later are added to the pending request, which is not asked twice")
    func wider() {
        let pending = Circumstances(requests: [Sample.request(.pending, kill(1...3))])
        #expect(route(loops(3), pending).request == nil)
        let decision = route(loops(5), pending)
        #expect(decision.request?.action == kill(1...5) && decision.reason == .alreadyAsked)
        let partly = route(loops(1, generations: 30) + loops(4, first: 2), pending)
        #expect(partly.acts.map(\.action) == [kill(1...1)] && partly.request?.action == kill(2...5))
    }

    @Test("what a kill of the round covers is not asked for again; later traces are a wave with a key of its own")
    func waves() throws {
        let ground = Ground.person("bob", request: 12)
        let killed = Circumstances(acts: [Sample.act(ground, kill(1...3))])
        #expect(route(loops(3), killed).reason == .alreadyActed)
        #expect(route(loops(5), killed).request?.action == kill(4...5))
        let unasked = route(loops(4, first: 3, generations: 30), killed)
        #expect(unasked.acts.map(\.action) == [kill(4...6)])
        #expect(unasked.acts.map(\.key.text) == ["incident-7/kill_loop/wave-1"])
        #expect(route(loops(5), Circumstances(round: 1, acts: killed.acts)).request?.action == kill(1...5))
    }

    @Test("a rejection is for the storm: later traces are neither stopped nor asked for in this round")
    func rejected() {
        let circumstances = Circumstances(requests: [Sample.request(.rejected, kill(1...3))])
        #expect(route(loops(5, generations: 30), circumstances).reason == .rejected)
    }

    @Test("findings are grouped by their remedy: a kill for each agent, one review for all others")
    func groups() {
        var other = Sample.loop(14, trace: "o1")
        if var facts = other.facts.loop {
            facts.agent = "planner"
            other.facts = .loop(facts)
        }
        let groups = Gate.groups(of: loops(2) + [Sample.spike(4), other, Sample.spike(5)] + loops(1, first: 3))
        #expect(groups.map { $0.map(\.subject) } == [["t1", "t2", "t3"], ["t1", "t1"], ["o1"]])
    }

    @Test("an approval leaves out what was stopped meanwhile, and an order is for its own trace")
    func rest() throws {
        let item = Sample.request(.pending, kill(1...3))
        let ordered = Circumstances(acts: [Sample.act(.order("bob", intent: 4), kill(2...2), .attempting)])
        guard case .allow(let approved) = Sample.gate().approve(item, by: "alice", in: ordered, now: now) else {
            Issue.record("refused")
            return
        }
        #expect(approved.action == .killLoop(traces: ["t1", "t3"], agent: "researcher"))
        #expect(approved.key.text == "incident-7/kill_loop/wave-1")
        let running = Circumstances(acts: [Sample.act(.person("bob", request: 12), kill(1...3), .attempting)])
        let order = IntentRecord(id: 31, intent: .killLoop(trace: "t9"), author: "alice", createdAt: now)
        guard case .allow = Sample.gate().order(kill(9...9), by: order, incident: 7, in: running) else {
            Issue.record("an order for another trace was refused")
            return
        }
    }

    @Test("an act of the outbox is carried out for the traces that no other act has stopped")
    func resumed() throws {
        let stored = StoredPermission(
            act: 9, action: kill(1...3), key: "incident-7/kill_loop", ground: .person("alice", request: 12),
            incident: 7,
            round: 0, seal: Seal())
        let other = Circumstances(acts: [Sample.act(.order("bob", intent: 4), kill(2...2), .done)])
        guard case .allow(let permission) = Sample.gate().resume(stored, in: other, now: now) else {
            Issue.record("refused")
            return
        }
        #expect(permission.action.traces == ["t1", "t3"] && permission.key.text == "incident-7/kill_loop")
        let all = Circumstances(acts: [Sample.act(.order("bob", intent: 4), kill(1...5), .done)])
        #expect(Sample.gate().resume(stored, in: all, now: now) == .refuse(.alreadyAllowed(.order("bob", intent: 4))))
    }
}
