import Basics

/// One row of the setting `executors`: a way to act for some agents and features, with its target.
package struct ExecutorRow: SettingRow {
    /// Names; `*` matches any characters. What is empty fits all.
    package var agent = ""
    package var feature = ""
    package var kind = ExecutorKind.killFlag
    package var key = ""
    package var prompt = ""
    package var label = ""
    package var project = ""
    package var flag = ""
    package var environment = ""
    package var workflow = ""
    package var branch = ""
    package var input = ""
    package var repository = ""
    package var url = ""
    package var event = ""
    package var from = ""
    package var team = ""

    package init() {}

    package static let columns: [SettingColumn<ExecutorRow>] =
        [
            .init("agent", .text(200), "The agent; `*` matches any characters.", \.agent),
            .init(
                "feature", .text(200), "The feature, tool or step of a finding; `*` matches any characters.", \.feature),
            .init(
                "kind", .choice(ExecutorKind.allCases.map(\.rawValue)), "What is done; see docs/ACTIONS.md.", \.kind,
                isRequired: true),
        ] + targets.map { .init($0.name, .text(300), $0.meaning, $0.path) }

    /// The members of targets, in the order of the file.
    package static let targets:
        [(name: String, path: any WritableKeyPath<ExecutorRow, String> & Sendable, meaning: String)] = [
            ("key", \.key, "The hash of the LiteLLM key, never the key itself."),
            ("prompt", \.prompt, "The name of the Langfuse prompt."),
            ("label", \.label, "The label that is moved; `production` without it."),
            ("project", \.project, "The key of the LaunchDarkly project."),
            ("flag", \.flag, "The key of the LaunchDarkly flag."),
            ("environment", \.environment, "The key of the LaunchDarkly environment."),
            ("workflow", \.workflow, "The file name of the GitHub workflow."),
            ("branch", \.branch, "The branch that a workflow runs on, or that a revert is for."),
            ("input", \.input, "The input of the workflow that gets the act's key; `sentinel_id` without it."),
            ("repository", \.repository, "The repository as owner/name; that of the environment without it."),
            ("url", \.url, "The address of the kill webhook; AGENT_KILL_URL without it."),
            ("event", \.event, "trigger, acknowledge or resolve."),
            ("from", \.from, "The email address of a PagerDuty user."),
            ("team", \.team, "The id or key of the Linear team."),
        ]

    /// What PagerDuty's Events API takes.
    package static let events = ["trigger", "acknowledge", "resolve"]

    /// Why the rows are invalid, as a sentence; nil if they are valid.
    package static func problem(in rows: [ExecutorRow]) -> String? {
        for (index, row) in rows.enumerated() {
            if let problem = row.problem { return "executors[\(index)] (\(row.kind.rawValue)) \(problem)" }
        }
        return nil
    }

    /// The end of a sentence.
    private var problem: String? {
        let given = Self.targets.filter { !self[keyPath: $0.path].isEmpty }.map(\.name)
        if let missing = kind.requiredMembers.first(where: { !given.contains($0) }) { return "needs \(missing)." }
        if let other = given.first(where: { !(kind.requiredMembers + kind.optionalMembers).contains($0) }) {
            return "does not use \(other)."
        }
        if kind == .litellmKey, key.hasPrefix("sk-") {
            return "names a key itself, which is a secret: write its hash, as LiteLLM's key list shows it."
        }
        if kind == .pagerDutyEvent, !Self.events.contains(event) {
            return "must have the event \(Self.events.joined(separator: ", "))."
        }
        if !repository.isEmpty, repository.split(separator: "/").count != 2 {
            return "must name the repository as owner/name."
        }
        return nil
    }

    package func fits(agent name: String, features: Set<String>) -> Bool {
        (agent.isEmpty || name.matches(glob: agent))
            && (feature.isEmpty || features.contains { $0.matches(glob: feature) })
    }

    /// The row without whom it is for: two rows with the same target do the same.
    package var target: String {
        ([kind.rawValue] + Self.targets.map { self[keyPath: $0.path] }).joined(separator: "\u{1F}")
    }

    /// Whether it may stop more than one agent.
    package var isWide: Bool {
        switch kind {
        case .launchDarklyFlag, .githubDispatch, .githubRevert: true
        case .litellmKey: agent.isEmpty || agent.contains("*")
        case .killFlag, .webhook, .langfusePrompt, .githubCancel, .pagerDutyEvent, .pagerDutyNote, .linearIssue,
            .githubIssue:
            false
        }
    }

    /// `LiteLLM key 3f2a9c01`, `LaunchDarkly flag agents in production`.
    package var name: String {
        switch kind {
        case .killFlag: "kill flag"
        case .webhook: "kill webhook"
        case .litellmKey: "LiteLLM key \(key.prefix(8))"
        case .langfusePrompt: "label \(label.isEmpty ? "production" : label) of Langfuse prompt \(prompt)"
        case .launchDarklyFlag: "LaunchDarkly flag \(flag) in \(environment)"
        case .githubDispatch: "GitHub workflow \(workflow)"
        case .githubCancel: "runs of GitHub workflow \(workflow)"
        case .githubRevert: "revert pull request on GitHub"
        case .pagerDutyEvent: "PagerDuty alert (\(event))"
        case .pagerDutyNote: "note in PagerDuty"
        case .linearIssue: "Linear issue"
        case .githubIssue: "GitHub issue"
        }
    }
}

/// The executors of all agents, each from narrow to wide.
package struct Ladder: Hashable, Sendable {
    package var rows: [ExecutorRow]

    package init(_ rows: [ExecutorRow] = []) {
        self.rows = rows
    }

    /// All that are configured for an agent or a feature, in order.
    package func rows(agent: String, features: Set<String> = []) -> [ExecutorRow] {
        rows.filter { $0.fits(agent: agent, features: features) }
    }

    /// The steps after the first kill.
    package func rungs(agent: String, features: Set<String> = []) -> [ExecutorRow] {
        rows(agent: agent, features: features).filter { $0.kind.purpose == .rung }
    }

    /// The webhook rows of an agent; nil for an agent that settings do not name, which has the webhook of the environment.
    package func webhooks(agent: String) -> [ExecutorRow]? {
        let own = rows(agent: agent)
        return own.isEmpty ? nil : own.filter { $0.kind == .webhook }
    }
}
