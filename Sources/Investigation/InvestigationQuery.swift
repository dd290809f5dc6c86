package import Basics
import OnCallModel

/// One read-only statement of an investigation.
package struct InvestigationQuery: Hashable, Sendable {
    package var step: InvestigationStep
    package var sql: String
    package var parameters: [Value]
    /// Without its source nothing counts as missing.
    package var isOptional = false
}

/// The steps that read. Each has one source.
package enum InvestigationStep: Hashable, Sendable {
    case hours
    case errors
    case commits
    case messages
    /// The changed files of one commit.
    case files(sha: String)
    case deploys
    /// GitHub's and Sentry's.
    case releases(source: String)
    /// Of one Sentry issue.
    case events(issue: String)
    case monitors
    case pages
    case prompts
    /// How calls fared, by prompt version or by release.
    case shares(ShareFact.Kind)
    /// The names of all that is called in the product.
    case names
    /// The costliest traces of the failing features.
    case costliest
    case trace(String)

    package var source: String {
        switch self {
        case .hours, .prompts, .shares, .names, .costliest, .trace: "langfuse"
        case .errors, .events: "sentry"
        case .commits, .files, .deploys: "github"
        case .messages: "slack"
        case .releases(let source): source
        case .monitors: "datadog"
        case .pages: "pagerduty"
        }
    }
}

/// The answer to one statement.
package enum InvestigationAnswer: Hashable, Sendable {
    /// `isPartial`: the source returned partial data.
    case rows(RowSet, isPartial: Bool)
    /// One sentence with the failure and the remedy; it becomes a gap of the case file.
    case failed(String)
    /// The source of an optional statement is not set up.
    case absent
}

/// Which repository and channel to read, by the settings. Nil where not set.
package struct InvestigationScope: Hashable, Sendable {
    package var owner: String?
    package var repository: String?
    /// The Slack channel of incidents, by id.
    package var channel: String?

    package init(owner: String? = nil, repository: String? = nil, channel: String? = nil) {
        self.owner = owner
        self.repository = repository
        self.channel = channel
    }
}
