package import Basics
package import Governance
package import HTTPClient
package import OnCallModel

/// Carries out permitted acts. It decides nothing: without a `Permission` it can only list the requests it would send.
package struct ActionRunner: Sendable {
    let slack: SlackAPI
    let issues: GitHubIssues
    private let killing: KillExecutors
    private let desk: ExecutorDesk
    private let senders: ChannelSenders
    let text: OutgoingText

    /// - Parameters:
    ///   - variable: an environment variable: the keys of channels have names in the settings.
    ///   - run: runs a program with variables, and returns why it failed, as a sentence.
    package init(
        access: ProviderAccess, http: HTTPClient, clock: WallClock, killing: KillPorts,
        variable: @escaping @Sendable (String) -> String? = { _ in nil },
        run: @escaping @Sendable (_ command: [String], _ variables: [String: String]) async -> String? = { _, _ in
            "This process runs no programs."
        }
    ) {
        text = OutgoingText(redaction: access.redaction)
        let calls = ProviderCalls(http: http, clock: clock, text: text)
        slack = SlackAPI(access: access.slack, calls: calls)
        issues = GitHubIssues(
            access: access.github, calls: calls, pace: WritePace(clock: clock, sleep: killing.sleep))
        self.killing = KillExecutors(
            ports: killing, webhook: KillWebhook(access: access.agent, calls: calls, sleep: killing.sleep),
            clock: clock, text: text)
        senders = ChannelSenders(
            pagerDutyURL: access.gateways.pagerDutyEventsURL, calls: calls, variable: variable, run: run)
        desk = ExecutorDesk(access: access, calls: calls, issues: issues, sleep: killing.sleep)
    }

    /// Carries out the act. After `.unknown` the request may have arrived: call `reconcile` before anything else.
    ///
    /// - Parameter announce: stores that the act may have been sent from now on (``ActContext/sentAt``). Kills and executors
    ///   call it before they send; the other acts do not.
    package func perform(
        _ permission: Permission, context: ActContext, announce: @escaping @Sendable () async throws -> Void = {}
    ) async -> Outcome {
        await act(for: permission.action, context: context, announce).perform(permission)
    }

    /// Finds the outcome of an attempt that was interrupted.
    ///
    /// - Returns: `.done` if it happened (or, where repeating is harmless, happened now); `.retry` if it certainly did not, so
    ///   `perform` is safe; `.unknown` if the provider could not be checked, with what a person should check.
    package func reconcile(_ permission: Permission, context: ActContext) async -> Outcome {
        await act(for: permission.action, context: context).reconcile(permission)
    }

    /// Completes an execution that names its row: reads what it acts on, and the state of that. Sends nothing else.
    package func prepare(_ draft: Execution, context: ActContext) async -> Result<Execution, ExecutorProblem> {
        do throws(ActFault) {
            return .success(try await desk.executor(draft.kind, context).prepare(draft))
        } catch {
            if case .retry = error.outcome { return .failure(ExecutorProblem(sentence: error.reason, isPassing: true)) }
            return .failure(ExecutorProblem(sentence: error.reason, isPassing: false))
        }
    }

    /// What is not configured for an executor, as a sentence; nil if it can be used.
    package func missing(for row: ExecutorRow) -> String? {
        switch row.kind {
        case .killFlag: nil
        case .webhook: killing.webhook(of: "", by: Ladder([.with { ($0.kind, $0.url) = (.webhook, row.url) }])).missing
        default: desk.executor(row.kind, ActContext(attemptedAt: Instant(milliseconds: 0))).missing
        }
    }

    /// The exact requests that the act would send, one per line, with secrets masked. Sends nothing.
    ///
    /// - Parameter key: that of an act that is in the outbox; nil for one that is only requested.
    package func dryRun(_ action: Action, context: ActContext, key: String? = nil) -> [String] {
        let (incident, round) = context.incident.map { ($0.summary.id, $0.summary.life.reopened) } ?? (0, 0)
        let next = ActKey(action, for: .incident(incident, round: round, wave: wave(of: action, context, round: round)))
        return act(for: action, context: context).requests(key: key ?? next.text)
    }

    /// How often the same executor had the same effect before in this round; the key of the next act has it.
    private func wave(of action: Action, _ context: ActContext, round: Int) -> Int {
        guard let execution = action.execution else { return 0 }
        return context.incident?.acts.count {
            $0.round == round && $0.action.execution.map(execution.hasSameEffect) == true
        } ?? 0
    }

    private func pullAct(_ act: PullAct) -> any Act {
        let hint = "Give GITHUB_TOKEN the permission Pull requests: read and write."
        let pulls = GitHubPulls(api: GitHubAPI(issues: issues, hint: hint), target: act.target)
        return switch act {
        case .comment(_, let markdown): PullComment(markdown: markdown, pulls: pulls, text: text)
        case .requestChanges(_, let markdown): PullReview(markdown: markdown, pulls: pulls, text: text)
        case .dismiss(_, let review, let reason):
            PullDismissal(review: review, reason: reason, pulls: pulls, text: text)
        }
    }

    private func act(
        for action: Action, context: ActContext, _ announce: @escaping @Sendable () async throws -> Void = {}
    ) -> any Act {
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
            KillLoop(
                traces: traces, agent: agent, context: context, executors: killing,
                announce: Announcement(store: announce))
        case .requestReview(_, let commit, let author):
            RequestReview(commit: commit, author: author, context: context, slack: slack, text: text)
        case .notify(_, let channel, let event, let news):
            ChannelNotice(channel: channel, event: event, news: news, context: context, senders: senders)
        case .pull(let act):
            pullAct(act)
        case .postDigest(_, let channel):
            PostDigest(context: context, slack: channel.isEmpty ? slack : slack.posting(to: channel), text: text)
        case .warnBudget(_, let warning):
            WarnBudget(warning: warning, context: context, slack: slack, text: text)
        case .execute(let execution):
            Execute(
                execution: execution, executor: desk.executor(execution.kind, context), context: context,
                killing: killing, announce: Announcement(store: announce))
        }
    }
}

/// Why an executor cannot be requested now.
package struct ExecutorProblem: Error, Hashable {
    /// Says what to do.
    package var sentence: String
    /// The provider asks to wait, or does not answer.
    package var isPassing: Bool
}
