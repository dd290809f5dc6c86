package import Basics

/// Everything that Sentinel can do to the outside world.
package enum Action: Hashable, Sendable {
    /// Tells the incidents channel of a new incident, with buttons where an approval is pending.
    case postIncident(incident: Int64)
    /// Brings the message of an incident up to date: decided, expired, resolved.
    case updatePost(incident: Int64, text: String)
    /// Replies in the thread of an incident's message, which notifies people.
    case postReply(incident: Int64, text: String)
    /// Opens the GitHub issue of an incident.
    case openIssue(incident: Int64)
    /// Stops the agent that runs a trace.
    case killLoop(trace: String, agent: String)
    /// Asks the suspect's author, in the thread of the incident's message, to review a commit. With an empty commit, asks the team
    /// to investigate the incident.
    case requestReview(incident: Int64, commit: String, author: String)

    /// The name in `approval_queue.action_type` and in the outbox.
    package var kind: Kind {
        switch self {
        case .postIncident: .postIncident
        case .updatePost: .updatePost
        case .postReply: .postReply
        case .openIssue: .createIssue
        case .killLoop: .killLoop
        case .requestReview: .review
        }
    }

    /// The trace that it stops, where it stops one.
    package var trace: String? {
        if case .killLoop(let trace, _) = self { trace } else { nil }
    }

    /// Whether two acts are for the same end: to stop one trace, to have one incident reviewed. Who is asked to review may
    /// have changed in between.
    package func isSameRemedy(as other: Action) -> Bool {
        kind == other.kind && trace == other.trace
    }

    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case postIncident = "slack_post"
        case updatePost = "slack_update"
        case postReply = "slack_reply"
        case createIssue = "create_issue"
        case killLoop = "kill_loop"
        case review = "review"
    }

    /// What a person reads on a button, in a confirmation and in the audit: the act and its target.
    package var sentence: String {
        switch self {
        case .postIncident(let incident): "Post incident \(incident) to Slack"
        case .updatePost(let incident, _): "Update the Slack message of incident \(incident)"
        case .postReply(let incident, _): "Reply in the Slack thread of incident \(incident)"
        case .openIssue(let incident): "Open a GitHub issue for incident \(incident)"
        case .killLoop(let trace, let agent): "Kill trace \(trace) of agent \(agent)"
        case .requestReview(let incident, let commit, _) where commit.isEmpty:
            "Ask the team in Slack to investigate incident \(incident)"
        case .requestReview(_, let commit, let author):
            "Ask \(author.isEmpty ? "the team" : author) in Slack to review commit \(commit.prefix(7))"
        }
    }
}

/// What became of an act.
package enum Outcome: Hashable, Sendable {
    /// Done and verified. The detail says how: "no step of the trace since 03:12:05".
    case done(detail: String, reference: String?)
    /// Nothing happened; safe to try again after the pause.
    case retry(reason: String, after: Span?)
    /// It failed and a retry would not help; the sentence says what to do.
    case failed(reason: String)
    /// The request may have arrived. Its result must be looked up before a retry.
    case unknown(reason: String)
}

/// The state of one action in the outbox.
package enum AttemptState: String, CaseIterable, Hashable, Sendable {
    case waiting, attempting, done, failed, unknown
}

/// The state of an approval request (contract: `approval_queue.status`).
package enum ApprovalStatus: String, CaseIterable, Hashable, Sendable {
    case pending, approved, rejected, expired
}
