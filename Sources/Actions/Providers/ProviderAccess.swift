package import Basics

/// Addresses and keys of all providers that acts write to, from the variables of the environment (contract).
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
        /// The app-level token of Socket Mode.
        package var appToken: String
        /// A name with `#`, or an id.
        package var channel: String
        /// Slack sends button clicks, signed or by socket. Without them a message says how to decide without buttons.
        package var acceptsClicks: Bool
    }

    package struct Agent: Sendable {
        package var killURL: String
        package var killSecret: String
    }

    package struct Model: Sendable {
        /// Ends in `/v1`.
        package var baseURL: String
        /// May be empty when `GROQ_BASE_URL` is set to your own server.
        package var key: String
        package var name: String
        /// The default server requires a key.
        package var isConfigured: Bool
    }

    /// What executors write to. A key that is not set disables its executor.
    package struct Gateways: Sendable {
        package var litellmURL = ""
        package var litellmKey = ""
        package var launchDarklyURL = ""
        package var launchDarklyKey = ""
        package var langfuseURL = ""
        package var langfusePublicKey = ""
        package var langfuseSecretKey = ""
        package var pagerDutyURL = ""
        package var pagerDutyToken = ""
        package var pagerDutyEventsURL = ""
        package var pagerDutyRoutingKey = ""
        /// The GraphQL endpoint itself.
        package var linearURL = ""
        package var linearKey = ""
    }

    package var github: GitHub
    package var slack: Slack
    package var agent: Agent
    package var model: Model
    package var gateways = Gateways()
    /// Hides the secrets of all providers.
    package let redaction: Redaction

    /// `variable` returns the value of one name; an empty value counts as not set. `otherSecrets` are hidden too: the keys of
    /// the sources.
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
            token: value("SLACK_BOT_TOKEN", "SLACK_TOKEN"), appToken: value("SLACK_APP_TOKEN"),
            channel: value("SLACK_INCIDENTS_CHANNEL", default: "#incidents"),
            acceptsClicks: !value("SLACK_SIGNING_SECRET").isEmpty || !value("SLACK_APP_TOKEN").isEmpty)
        agent = Agent(killURL: value("AGENT_KILL_URL"), killSecret: value("AGENT_KILL_SECRET"))
        model = Model(
            baseURL: Self.withoutSlash(value("GROQ_BASE_URL", default: "https://api.groq.com/openai/v1")),
            key: value("GROQ_API_KEY"), name: value("GROQ_MODEL", default: "llama-3.3-70b-versatile"),
            isConfigured: !value("GROQ_API_KEY").isEmpty || !value("GROQ_BASE_URL").isEmpty)
        gateways.litellmURL = Self.withoutSlash(value("LITELLM_BASE_URL"))
        gateways.litellmKey = value("LITELLM_ADMIN_KEY")
        gateways.launchDarklyURL = Self.withoutSlash(
            value("LAUNCHDARKLY_BASE_URL", default: "https://app.launchdarkly.com"))
        gateways.launchDarklyKey = value("LAUNCHDARKLY_API_KEY")
        gateways.langfuseURL = Self.withoutSlash(value("LANGFUSE_BASE_URL", default: "https://cloud.langfuse.com"))
        gateways.langfusePublicKey = value("LANGFUSE_PUBLIC_KEY")
        gateways.langfuseSecretKey = value("LANGFUSE_SECRET_KEY")
        gateways.pagerDutyURL = Self.withoutSlash(value("PAGERDUTY_BASE_URL", default: "https://api.pagerduty.com"))
        gateways.pagerDutyToken = value("PAGERDUTY_TOKEN")
        gateways.pagerDutyEventsURL = Self.withoutSlash(
            value("PAGERDUTY_EVENTS_BASE_URL", default: "https://events.pagerduty.com"))
        gateways.pagerDutyRoutingKey = value("PAGERDUTY_ROUTING_KEY")
        gateways.linearURL = value("LINEAR_BASE_URL", default: "https://api.linear.app/graphql")
        gateways.linearKey = value("LINEAR_API_KEY")
        redaction = Redaction(
            secrets: [
                github.token, slack.token, slack.appToken, agent.killSecret, model.key, gateways.litellmKey,
                gateways.launchDarklyKey,
                gateways.langfuseSecretKey, gateways.pagerDutyToken, gateways.pagerDutyRoutingKey, gateways.linearKey,
            ] + otherSecrets)
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
