package import Basics
package import Governance
package import HTTPClient
package import OnCallModel

/// Carries out permitted acts. It decides nothing: without a `Permission` it can only list the requests it would send.
package struct ActionRunner: Sendable {
    let slack: SlackAPI
    let issues: GitHubIssues
    private let killing: KillExecutors
    let text: OutgoingText

    package init(access: ProviderAccess, http: HTTPClient, clock: WallClock, killing: KillPorts) {
        text = OutgoingText(redaction: access.redaction)
        let calls = ProviderCalls(http: http, clock: clock, text: text)
        slack = SlackAPI(access: access.slack, calls: calls)
        issues = GitHubIssues(
            access: access.github, calls: calls, pace: WritePace(clock: clock, sleep: killing.sleep))
        self.killing = KillExecutors(
            ports: killing, webhook: KillWebhook(access: access.agent, calls: calls, sleep: killing.sleep),
            clock: clock, text: text)
    }

    /// Carries out the act. After `.unknown` the request may have arrived: call `reconcile` before anything else.
    package func perform(_ permission: Permission, context: ActContext) async -> Outcome {
        await act(for: permission.action, context: context).perform(permission)
    }

    /// Finds the outcome of an attempt that was interrupted.
    ///
    /// - Returns: `.done` if it happened (or, where repeating is harmless, happened now); `.retry` if it certainly did not, so
    ///   `perform` is safe; `.unknown` if the provider could not be checked, with what a person should check.
    package func reconcile(_ permission: Permission, context: ActContext) async -> Outcome {
        await act(for: permission.action, context: context).reconcile(permission)
    }

    /// The exact requests that the act would send, one per line, with secrets masked. Sends nothing.
    package func dryRun(_ action: Action, context: ActContext) -> [String] {
        let (incident, round) = context.incident.map { ($0.summary.id, $0.summary.life.reopened) } ?? (0, 0)
        let key = ActKey(action, for: .incident(incident, round: round))
        return act(for: action, context: context).requests(key: key.text)
    }

    private func act(for action: Action, context: ActContext) -> any Act {
        switch action {
        case .postIncident:
            PostIncident(context: context, slack: slack, text: text)
        case .updatePost(_, let note):
            UpdatePost(note: note, context: context, slack: slack, text: text)
        case .postReply(_, let reply):
            PostReply(reply: reply, context: context, slack: slack, text: text)
        case .openIssue:
            OpenIssue(context: context, issues: issues, text: text)
        case .commentIssue(_, let news):
            CommentIssue(news: news, context: context, issues: issues, text: text)
        case .killLoop(let traces, let agent):
            KillLoop(traces: traces, agent: agent, context: context, executors: killing)
        case .requestReview(_, let commit, let author):
            RequestReview(commit: commit, author: author, context: context, slack: slack, text: text)
        }
    }
}
