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
        (self.id, self.action, self.incident, self.round, self.request) = (id, action, incident, round, request)
        (self.state, self.tries, self.createdAt, self.nextTryAt) = (state, tries, createdAt, nextTryAt)
        (self.finishedAt, self.detail, self.reference, self.ground) = (finishedAt, detail, reference, ground)
    }
}

/// The approval of one of several people.
package struct ApprovalVote: Hashable, Sendable {
    /// Who approved: a name of the settings, else that of the author.
    package var person: String
    /// `alice@host (console)`.
    package var author: String
    package var at: Instant
    /// What the person approved.
    package var request: Fingerprint

    package init(person: String, author: String, at: Instant, request: Fingerprint) {
        (self.person, self.author, self.at, self.request) = (person, author, at, request)
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
    /// Of the finding that it is about; nil for a pull request.
    package var type: DetectionType?
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
    /// How many people must approve it, and who has.
    package var approvers = 1
    package var votes: [ApprovalVote] = []

    /// The approvals of the request as it is now; one of an earlier form does not count.
    package var currentVotes: [ApprovalVote] { votes.filter { $0.request == fingerprint } }

    /// "Two people must approve it; alice@host (console) has." Nil if one person is enough, or it is decided.
    package var missingApproval: String? {
        guard status == .pending, approvers > 1 else { return nil }
        let who = currentVotes.map(\.author).joined(separator: " and ")
        return "Two people must approve it" + (who.isEmpty ? "." : "; \(who) has.")
    }

    /// Tells whether the request is still the one that a person saw: its action, and the exact requests.
    package var fingerprint: Fingerprint { Fingerprint(labels: [String(describing: action)] + dryRun) }

    package init(
        id: Int64, incident: Int64?, action: Action, type: DetectionType?, severity: Severity, status: ApprovalStatus,
        summary: String, dryRun: [String], createdAt: Instant, expiresAt: Instant, resolvedAt: Instant? = nil,
        resolvedBy: String? = nil, act: ActRecord? = nil, round: Int = 0, number: Int = 1
    ) {
        (self.id, self.incident, self.round, self.number) = (id, incident, round, number)
        (self.action, self.type, self.severity, self.status) = (action, type, severity, status)
        (self.summary, self.dryRun, self.createdAt, self.expiresAt) = (summary, dryRun, createdAt, expiresAt)
        (self.resolvedAt, self.resolvedBy, self.act) = (resolvedAt, resolvedBy, act)
    }
}
