package import Basics
package import OnCallModel

/// What the gate decided on one finding, and why.
package struct Decision: Hashable, Sendable {
    /// The acts that need no approval.
    package var acts: [Permission] = []
    /// The request for approval.
    package var request: RequestDraft?
    package var reason: Reason
    /// Whether the incident's remedy is allowed after this decision, waits for approval, or neither.
    package var mode = ApprovalMode.none

    package enum Reason: Hashable, Sendable {
        // No approval is required.
        case loopedGenerations(Int, limit: Int)
        case costOfLoop(Double, limit: Double)
        case costPerHour(Double, limit: Double)
        // Approval is required.
        case belowLimits
        case slowLoop
        case costAloneNeverKills(Double)
        case budgetSpent(kills: Int)
        case policyAsks(PolicyRule)
        case rejectedBefore
        case frozen
        // Nothing is done.
        case note
        case alreadyActed
        case alreadyAsked
        case rejected
        case silenced(until: Instant)
        case quiet
        case noRemedy
        case forbidden(PolicyRule)
        /// The incident is resolved, such as one that was merged into another.
        case over
    }
}

/// A request for approval, before the store has numbered it.
package struct RequestDraft: Hashable, Sendable {
    package var action: Action
    /// Nil for a request about a pull request.
    package var incident: Int64?
    /// How often the incident was reopened.
    package var round = 0
    /// 2 if the first request of this round expired.
    package var number = 1
    package var type: DetectionType?
    package var severity: Severity
    /// At most 500 characters: the finding's sentence and why approval is required.
    package var summary: String
    package var createdAt: Instant
    package var expiresAt: Instant
    /// How many people must approve it.
    package var approvers = 1
}

/// Whether one requested act is allowed.
package enum Verdict: Hashable, Sendable {
    case allow(Permission)
    case refuse(Refusal)
}

/// What a person's approval of a request comes to.
package enum ApprovalVerdict: Hashable, Sendable {
    case allow(Permission)
    /// Another person must approve it too.
    case wait(ApprovalVote)
    case refuse(Refusal)
}

/// Why an act is not allowed.
package enum Refusal: Hashable, Sendable {
    case frozen
    case notAnApprover(String)
    /// The person has approved it, and another one must.
    case approvedBySame(String)
    /// Nobody is named as an approver, so Slack does not tell who may approve so much.
    case tooWideForSlack(targets: Int)
    case alreadyDecided(ApprovalStatus, by: String?)
    /// The request is for something else than what the person saw.
    case changed(Action)
    case expired(Instant)
    /// The remedy was allowed in another way and may have been carried out.
    case alreadyAllowed(Ground)
    case underWay(Ground)
    case silenced(until: Instant)
    /// A notice that could not be delivered: the incident is muted, or resolved.
    case muted
    case resolved
    case notANotice(Action.Kind)
    case notKillable
    /// Nobody decides on a review of their own pull request.
    case ownPull(String)

    /// When a refused act of the outbox is tried again; nil for never.
    package func retryAt(_ now: Instant) -> Instant? {
        switch self {
        case .frozen: now + .minutes(1)
        // A silence may be ended early.
        case .silenced(let until): min(until, now + .minutes(10))
        case .muted: now + .minutes(10)
        case .resolved, .notAnApprover, .approvedBySame, .tooWideForSlack, .alreadyDecided, .changed, .expired,
            .alreadyAllowed, .underWay, .notANotice,
            .notKillable, .ownPull:
            nil
        }
    }
}
