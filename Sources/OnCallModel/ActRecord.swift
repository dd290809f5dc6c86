package import Basics

/// One action of the outbox with its state and outcome. A record permits nothing.
package struct ActRecord: Hashable, Sendable, Identifiable {
    package var id: Int64
    package var action: Action
    package var incident: Int64?
    /// How often the incident had been opened again.
    package var round: Int
    /// The request that a person approved, or that policy or an order closed by acting first.
    package var request: Int64?
    package var state: AttemptState
    package var tries: Int
    package var createdAt: Instant
    package var nextTryAt: Instant?
    package var finishedAt: Instant?
    /// The outcome, as a sentence.
    package var detail: String
    /// Where it left its mark: an issue's address, a Slack message's `ts`.
    package var reference: String?
    package var ground: Ground

    package init(
        id: Int64, action: Action, incident: Int64?, round: Int = 0, request: Int64? = nil, state: AttemptState,
        tries: Int, createdAt: Instant, nextTryAt: Instant?, finishedAt: Instant?, detail: String, reference: String?,
        ground: Ground
    ) {
        self.id = id
        self.action = action
        self.incident = incident
        self.round = round
        self.request = request
        self.state = state
        self.tries = tries
        self.createdAt = createdAt
        self.nextTryAt = nextTryAt
        self.finishedAt = finishedAt
        self.detail = detail
        self.reference = reference
        self.ground = ground
    }
}

/// A request for a person's decision.
package struct ApprovalItem: Hashable, Sendable, Identifiable {
    package var id: Int64
    package var incident: Int64?
    /// How often the incident had been opened again when it was asked, then when it was decided.
    package var round: Int
    /// 2 when it was asked again in its round.
    package var number: Int
    package var action: Action
    package var type: DetectionType
    package var severity: Severity
    package var status: ApprovalStatus
    package var summary: String
    /// The exact requests that approving sends, secrets masked, one a line.
    package var dryRun: [String]
    package var createdAt: Instant
    package var expiresAt: Instant
    package var resolvedAt: Instant?
    package var resolvedBy: String?
    /// The outcome of the approved action so far.
    package var act: ActRecord?

    package init(
        id: Int64, incident: Int64?, action: Action, type: DetectionType, severity: Severity, status: ApprovalStatus,
        summary: String, dryRun: [String], createdAt: Instant, expiresAt: Instant, resolvedAt: Instant? = nil,
        resolvedBy: String? = nil, act: ActRecord? = nil, round: Int = 0, number: Int = 1
    ) {
        self.id = id
        self.incident = incident
        self.round = round
        self.number = number
        self.action = action
        self.type = type
        self.severity = severity
        self.status = status
        self.summary = summary
        self.dryRun = dryRun
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.resolvedAt = resolvedAt
        self.resolvedBy = resolvedBy
        self.act = act
    }
}
