import Basics
import Governance
import OnCallModel
import Testing

@Suite("The gate")
struct GateTests {
    let now = Instant(iso8601: "2026-11-24T03:00:00Z")!
    let suspect = Suspect(sha: "d9c3e11aa", title: "raise max_tokens", author: "alice", score: 4, why: [])

    private func loop(_ generations: Int, cost: Double = 3, repetitive: Bool = true, trace: String = "t1") -> Finding {
        let facts = LoopFacts.with {
            ($0.agent, $0.looped, $0.cost) = ("researcher", generations, 1)
            ($0.repeatedStep, $0.repetitions, $0.isRepetitive) = ("retry-search", generations, repetitive)
        }
        return finding(.loop(facts), .high, cost: cost, trace: trace)
    }

    private func spike(_ cost: Double) -> Finding { finding(.cost(CostFacts()), .high, cost: cost) }

    private func finding(
        _ facts: FindingFacts, _ severity: Severity, cost: Double, trace: String = "t1"
    ) -> Finding {
        Finding(
            facts: facts, severity: severity, fingerprint: Fingerprint("f"), subject: trace, description: "It burns.",
            sql: "", onset: now - .minutes(5), lastSeen: now, costPerHour: cost)
    }

    private func route(
        _ finding: Finding, incident: Int64 = 7, history: RemedyHistory = RemedyHistory(), frozen: Bool = false
    ) -> Decision {
        var gate = Gate(policy: Policy(settings: Settings(), isFrozen: frozen))
        return gate.route(finding, incident: incident, suspects: [suspect], history: history, now: now)
    }

    @Test(
        "the limits of acting alone",
        arguments: [
            (20, 3.0, true, ApprovalMode.pending), (21, 3.0, true, .auto), (15, 10.0, true, .pending),
            (15, 10.01, true, .auto), (25, 3.0, false, .pending), (25, 50.0, false, .pending),
        ])
    func limits(generations: Int, cost: Double, repetitive: Bool, mode: ApprovalMode) throws {
        let decision = route(loop(generations, cost: cost, repetitive: repetitive))
        #expect(decision.mode == mode)
        let kills = decision.acts.filter { $0.action == .killLoop(trace: "t1", agent: "researcher") }
        #expect(kills.count == (mode == .auto ? 1 : 0))
        #expect((decision.request == nil) == (mode == .auto))
    }

    @Test("an act that policy allows says by which rule, under the incident's key")
    func policyAct() throws {
        let act = try #require(route(loop(25)).acts.first)
        #expect(act.key == "incident-7/kill_loop" && act.request == nil && act.incident == 7)
        #expect(act.allowedBy == "policy: more than 20 looped generations")
    }

    @Test("money without repetition never kills: the review goes out, the kill is asked for")
    func moneyAlone() {
        let decision = route(loop(12, cost: 40, repetitive: false))
        #expect(decision.acts.map(\.action) == [.requestReview(incident: 7, commit: "d9c3e11aa", author: "alice")])
        #expect(decision.request?.action == .killLoop(trace: "t1", agent: "researcher"))
        #expect(decision.mode == .pending)
    }

    @Test("a spike asks for a review below the limit, and has it posted above")
    func spikes() {
        let asked = route(spike(4.2))
        #expect(asked.request?.action == .requestReview(incident: 7, commit: "d9c3e11aa", author: "alice"))
        #expect(asked.request?.expiresAt == now + .hours(4))
        #expect(route(spike(10.5)).acts.map(\.key) == ["incident-7/review"])
        var gate = Gate(policy: Policy(settings: Settings()))
        let nobody = gate.route(spike(4.2), incident: 7, suspects: [], history: RemedyHistory(), now: now)
        #expect(nobody.request?.action.sentence == "Ask the team in Slack to investigate incident 7")
    }

    @Test("a note asks for nothing")
    func note() {
        let decision = route(finding(.loop(LoopFacts()), .info, cost: 99))
        #expect(decision.acts.isEmpty && decision.request == nil && decision.mode == .none)
        #expect(decision.reason == .note)
    }

    @Test("what was asked is not asked again, and a rejection stands")
    func history() {
        #expect(route(loop(15), history: RemedyHistory(request: .pending)).reason == .alreadyAsked)
        #expect(route(loop(15), history: RemedyHistory(request: .pending)).request == nil)
        #expect(route(loop(90), history: RemedyHistory(request: .rejected)).acts.isEmpty)
        #expect(route(loop(90), history: RemedyHistory(request: .approved)).acts.isEmpty)
        #expect(route(loop(15), history: RemedyHistory(request: .expired)).request != nil)
    }

    @Test("a waiting request whose loop passes the limit is acted on once, under the key that approving would have")
    func escalation() throws {
        let act = try #require(route(loop(30), history: RemedyHistory(request: .pending)).acts.first)
        let gate = Gate(policy: Policy(settings: Settings()))
        guard case .allow(let approved) = gate.approve(item(), by: "alice", now: now) else {
            Issue.record("refused")
            return
        }
        #expect(act.key == approved.key)
        #expect(route(loop(30), history: RemedyHistory(acts: [act.key])).acts.isEmpty)
    }

    @Test("the fourth automatic kill within ten minutes is asked for, and the budget comes back")
    func budget() {
        var gate = Gate(policy: Policy(settings: Settings()), recentKills: [now - .minutes(11), now - .minutes(9)])
        let modes = (1...4).map { number in
            gate.route(
                loop(30, trace: "t\(number)"), incident: Int64(number), suspects: [], history: RemedyHistory(), now: now
            ).mode
        }
        #expect(modes == [.auto, .auto, .pending, .pending])
        let later = gate.route(
            loop(30), incident: 9, suspects: [], history: RemedyHistory(), now: now + .minutes(10))
        #expect(later.mode == .auto)
    }

    @Test("a freeze executes nothing and goes on asking")
    func freeze() {
        let decision = route(loop(90, cost: 99), frozen: true)
        #expect(decision.acts.isEmpty && decision.request != nil && decision.reason == .frozen)
        let gate = Gate(policy: Policy(settings: Settings(), isFrozen: true))
        #expect(gate.approve(item(), by: "alice", now: now) == .refuse(.frozen))
        #expect(gate.standing(.openIssue(incident: 7), incident: 7) == .refuse(.frozen))
        #expect(
            gate.ordered(.killLoop(trace: "t1", agent: "a"), by: "alice", intent: 1, incident: nil) == .refuse(.frozen))
    }

    private func item(_ status: ApprovalStatus = .pending, incident: Int64? = 7) -> ApprovalItem {
        ApprovalItem(
            id: 12, incident: incident, action: .killLoop(trace: "t1", agent: "researcher"), type: .agentLoop,
            severity: .high, status: status, summary: "", dryRun: [], createdAt: now - .hours(1),
            expiresAt: now + .hours(3), resolvedBy: status == .pending ? nil : "bob")
    }

    @Test("who may approve, and when")
    func approving() {
        var gate = Gate(policy: Policy(settings: Settings()))
        #expect(gate.refusal(of: item(), to: "alice@host (console)", now: now) == nil)
        #expect(gate.approve(item(), by: "alice", now: now + .hours(3)) == .refuse(.expired(now + .hours(3))))
        #expect(gate.approve(item(.approved), by: "alice", now: now) == .refuse(.alreadyDecided(.approved, by: "bob")))
        #expect(gate.approve(item(.expired), by: "alice", now: now) == .refuse(.expired(now + .hours(3))))
        gate.policy.approvers = ["alice", "U01ABC"]
        #expect(gate.refusal(of: item(), to: "alice@host (console)", now: now) == nil)
        #expect(gate.refusal(of: item(), to: "U01ABC (slack)", now: now) == nil)
        #expect(gate.refusal(of: item(), to: "mallory@host (console)", now: now) != nil)
        #expect(gate.approve(item(), by: "mallory", now: now) == .refuse(.notAnApprover("mallory")))
    }

    @Test("an approval carries the request, who gave it, and a key of its own where no incident is known")
    func approval() {
        let gate = Gate(policy: Policy(settings: Settings()))
        guard case .allow(let approval) = gate.approve(item(incident: nil), by: "alice", now: now) else {
            Issue.record("refused")
            return
        }
        #expect(approval.key == "request-12/kill_loop")
        #expect(approval.request == 12 && approval.allowedBy == "alice")
    }

    @Test("notices stand allowed, remedies do not, and each new text of an update is an act of its own")
    func notices() {
        let gate = Gate(policy: Policy(settings: Settings()))
        func key(_ action: Action) -> String? {
            if case .allow(let approval) = gate.standing(action, incident: 7) { approval.key } else { nil }
        }
        #expect(key(.openIssue(incident: 7)) == "incident-7/create_issue")
        #expect(key(.postIncident(incident: 7)) == "incident-7/slack_post")
        let first = key(.updatePost(incident: 7, text: "resolved"))
        #expect(first == key(.updatePost(incident: 7, text: "resolved")))
        #expect(first != key(.updatePost(incident: 7, text: "expired")))
        #expect(key(.killLoop(trace: "t", agent: "a")) == nil)
        #expect(key(.requestReview(incident: 7, commit: "c", author: "a")) == nil)
    }

    @Test("a kill can be ordered without being asked, once for each order; nothing else can")
    func ordered() {
        let gate = Gate(policy: Policy(settings: Settings()))
        let kill = Action.killLoop(trace: "t1", agent: "a")
        let first = gate.ordered(kill, by: "alice", intent: 31, incident: 7)
        #expect(first == gate.ordered(kill, by: "alice", intent: 31, incident: 7))
        #expect(first != gate.ordered(kill, by: "alice", intent: 32, incident: 7))
        #expect(gate.ordered(.openIssue(incident: 7), by: "alice", intent: 33, incident: 7) == .refuse(.notKillable))
    }

    @Test("an act of the outbox is taken up again as it was allowed")
    func resume() {
        let act = ActRecord(
            id: 3, key: "incident-7/kill_loop", action: .killLoop(trace: "t1", agent: "a"), incident: 7, request: 12,
            state: .waiting, tries: 1, createdAt: now, nextTryAt: nil, finishedAt: nil, detail: "", reference: nil,
            allowedBy: "alice")
        guard case .allow(let approval) = Gate(policy: Policy(settings: Settings())).resume(act) else {
            Issue.record("refused")
            return
        }
        #expect(approval.key == act.key && approval.allowedBy == "alice" && approval.action == act.action)
    }
}
