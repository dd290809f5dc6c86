import Basics
import Governance
import OnCallModel
import Testing

@Suite("People and wide actions")
struct PeopleTests {
    private let now = Sample.now
    private let wide = Sample.request(.pending, .killLoop(traces: (1...11).map { "t\($0)" }, agent: "researcher"))

    private static func person(_ name: String, slack: String = "", unix: String = "", approves: Bool = true) -> Person {
        .with { ($0.name, $0.slack, $0.unix, $0.approves) = (name, slack, unix, approves) }
    }

    private func gate(_ people: [Person] = [], approvers: Set<String> = []) -> Gate {
        var settings = Settings()
        settings.people = people
        return Gate(policy: Policy(settings: settings, approvers: approvers))
    }

    private let team = [
        person("Alice", slack: "U01", unix: "alice"), person("Bob", unix: "bob@desk"),
        person("Eve", unix: "eve", approves: false),
    ]

    private func approve(_ gate: Gate, _ item: ApprovalItem, _ author: String) -> ApprovalVerdict {
        gate.approve(item, by: author, in: Circumstances(), now: now)
    }

    @Test(
        "who may approve",
        arguments: [
            ("alice@anywhere (console)", true), ("U01 (slack)", true), ("bob@desk (api)", true),
            ("bob@other (console)", false), ("U01 (console)", false), ("alice (slack)", false),
            ("eve@host (console)", false), ("mallory@host (console)", false),
        ])
    func approvers(author: String, isOne: Bool) {
        let refusal = gate(team).refusal(of: Sample.request(), to: author, now: now)
        #expect(refusal == (isOne ? nil : .notAnApprover(author)))
    }

    @Test("a wide action needs two people, however each of them is named")
    func twoPeople() throws {
        let gate = gate(team)
        guard case .wait(let vote) = approve(gate, wide, "U01 (slack)") else {
            Issue.record("one person is not enough")
            return
        }
        #expect(vote.person == "Alice" && vote.author == "Alice (slack)")
        var voted = wide
        voted.votes = [vote]
        #expect(approve(gate, voted, "alice@laptop (console)") == .refuse(.approvedBySame("Alice")))
        guard case .allow(let permission) = approve(gate, voted, "bob@desk (console)") else {
            Issue.record("two people are enough")
            return
        }
        #expect(permission.ground == .person("Alice (slack) and Bob (console)", request: 12))
        voted.dryRun = ["POST /other"]
        guard case .wait = approve(gate, voted, "bob@desk (console)") else {
            Issue.record("an approval of an earlier request does not count")
            return
        }
    }

    @Test("an approval does not count once its author may no longer approve")
    func dismissedApprover() throws {
        guard case .wait(let vote) = approve(gate(team), wide, "alice@host (console)") else {
            Issue.record("one person is not enough")
            return
        }
        var (voted, later) = (wide, team)
        voted.votes = [vote]
        later[0].approves = false
        guard case .wait(let second) = approve(gate(later), voted, "bob@desk (console)") else {
            Issue.record("the approval of a person who may not approve counted")
            return
        }
        #expect(second.person == "Bob")
    }

    @Test("with no approvers named, a wide action is not approved in Slack, and two Unix users approve it")
    func nobodyNamed() throws {
        #expect(approve(gate(), wide, "U01 (slack)") == .refuse(.tooWideForSlack(targets: 11)))
        guard case .wait(let vote) = approve(gate(), wide, "alice@host (console)") else {
            Issue.record("one user is not enough")
            return
        }
        var voted = wide
        voted.votes = [vote]
        #expect(approve(gate(), voted, "alice@host (api)") == .refuse(.approvedBySame("alice@host")))
        guard case .allow = approve(gate(), voted, "bob@host (command line)") else {
            Issue.record("two users are enough")
            return
        }
    }

    @Test("what is left of a wide action decides how many people it needs")
    func narrowed() {
        let done = Sample.act(.policy(.loopedGenerations(over: 20)), .killLoop(traces: ["t1"], agent: "researcher"))
        let verdict = gate().approve(wide, by: "alice", in: Circumstances(acts: [done]), now: now)
        guard case .allow(let permission) = verdict else {
            Issue.record("ten targets are not wide")
            return
        }
        #expect(permission.action.targets == 10)
    }
}

@Suite("Policies")
struct PolicyTests {
    private func gate(_ rules: [PolicyRule], kills: Int = 3) -> Gate {
        var settings = Settings()
        (settings.policies, settings.automaticKills) = (rules, kills)
        return Gate(policy: Policy(settings: settings))
    }

    private func route(_ gate: Gate, _ finding: Finding) -> Decision {
        gate.route([finding], incident: 7, suspects: [Sample.suspect], in: Circumstances(), now: Sample.now)
    }

    private static func rule(_ mode: PolicyRule.Mode, _ set: (inout PolicyRule) -> Void = { _ in }) -> PolicyRule {
        .with {
            $0.mode = mode
            set(&$0)
        }
    }

    @Test("the first rule that fits decides")
    func first() {
        let rules = [Self.rule(.ask) { $0.agent = "research*" }, Self.rule(.never)]
        let decision = route(gate(rules), Sample.loop(100))
        #expect(decision.reason == .policyAsks(rules[0]) && decision.acts.isEmpty && decision.request != nil)
        let other = route(gate(rules), Sample.spike(100))
        #expect(other.reason == .forbidden(rules[1]) && other.acts.isEmpty && other.request == nil)
    }

    @Test("a rule replaces the limits, and repetition is still required")
    func limits() {
        let gate = gate([Self.rule(.auto) { ($0.action, $0.generations) = ("kill_loop", 12) }])
        #expect(route(gate, Sample.loop(13)).reason == .loopedGenerations(13, limit: 12))
        #expect(route(gate, Sample.loop(12)).reason == .belowLimits)
        #expect(route(gate, Sample.loop(13, repetitive: false)).acts.isEmpty)
        #expect(route(gate, Sample.spike(100)).reason == .costPerHour(100, limit: 10))
    }

    @Test("a policy on reviews holds for the review that is asked beside a kill")
    func besideAKill() {
        let costly = Sample.loop(30, cost: 50, repetitive: false)
        #expect(route(gate([]), costly).acts.map(\.action.kind) == [.review])
        let quiet = route(gate([Self.rule(.never) { $0.action = "review" }]), costly)
        #expect(quiet.acts.isEmpty && quiet.request != nil)
    }

    @Test("with a budget of 0 nothing is killed without approval")
    func budget() {
        let decision = route(gate([], kills: 0), Sample.loop(100))
        #expect(decision.acts.isEmpty && decision.request?.action == Sample.kill)
    }
}
