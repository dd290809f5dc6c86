import Basics
import Governance
import OnCallModel
import Testing

@Suite("The gate")
struct GateTests {
    let now = Sample.now

    private func route(
        _ finding: Finding, _ circumstances: Circumstances = Circumstances(), frozen: Bool = false
    ) -> Decision {
        Sample.gate(frozen: frozen).route(
            [finding], incident: 7, suspects: [Sample.suspect], in: circumstances, now: now)
    }

    @Test(
        "the limits for acts without approval",
        arguments: [
            (20, 3.0, true, ApprovalMode.pending), (21, 3.0, true, .auto), (15, 10.0, true, .pending),
            (15, 10.01, true, .auto), (25, 3.0, false, .pending), (25, 50.0, false, .pending),
        ])
    func limits(generations: Int, cost: Double, repetitive: Bool, mode: ApprovalMode) throws {
        let decision = route(Sample.loop(generations, cost: cost, repetitive: repetitive))
        #expect(decision.mode == mode)
        #expect(decision.acts.count { $0.action == Sample.kill } == (mode == .auto ? 1 : 0))
        #expect((decision.request == nil) == (mode == .auto))
    }

    @Test(
        "an act that policy allows has its rule and the incident's key",
        arguments: [
            (Sample.loop(25), "incident-7/kill_loop", Ground.Rule.loopedGenerations(over: 20)),
            (Sample.loop(15, cost: 12), "incident-7/kill_loop", .costOfLoop(over: 10)),
            (Sample.spike(12), "incident-7/review", .costPerHour(over: 10)),
            (Sample.loop(12, cost: 40, repetitive: false), "incident-7/review", .harmlessReview),
        ])
    func rules(finding: Finding, key: String, rule: Ground.Rule) throws {
        let act = try #require(route(finding).acts.first)
        #expect(act.key.text == key && act.incident == 7 && act.ground == .policy(rule))
    }

    @Test("cost without repetition never kills: the review is sent, the kill is requested")
    func moneyAlone() {
        let decision = route(Sample.loop(12, cost: 40, repetitive: false))
        #expect(decision.acts.map(\.action) == [Sample.review])
        #expect(decision.request?.action == Sample.kill)
        #expect(decision.mode == .pending)
    }

    @Test("a spike below the limit requests a review, above it posts one")
    func spikes() {
        let asked = route(Sample.spike(4.2))
        #expect(asked.request?.action == Sample.review)
        #expect(asked.request?.expiresAt == now + .hours(4))
        #expect(route(Sample.spike(10.5)).acts.map(\.action) == [Sample.review])
        let nobody = Sample.gate().route(
            [Sample.spike(4.2)], incident: 7, suspects: [], in: Circumstances(), now: now)
        #expect(nobody.request?.action.sentence == "Ask the team in Slack to investigate incident 7")
    }

    @Test("a note requests nothing")
    func note() {
        let decision = route(Sample.finding(.loop(LoopFacts()), .info, cost: 99))
        #expect(decision.acts.isEmpty && decision.request == nil && decision.mode == .none)
        #expect(decision.reason == .note)
    }

    /// The finding is a loop of ninety generations, which the gate would kill alone.
    @Test(
        "a remedy is carried out once per round, whatever allowed it",
        arguments: [
            (Circumstances(acts: [Sample.act()]), Decision.Reason.alreadyActed, ApprovalMode.auto),
            (Circumstances(acts: [Sample.act(.person("bob", request: 12))]), .alreadyActed, .auto),
            (Circumstances(acts: [Sample.act(.order("bob", intent: 4), Sample.kill, .failed)]), .alreadyActed, .auto),
            (Circumstances(requests: [Sample.request(.rejected)]), .rejected, .none),
            (Circumstances(silencedUntil: Sample.now + .hours(1)), .silenced(until: Sample.now + .hours(1)), .none),
            (
                Circumstances(silencedUntil: Sample.now + .hours(1), requests: [Sample.request()]),
                .silenced(until: Sample.now + .hours(1)), .pending
            ),
        ])
    func nothing(circumstances: Circumstances, reason: Decision.Reason, mode: ApprovalMode) {
        let decision = route(Sample.loop(90), circumstances)
        #expect(decision.reason == reason && decision.mode == mode)
        #expect(decision.acts.isEmpty && decision.request == nil)
    }

    @Test(
        "pending, expired and earlier requests, and other traces, do not stop an automatic act",
        arguments: [
            Circumstances(requests: [Sample.request()]), Circumstances(requests: [Sample.request(.expired)]),
            Circumstances(round: 1, acts: [Sample.act()]), Circumstances(isMuted: true),
            Circumstances(acts: [Sample.act(.policy(.loopedGenerations(over: 20)), .killLoop(trace: "t2", agent: "a"))]
            ),
            Circumstances(silencedUntil: Sample.now),
        ])
    func acting(circumstances: Circumstances) {
        let decision = route(Sample.loop(90), circumstances)
        #expect(decision.acts.map(\.action) == [Sample.kill] && decision.mode == .auto && decision.request == nil)
    }

    @Test("a reopened incident may have its remedy again, with its own key")
    func rounds() throws {
        let circumstances = Circumstances(round: 2, acts: [Sample.act(round: 1)])
        let act = try #require(route(Sample.loop(90), circumstances).acts.first)
        #expect(act.key.text == "incident-7/kill_loop/round-2" && act.round == 2)
        #expect(route(Sample.loop(15), circumstances).request?.round == 2)
    }

    @Test("a rejected remedy is requested again after the incident was reopened, and never automatic")
    func rejectedBefore() {
        let decision = route(Sample.loop(90), Circumstances(round: 1, requests: [Sample.request(.rejected)]))
        #expect(decision.reason == .rejectedBefore && decision.acts.isEmpty && decision.request != nil)
    }

    @Test("a pending request is not repeated; an expired one is, as the second of its round")
    func asking() {
        #expect(route(Sample.loop(15), Circumstances(requests: [Sample.request()])).reason == .alreadyAsked)
        #expect(route(Sample.loop(15), Circumstances(requests: [Sample.request()])).request == nil)
        #expect(route(Sample.loop(15), Circumstances(round: 1, requests: [Sample.request()])).request == nil)
        #expect(route(Sample.loop(15), Circumstances(requests: [Sample.request(.expired)])).request?.number == 2)
        #expect(
            route(Sample.loop(15), Circumstances(round: 1, requests: [Sample.request(.expired)])).request?.number == 1)
    }

    @Test("a muted incident requests no review, and sends none with a request to kill")
    func quiet() {
        let muted = Circumstances(isMuted: true)
        #expect(route(Sample.spike(4), muted).reason == .quiet)
        #expect(route(Sample.spike(99), muted).acts.isEmpty)
        let loop = route(Sample.loop(12, cost: 40, repetitive: false), muted)
        #expect(loop.acts.isEmpty && loop.request?.action == Sample.kill)
    }

    @Test("the fourth automatic kill within ten minutes is requested, and the budget returns (row 34)")
    func budget() {
        let kills = [now - .minutes(9), now - .minutes(2)]
        #expect(route(Sample.loop(30), Circumstances(automaticKills: [now - .minutes(10)] + kills)).mode == .auto)
        let spent = route(Sample.loop(30), Circumstances(automaticKills: kills + [now]))
        #expect(spent.reason == .budgetSpent(kills: 3) && spent.mode == .pending)
        #expect(route(Sample.spike(30), Circumstances(automaticKills: kills + [now])).mode == .auto)
    }

    @Test("a freeze executes nothing and still requests approvals")
    func freeze() {
        let decision = route(Sample.loop(90, cost: 99), frozen: true)
        #expect(decision.acts.isEmpty && decision.request != nil && decision.reason == .frozen)
    }
}
