package import Basics
package import OnCallModel

/// What the gate decided on one finding, and why.
package struct Decision: Hashable, Sendable {
    /// What may be done now, unasked.
    package var acts: [Approval]
    /// What a person is asked.
    package var request: RequestDraft?
    package var reason: Reason

    init(acts: [Approval] = [], request: RequestDraft? = nil, reason: Reason) {
        self.acts = acts
        self.request = request
        self.reason = reason
    }

    /// How the incident's remedy stands after this decision.
    package var mode: ApprovalMode {
        if request != nil || reason == .alreadyAsked { return .pending }
        return reason.actsAlone || reason == .alreadyActed ? .auto : .none
    }

    package enum Reason: Hashable, Sendable {
        // The gate acts alone.
        case loopedGenerations(Int, limit: Int)
        case costOfLoop(Double, limit: Double)
        case costPerHour(Double, limit: Double)
        // A person is asked.
        case belowLimits
        case slowLoop
        case costAloneNeverKills(Double)
        case budgetSpent(kills: Int)
        case frozen
        // Nothing is to be done.
        case note
        case alreadyActed
        case alreadyAsked
        case rejected
        case noRemedy
    }
}

/// A request for a person's decision, before the store has numbered it.
package struct RequestDraft: Hashable, Sendable {
    package var action: Action
    package var incident: Int64
    package var type: DetectionType
    package var severity: Severity
    /// At most 500 characters: the finding's sentence and why a person is asked.
    package var summary: String
    package var createdAt: Instant
    package var expiresAt: Instant
}

/// The answer to one act that somebody wants done.
package enum Verdict: Hashable, Sendable {
    case allow(Approval)
    case refuse(Refusal)
}

/// Why an act is not allowed.
package enum Refusal: Hashable, Sendable {
    case frozen
    case notAnApprover(String)
    case alreadyDecided(ApprovalStatus, by: String?)
    case expired(Instant)
    case notStanding(Action.Kind)
    case notKillable
}
