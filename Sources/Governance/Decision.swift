package import Basics
package import OnCallModel

/// What the gate decided on one finding, and why.
package struct Decision: Hashable, Sendable {
    /// What may be done now, unasked.
    package var acts: [Permission]
    /// What a person is asked.
    package var request: RequestDraft?
    package var reason: Reason
    /// Whether the incident's remedy waits for a person after this decision, is allowed, or neither.
    package var mode: ApprovalMode

    init(acts: [Permission] = [], request: RequestDraft? = nil, reason: Reason, mode: ApprovalMode = .none) {
        self.acts = acts
        self.request = request
        self.reason = reason
        self.mode = mode
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
        case rejectedBefore
        case frozen
        // Nothing is to be done.
        case note
        case alreadyActed
        case alreadyAsked
        case rejected
        case silenced(until: Instant)
        case quiet
        case noRemedy
    }
}

/// A request for a person's decision, before the store has numbered it.
package struct RequestDraft: Hashable, Sendable {
    package var action: Action
    package var incident: Int64
    /// How often the incident was opened again.
    package var round = 0
    /// 2 when it is asked again in this round, as the first request expired.
    package var number = 1
    package var type: DetectionType
    package var severity: Severity
    /// At most 500 characters: the finding's sentence and why a person is asked.
    package var summary: String
    package var createdAt: Instant
    package var expiresAt: Instant
}

/// The answer to one act that somebody wants done.
package enum Verdict: Hashable, Sendable {
    case allow(Permission)
    case refuse(Refusal)
}

/// Why an act is not allowed.
package enum Refusal: Hashable, Sendable {
    case frozen
    case notAnApprover(String)
    case alreadyDecided(ApprovalStatus, by: String?)
    case expired(Instant)
    /// The remedy was allowed in another way, and may have been carried out.
    case alreadyAllowed(Ground)
    case underWay(Ground)
    case silenced(until: Instant)
    case notANotice(Action.Kind)
    case notKillable

    /// When an act of the outbox that was refused may be allowed; nil for never.
    package func retryAt(_ now: Instant) -> Instant? {
        switch self {
        case .frozen: now + .minutes(1)
        // A silence may be ended before its time.
        case .silenced(let until): min(until, now + .minutes(10))
        case .notAnApprover, .alreadyDecided, .expired, .alreadyAllowed, .underWay, .notANotice, .notKillable: nil
        }
    }
}
