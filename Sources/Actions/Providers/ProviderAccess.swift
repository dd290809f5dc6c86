package import Basics

/// Addresses and keys of everything that is written to, by the names of the environment (contract).
package struct ProviderAccess: Sendable {
    package struct GitHub: Sendable {
        package var baseURL: String
        package var token: String
        package var owner: String
        /// The repository that issues are opened in: `GITHUB_TARGET_REPO`, else `GITHUB_REPO`; either may be written
        /// `owner/name`.
        package var repository: String
    }

    package struct Slack: Sendable {
        /// Ends in `/api`.
        package var baseURL: String
        package var token: String
        /// A name with `#`, or an id.
        package var channel: String
        /// Clicks on buttons come back, signed; else a message says how to answer without them.
        package var hearsClicks: Bool
    }

    package struct Agent: Sendable {
        package var killURL: String
        package var killSecret: String
    }

    package struct Model: Sendable {
        /// Ends in `/v1`.
        package var baseURL: String
        /// May be empty where `GROQ_BASE_URL` names a server of one's own.
        package var key: String
        package var name: String
        /// The default address cannot be asked without a key.
        package var isConfigured: Bool
    }

    package var github: GitHub
    package var slack: Slack
    package var agent: Agent
    package var model: Model
    /// Hides every secret that was given, whichever provider it belongs to.
    package let redaction: Redaction

    /// `variable` looks up one name; an empty value counts as none. `otherSecrets` are hidden as well: the keys of the
    /// sources, whose values must not leave either.
    package init(otherSecrets: [String] = [], _ variable: (String) -> String?) {
        func value(_ names: String..., default fallback: String = "") -> String {
            names.lazy.compactMap(variable).map { $0.trimmed }.first { !$0.isEmpty } ?? fallback
        }
        let target = value("GITHUB_TARGET_REPO", "GITHUB_REPO").split(separator: "/").map(String.init)
        github = GitHub(
            baseURL: Self.withoutSlash(value("GITHUB_BASE_URL", default: "https://api.github.com")),
            token: value("GITHUB_TOKEN"), owner: target.count > 1 ? target[0] : value("GITHUB_OWNER"),
            repository: target.last ?? "")
        slack = Slack(
            baseURL: Self.slackRoot(value("SLACK_BASE_URL", default: "https://slack.com")),
            token: value("SLACK_BOT_TOKEN", "SLACK_TOKEN"),
            channel: value("SLACK_INCIDENTS_CHANNEL", default: "#incidents"),
            hearsClicks: !value("SLACK_SIGNING_SECRET").isEmpty)
        agent = Agent(killURL: value("AGENT_KILL_URL"), killSecret: value("AGENT_KILL_SECRET"))
        model = Model(
            baseURL: Self.withoutSlash(value("GROQ_BASE_URL", default: "https://api.groq.com/openai/v1")),
            key: value("GROQ_API_KEY"), name: value("GROQ_MODEL", default: "llama-3.3-70b-versatile"),
            isConfigured: !value("GROQ_API_KEY").isEmpty || !value("GROQ_BASE_URL").isEmpty)
        let own = [github.token, slack.token, agent.killSecret, model.key]
        redaction = Redaction(secrets: own + otherSecrets)
    }

    package init(environment: [String: String], otherSecrets: [String] = []) {
        self.init(otherSecrets: otherSecrets) { environment[$0] }
    }

    private static func slackRoot(_ url: String) -> String {
        let root = withoutSlash(url)
        return root.hasSuffix("/api") ? root : root + "/api"
    }

    private static func withoutSlash(_ url: String) -> String {
        String(url.reversed().drop { $0 == "/" }.reversed())
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
