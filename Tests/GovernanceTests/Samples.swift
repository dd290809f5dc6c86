import Basics
import Governance
import OnCallModel

/// What the gate is asked about in these tests: incident 7, its looping trace t1, and what was done about it.
enum Sample {
    static let now = Instant(iso8601: "2026-11-24T03:00:00Z")!
    static let suspect = Suspect(sha: "d9c3e11aa", title: "raise max_tokens", author: "alice", score: 4, why: [])
    static let kill = Action.killLoop(trace: "t1", agent: "researcher")
    static let review = Action.requestReview(incident: 7, commit: "d9c3e11aa", author: "alice")

    static func gate(frozen: Bool = false, approvers: Set<String> = []) -> Gate {
        Gate(policy: Policy(settings: Settings(), isFrozen: frozen, approvers: approvers))
    }

    static func loop(
        _ generations: Int, cost: Double = 3, repetitive: Bool = true, trace: String = "t1"
    ) -> Finding {
        let facts = LoopFacts.with {
            ($0.agent, $0.looped, $0.cost) = ("researcher", generations, 1)
            ($0.repeatedStep, $0.repetitions, $0.isRepetitive) = ("retry-search", generations, repetitive)
        }
        return finding(.loop(facts), .high, cost: cost, trace: trace)
    }

    static func spike(_ cost: Double) -> Finding { finding(.cost(CostFacts()), .high, cost: cost) }

    static func finding(
        _ facts: FindingFacts, _ severity: Severity, cost: Double, trace: String = "t1"
    ) -> Finding {
        Finding(
            facts: facts, severity: severity, fingerprint: Fingerprint("f"), subject: trace, description: "It burns.",
            sql: "", onset: now - .minutes(5), lastSeen: now, costPerHour: cost)
    }

    static func request(
        _ status: ApprovalStatus = .pending, _ action: Action = kill, incident: Int64? = 7, round: Int = 0
    ) -> ApprovalItem {
        ApprovalItem(
            id: 12, incident: incident, action: action, type: .agentLoop, severity: .high, status: status, summary: "",
            dryRun: [], createdAt: now - .hours(1), expiresAt: now + .hours(3),
            resolvedBy: status == .pending ? nil : "bob", round: round)
    }

    static func act(
        _ ground: Ground = .policy(.loopedGenerations(over: 20)), _ action: Action = kill,
        _ state: AttemptState = .done, id: Int64 = 3, round: Int = 0, finishedAt: Instant? = nil
    ) -> ActRecord {
        ActRecord(
            id: id, action: action, incident: 7, round: round, state: state, tries: 1, createdAt: now - .minutes(2),
            nextTryAt: nil, finishedAt: finishedAt, detail: "", reference: nil, ground: ground)
    }

    static func order(_ id: Int64 = 31, by author: String = "alice", at moment: Instant = now) -> IntentRecord {
        IntentRecord(id: id, intent: .killLoop(trace: "t1"), author: author, createdAt: moment)
    }
}
