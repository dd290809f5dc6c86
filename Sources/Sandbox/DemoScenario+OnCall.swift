import Basics

/// The demo in the on-call tools: the deployed change, the monitor that alerted about the cost, the page, and the issue.
extension DemoScenario {
    /// When the cost of the last hour exceeded the threshold of the monitor.
    var alertTime: Instant { spikeStart + .minutes(20) }
    var monitorID: Int { 21_001 }
    var pageID: String { "Q0SPIKE4711" }
    var pageAddress: String { "https://acme.pagerduty.com/incidents/\(pageID)" }
    var alertTitle: String { "support-bot: model cost of the last hour is over 2 USD" }

    func populateOnCallTools(_ state: inout SandboxWorld.State) {
        state.datadog = datadog(state.observations)
        state.pagerDuty = pagerDuty()
        state.lists[.pagerduty] = pagerDutyLists
        state.lists[.datadog] = datadogLists
        state.lists[.sentry] = sentryLists
        state.lists[.langfuse] = langfuseLists
        state.lists[.github] = gitHubLists
        state.lists[.slack] = slackLists
        state.lists[.linear] = linearLists
        state.linear = linear()
        state.pulls = pulls(state.commits)
        state.deployments = deployments()
        state.releases = releases()
        state.runs = runs()
        state.prompts = [
            SandboxPrompt(
                name: "support-bot-prompt", tags: ["support"],
                versions: [
                    .init(2, text: "You are a helpful assistant of Acme.", created: now - .days(60)),
                    .init(
                        3, text: "You are a helpful assistant of Acme. Answer briefly.",
                        config: object(model: "gpt-4o-mini"), labels: ["production", "latest"],
                        commitMessage: "shorter answers", created: now - .days(20)),
                ])
        ]
        state.scores = scores(state.observations)
    }

    // MARK: Datadog

    private func datadog(_ observations: [SandboxObservation]) -> DatadogAccount {
        var account = DatadogAccount()
        account.monitors = [
            .init(
                id: monitorID, name: alertTitle, query: "sum(last_1h):sum:llm.cost.usd{service:support-bot} > 2",
                message: "The model costs more than usual. @pagerduty-assistant", state: "Alert",
                tags: ["service:support-bot", "team:assistant"], priority: 2, critical: 2, created: now - .days(90),
                stateChanged: alertTime),
            .init(
                id: 21_002, name: "checkout-assistant: slow answers", type: "query alert",
                query: "avg(last_15m):avg:llm.latency{service:checkout-assistant} > 5",
                tags: ["service:checkout-assistant", "team:assistant"], critical: 5, created: now - .days(80),
                stateChanged: now - .days(12)),
            .init(
                id: 21_003, name: "nightly-export did not run", type: "log alert",
                query: "logs(\"service:nightly-export\").index(\"*\").rollup(\"count\").last(\"1d\") < 1",
                state: "No Data", tags: ["service:nightly-export"], created: now - .days(3)),
            .init(
                id: 21_010, name: "[Synthetics] support-bot answers a greeting", type: "synthetics alert",
                query: "no_query", tags: ["service:support-bot"], created: now - .days(200)),
            .init(
                id: 21_011, name: "[Synthetics] A purchase with the checkout-assistant", type: "synthetics alert",
                query: "no_query", tags: ["service:checkout-assistant"], created: now - .days(150)),
        ]
        account.logs = logs()
        account.spans = spans(observations)
        account.events = [
            .init(
                id: "event-alert", time: alertTime, title: "[Triggered] \(alertTitle)",
                text: "The monitor was triggered.", source: "alert", status: "error",
                tags: ["service:support-bot", "monitor"]),
            .init(
                id: "event-deploy", time: spikeStart - .minutes(1), title: "Deployed v2.31.0 to production",
                text: "alice deployed \(truth.culprit.prefix(7)).", source: "github",
                tags: ["service:support-bot", "deployment"]),
        ]
        account.series = series(observations)
        account.incidents = [
            .init(
                id: "5b5c8f0e-0000-4000-8000-000000000017", number: 17, title: "Invoices were parsed late",
                state: "resolved", severity: "SEV-3", created: now - .days(6), modified: now - .days(5),
                resolved: now - .days(5))
        ]
        account.hosts = [
            .init(id: 301, name: "ip-10-0-4-8", tags: ["env:production"], lastReported: now),
            .init(id: 302, name: "ip-10-0-4-9", tags: ["env:production"], lastReported: now),
        ]
        return account
    }

    /// Every three minutes of the spike, the model's provider rejects a call.
    private func logs() -> [DatadogAccount.LogLine] {
        let first = spikeStart + .minutes(4)
        let count = max(0, Int((now - first).seconds / 180))
        return (0..<count).map { number in
            .init(
                id: "log-\(number)", time: first + .minutes(Double(number) * 3), service: "support-bot",
                status: "error", message: "RateLimitError: Too many requests to the model API",
                tags: ["env:production", "service:support-bot", "version:2.31.0"],
                attributes: object(error: object(kind: "RateLimitError"), attempt: number % 6))
        }
    }

    /// The last calls of the spike in APM.
    private func spans(_ observations: [SandboxObservation]) -> [DatadogAccount.APMSpan] {
        observations.filter { $0.name == truth.spikeFeature && $0.start >= now - .minutes(15) }.enumerated().map {
            number, observation in
            .init(
                id: "span-\(observation.id)", traceID: String(7_000_000_000 + number),
                spanID: String(9_000_000_000 + number), service: truth.spikeFeature, operation: "openai.request",
                resource: "createChatCompletion", start: observation.start, length: .seconds(observation.latency),
                isError: observation.level == "ERROR")
        }
    }

    /// Of each service in steps of five minutes over six hours: US dollars, calls and the mean seconds of a call, as the
    /// observations add up.
    private func series(_ observations: [SandboxObservation]) -> [DatadogAccount.Series] {
        let first = (now - .hours(6)).floored(to: .minutes(5))
        let recent = observations.filter { $0.start >= first }
        return Dictionary(grouping: recent, by: \.traceName).sorted { $0.key < $1.key }.flatMap { service, rows in
            let steps = Dictionary(grouping: rows) { $0.start.floored(to: .minutes(5)) }.sorted { $0.key < $1.key }
            func series(_ metric: String, _ value: ([SandboxObservation]) -> Double) -> DatadogAccount.Series {
                .init(
                    metric: metric, tags: ["service:\(service)", "env:production"],
                    points: steps.map { .init($0.key, value($0.value)) })
            }
            return [
                series("llm.cost.usd") { $0.reduce(0) { $0 + $1.cost } }, series("llm.requests") { Double($0.count) },
                series("llm.latency") { rows in rows.reduce(0) { $0 + $1.latency } / Double(rows.count) },
            ]
        }
    }

    // MARK: PagerDuty

    private func pagerDuty() -> PagerDutyAccount {
        var account = PagerDutyAccount()
        let policy = PagerDutyAccount.Named(id: "PPOLICY", name: "Assistant on-call")
        account.users = [
            .init(id: "PALICE", name: "Alice", email: "alice@acme.example", jobTitle: "Engineer"),
            .init(id: "PBOB", name: "Bob", email: "bob@acme.example", role: "admin"),
        ]
        account.services = [
            .init(
                id: "PASSIST", name: "assistant", description: "All assistants in production", policy: policy,
                teams: [.init(id: "PTEAM", name: "Assistant")], created: now - .days(400))
        ]
        account.onCalls = [
            .init(
                user: "PBOB", policy: policy, schedule: .init(id: "PSCHED", name: "Assistant weekly"),
                start: now - .days(2), end: now + .days(5)),
            .init(user: "PALICE", level: 2, policy: policy),
        ]
        account.incidents = [
            .init(
                id: pageID, number: 4711, title: alertTitle, service: "PASSIST", key: "monitor-\(monitorID)",
                created: alertTime, assignees: ["PBOB"], priority: .init(id: "PPRIO2", name: "P2"),
                alerts: [
                    .init(
                        id: "QALERT1", summary: alertTitle, key: "monitor-\(monitorID)", created: alertTime,
                        details: object(monitor_id: monitorID, service: "support-bot"))
                ],
                entries: [
                    .init(id: "R1", kind: "trigger", summary: "Triggered through the API.", created: alertTime),
                    .init(
                        id: "R2", kind: "notify", summary: "Notified Bob by push.", created: alertTime + .seconds(20)),
                ]),
            .init(
                id: "Q0OLD4702", number: 4702, title: "nightly-export took too long", status: "resolved",
                urgency: "low", service: "PASSIST", created: now - .days(3), updated: now - .days(3) + .minutes(40),
                resolved: now - .days(3) + .minutes(40), assignees: ["PALICE"],
                notes: [
                    .init(
                        id: "N1", user: "PALICE",
                        content: "The export waited for the warehouse; it ran through by itself.",
                        created: now - .days(3) + .minutes(35))
                ],
                entries: [
                    .init(id: "R3", kind: "trigger", summary: "Triggered through the API.", created: now - .days(3)),
                    .init(
                        id: "R4", kind: "resolve", summary: "Resolved by Alice.",
                        created: now - .days(3) + .minutes(40), user: "PALICE"),
                ]),
        ]
        return account
    }

    // MARK: Linear

    private func linear() -> LinearWorkspace {
        var workspace = LinearWorkspace()
        let founded = now - .days(500)
        workspace.teams = [.init(id: "team-ast", key: "AST", name: "Assistant", created: founded)]
        workspace.users = [
            .init(id: "user-bob", name: "Bob", email: "bob@acme.example", isAdmin: true, created: founded),
            .init(id: "user-alice", name: "Alice", email: "alice@acme.example", created: founded),
            .init(id: "user-carol", name: "Carol", email: "carol@acme.example", created: founded),
        ]
        workspace.projects = [
            .init(
                id: "project-quality", name: "Answer quality", progress: 0.4, team: "team-ast", created: now - .days(45)
            )
        ]
        workspace.cycles = [
            .init(id: "cycle-31", number: 31, team: "team-ast", starts: now - .days(8), ends: now + .days(6))
        ]
        workspace.issues = [
            .init(
                id: "issue-214", number: 214, title: "support-bot: model cost is rising",
                description: "Paged at \(alertTime.iso8601Seconds): \(pageAddress)", priority: 2, team: "team-ast",
                state: .init("Triage", type: "triage"), assignee: "user-bob", creator: "user-bob", cycle: "cycle-31",
                labels: ["incident"], created: now - .minutes(40), updated: now - .minutes(28),
                comments: [
                    .init(
                        id: "comment-1", user: "user-carol",
                        body: "Sentry shows RateLimitError since about the same time.",
                        created: now - .minutes(28))
                ]),
            .init(
                id: "issue-209", number: 209, title: "Longer answers for support-bot", priority: 3, estimate: 2,
                team: "team-ast", state: .init("Done", type: "completed"), assignee: "user-alice",
                creator: "user-alice", project: "project-quality", cycle: "cycle-31", created: now - .days(4),
                updated: spikeStart - .minutes(6), started: now - .days(2), completed: spikeStart - .minutes(6)),
        ]
        return workspace
    }

    // MARK: Langfuse

    /// A judge scores one answer of support-bot in forty, and long answers lower.
    private func scores(_ observations: [SandboxObservation]) -> [SandboxScore] {
        let judged = observations.filter { $0.name == truth.spikeFeature && $0.start >= now - .days(2) }
        return judged.enumerated().filter { $0.offset % 40 == 0 }.map { offset, observation in
            let value = (observation.start < spikeStart ? 0.86 : 0.64) + Double(offset / 40 % 5) * 0.02
            return SandboxScore(
                id: "score-\(observation.traceID)", name: "helpfulness", value: .number(value),
                time: observation.start + .minutes(2), traceID: observation.traceID)
        }
    }
}
