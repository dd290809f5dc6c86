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
    /// Comments on the GitHub issue of an incident, where Slack does not take the news.
    case commentIssue(incident: Int64, text: String)
    /// Stops an agent in each of these traces, which loop alike.
    case killLoop(traces: [String], agent: String)
    /// Asks the suspect's author, in the thread of the incident's message, to review a commit. With an empty commit, asks the team
    /// to investigate the incident.
    case requestReview(incident: Int64, commit: String, author: String)
    /// Uses an executor that settings name.
    case execute(Execution)
    /// Notifies people in a channel of the settings, besides or instead of Slack.
    case notify(incident: Int64, channel: String, event: NoticeEvent, text: String)
    /// Comments on a pull request or reviews it. It is about no incident.
    case pull(PullAct)
    /// Posts the digest of a week, named as `2026-W48`, to a Slack channel; an empty one is the incidents channel.
    case postDigest(week: String, channel: String)
    /// Posts that a budget is, or will be, exceeded. The key names the budget, its period and the level.
    case warnBudget(key: String, text: String)

    /// The name in `approval_queue.action_type` and in the outbox.
    package var kind: Kind {
        switch self {
        case .postIncident: .postIncident
        case .updatePost: .updatePost
        case .postReply: .postReply
        case .openIssue: .createIssue
        case .commentIssue: .commentIssue
        case .killLoop: .killLoop
        case .requestReview: .review
        case .execute: .execute
        case .notify: .notify
        case .pull(let act): act.kind
        case .postDigest: .postDigest
        case .warnBudget: .warnBudget
        }
    }

    package static func killLoop(trace: String, agent: String) -> Action { .killLoop(traces: [trace], agent: agent) }

    /// The traces that it stops.
    package var traces: [String] {
        switch self {
        case .killLoop(let traces, _): traces
        case .execute(let execution) where !execution.isUndo: execution.traces
        default: []
        }
    }

    package var pull: PullAct? { if case .pull(let act) = self { act } else { nil } }

    package var execution: Execution? { if case .execute(let execution) = self { execution } else { nil } }

    /// Whether it may stop more than the agent that it is for.
    package var isWide: Bool { execution?.isWide ?? false }

    /// How many things it acts on.
    package var targets: Int { max(1, traces.count) }

    /// It says that something is over, so it is sent however the incident is: it notifies no one, or ends an alarm.
    package var isClosing: Bool {
        switch self {
        case .updatePost, .notify(_, _, .resolved, _), .notify(_, _, .acknowledged, _), .pull(.dismiss): true
        default: false
        }
    }

    /// Whether two acts about one incident are for the same end: to stop one agent, to have the incident reviewed. Who is asked
    /// to review may have changed in between, and more traces of the agent may loop.
    package func isSameRemedy(as other: Action) -> Bool {
        if let execution { return other.execution.map(execution.hasSameEffect) ?? false }
        if let pull { return other.pull.map(pull.hasSameEffect) ?? false }
        guard case .killLoop(let traces, let agent) = self, case .killLoop(let others, let otherAgent) = other else {
            return kind == other.kind
        }
        return NamePattern.ofAgent(agent) == NamePattern.ofAgent(otherAgent) || !Set(traces).isDisjoint(with: others)
    }

    /// Whether both stop one of the same traces, or are for the same end otherwise.
    package func overlaps(_ other: Action) -> Bool {
        if let execution { return other.execution.map(execution.hasSameEffect) ?? false }
        if let pull { return other.pull.map(pull.hasSameEffect) ?? false }
        return kind == other.kind && (kind != .killLoop || !Set(traces).isDisjoint(with: other.traces))
    }

    /// The rest of it, once others have been carried out; nil if nothing is left. An act that is not a kill has no parts.
    package func without(_ others: some Sequence<Action>) -> Action? {
        if execution != nil || pull != nil { return others.contains { overlaps($0) } ? nil : self }
        let same = others.filter { $0.kind == kind }
        guard case .killLoop(let traces, let agent) = self else { return same.isEmpty ? self : nil }
        let covered = Set(same.flatMap(\.traces))
        let rest = traces.filter { !covered.contains($0) }
        return rest.isEmpty ? nil : .killLoop(traces: rest, agent: agent)
    }

    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case postIncident = "slack_post"
        case updatePost = "slack_update"
        case postReply = "slack_reply"
        case createIssue = "create_issue"
        case commentIssue = "issue_comment"
        case killLoop = "kill_loop"
        case review = "review"
        case execute
        case notify
        case pullComment = "pull_comment"
        case pullReview = "pull_review"
        case pullDismissal = "pull_dismissal"
        case postDigest = "slack_digest"
        case warnBudget = "slack_budget"

        /// The provider that it is sent to; nil for a kill, which goes to the agent, and for what each executor has of its own.
        package var provider: Provider? {
            switch self {
            case .postIncident, .updatePost, .postReply, .review, .postDigest, .warnBudget: .slack
            case .createIssue, .commentIssue, .pullComment, .pullReview, .pullDismissal: .github
            case .killLoop, .execute, .notify: nil
            }
        }
    }

    /// A provider that Sentinel writes to, under the name of its source.
    package enum Provider: String, CaseIterable, Hashable, Sendable {
        case slack, github

        package var title: String {
            switch self {
            case .slack: "Slack"
            case .github: "GitHub"
            }
        }
    }

    /// What a person reads on a button, in a confirmation and in the audit: the act and its target.
    package var sentence: String {
        switch self {
        case .postIncident(let incident): "Post incident \(incident) to Slack"
        case .updatePost(let incident, _): "Update the Slack message of incident \(incident)"
        case .postReply(let incident, _): "Reply in the Slack thread of incident \(incident)"
        case .openIssue(let incident): "Open a GitHub issue for incident \(incident)"
        case .commentIssue(let incident, _): "Comment on the GitHub issue of incident \(incident)"
        case .killLoop(let traces, let agent) where traces.count == 1: "Kill trace \(traces[0]) of agent \(agent)"
        case .killLoop(let traces, let agent): "Kill \(traces.count) looping traces of agent \(agent)"
        case .requestReview(let incident, let commit, _) where commit.isEmpty:
            "Ask the team in Slack to investigate incident \(incident)"
        case .requestReview(_, let commit, let author):
            "Ask \(author.isEmpty ? "the team" : author) in Slack to review commit \(commit.prefix(7))"
        case .execute(let execution): execution.sentence
        case .notify(let incident, let channel, let event, _):
            "Notify \(channel) of incident \(incident) (\(event.rawValue))"
        case .pull(let act): act.sentence
        case .postDigest(let week, _): "Post the digest of \(week) to Slack"
        case .warnBudget(let key, _): "Post a budget warning to Slack (\(key))"
        }
    }
}

/// What a notice in a channel is about.
package enum NoticeEvent: String, CaseIterable, Hashable, Sendable {
    case opened, news, acknowledged, resolved
}

/// What became of an act.
package enum Outcome: Hashable, Sendable {
    /// Done and verified. The detail says how: "no step of the trace since 03:12:05".
    case done(detail: String, reference: String?)
    /// Nothing happened; safe to try again after the pause.
    case retry(reason: String, after: Span?)
    /// Nothing happened, and a retry helps once a person has fixed the cause; the sentence says what to do. A notice stays
    /// pending; a remedy has failed.
    case refused(reason: String)
    /// It failed and a retry would not help; the sentence says what to do. A kill of several traces may have stopped some.
    case failed(reason: String, stopped: [String] = [])
    /// The request may have arrived. Its result must be looked up before a retry.
    case unknown(reason: String)
    /// Nothing was sent: the target is another one than at the approval. The action as it would be now is requested again.
    case changed(Action, reason: String)
}

/// The state of one action in the outbox.
package enum AttemptState: String, CaseIterable, Hashable, Sendable {
    case waiting, attempting, done, failed, unknown
}

/// The state of an approval request (contract: `approval_queue.status`).
package enum ApprovalStatus: String, CaseIterable, Hashable, Sendable {
    case pending, approved, rejected, expired
}
