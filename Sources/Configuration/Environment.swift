package import Basics
import FoundationEssentials

/// The variables of the process over those of `.env`: the process wins. An empty value counts as unset.
package struct Environment: Hashable, Sendable {
    /// Values that are never printed, logged or stored.
    package enum Secret: String, CaseIterable, Sendable {
        case langfusePublicKey = "LANGFUSE_PUBLIC_KEY"
        case langfuseSecretKey = "LANGFUSE_SECRET_KEY"
        case sentryToken = "SENTRY_TOKEN"
        case githubToken = "GITHUB_TOKEN"
        case slackToken = "SLACK_TOKEN"
        case slackBotToken = "SLACK_BOT_TOKEN"
        case slackAppToken = "SLACK_APP_TOKEN"
        case slackSigningSecret = "SLACK_SIGNING_SECRET"
        case datadogAPIKey = "DD_API_KEY"
        case datadogApplicationKey = "DD_APPLICATION_KEY"
        case pagerDutyToken = "PAGERDUTY_TOKEN"
        case pagerDutyRoutingKey = "PAGERDUTY_ROUTING_KEY"
        case linearAPIKey = "LINEAR_API_KEY"
        case groqAPIKey = "GROQ_API_KEY"
        case agentKillSecret = "AGENT_KILL_SECRET"
    }

    package enum Variable: String, CaseIterable, Sendable {
        case langfuseBaseURL = "LANGFUSE_BASE_URL"
        case sentryBaseURL = "SENTRY_BASE_URL"
        case sentryOrganization = "SENTRY_ORG"
        case githubBaseURL = "GITHUB_BASE_URL"
        case githubOwner = "GITHUB_OWNER"
        case githubRepository = "GITHUB_REPO"
        case githubTargetRepository = "GITHUB_TARGET_REPO"
        case slackBaseURL = "SLACK_BASE_URL"
        case slackIncidentsChannel = "SLACK_INCIDENTS_CHANNEL"
        case datadogBaseURL = "DD_BASE_URL"
        case pagerDutyBaseURL = "PAGERDUTY_BASE_URL"
        case pagerDutyEventsBaseURL = "PAGERDUTY_EVENTS_BASE_URL"
        case linearBaseURL = "LINEAR_BASE_URL"
        case groqBaseURL = "GROQ_BASE_URL"
        case groqModel = "GROQ_MODEL"
        case agentKillURL = "AGENT_KILL_URL"
        case listen = "SENTINEL_LISTEN"
        case database = "SENTINEL_DB"
    }

    private let values: [String: String]

    package init(process: [String: String], dotEnv: [String: String] = [:]) {
        values = dotEnv.filter { !$0.value.isEmpty }.merging(process.filter { !$0.value.isEmpty }) { $1 }
    }

    /// This process's variables over those of the `.env` in `directory`, where there is one.
    package static func load(directory: String) throws(ConfigurationError) -> Environment {
        let path = "\(directory)/.env"
        let process = ProcessInfo.processInfo.environment
        guard FileManager.default.fileExists(atPath: path) else { return Environment(process: process) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError(["\(path) cannot be read. Look at its owner and permissions, or remove it."])
        }
        return Environment(
            process: process, dotEnv: try DotEnv.parse(String(decoding: data, as: UTF8.self), file: path))
    }

    package subscript(name: String) -> String? { values[name] }

    package func secret(_ secret: Secret) -> String? { values[secret.rawValue] }

    package func variable(_ variable: Variable) -> String? { values[variable.rawValue] }

    /// What a manifest's input of this name is given. `GITHUB_TARGET_REPO`, where set, is the repository that is watched.
    package func input(_ key: String) -> String? {
        if key == Variable.githubRepository.rawValue {
            return variable(.githubTargetRepository) ?? variable(.githubRepository)
        }
        return values[key]
    }

    /// Hides every secret of the contract, and the value of every variable whose name says that it is one.
    package var redaction: Redaction { Redaction(secrets: secretValues) }

    package var secretValues: [String] {
        let named = Set(Secret.allCases.map(\.rawValue))
        return values.filter { named.contains($0.key) || Self.namesSecret($0.key) }.map(\.value).sorted()
    }

    private static func namesSecret(_ name: String) -> Bool {
        let words = name.uppercased().split(separator: "_")
        return words.contains { ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "APIKEY"].contains($0) }
            || zip(words, words.dropFirst()).contains {
                $1 == "KEY" && ["API", "PRIVATE", "ACCESS", "ROUTING"].contains($0)
            }
    }
}
