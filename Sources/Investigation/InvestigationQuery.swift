package import Basics
import OnCallModel

/// One read-only statement of an investigation.
package struct InvestigationQuery: Hashable, Sendable {
    package var step: InvestigationStep
    package var sql: String
    package var parameters: [Value]
    /// If its source is not configured, no data counts as missing.
    package var isOptional = false
}

/// The steps that read. Each has one source.
package enum InvestigationStep: Hashable, Sendable {
    case hours, errors, commits, messages
    /// The changed files of one commit.
    case files(sha: String)
    case deploys
    /// GitHub's and Sentry's.
    case releases(source: String)
    /// Of one Sentry issue.
    case events(issue: String)
    case monitors, pages, prompts
    /// Calls and failures by prompt version or by release.
    case shares(ShareFact.Kind)
    /// The names of all features, agents and tools.
    case names
    /// The costliest traces of the failing features.
    case costliest
    case trace(String)
}

/// The answer to one statement.
package enum InvestigationAnswer: Hashable, Sendable {
    /// `isPartial`: the source returned partial data.
    case rows(RowSet, isPartial: Bool)
    /// One sentence with the failure and the remedy; it becomes a gap of the case file.
    case failed(String)
    /// The source of an optional statement is not configured.
    case absent
}

/// Which repository and channel to read; nil if not set.
package struct InvestigationScope: Hashable, Sendable {
    package var owner: String?
    package var repository: String?
    /// The Slack channel of incidents, by id.
    package var channel: String?
    /// Why ``channel`` is nil although a channel is set, as a sentence.
    package var channelAbsence: String?

    package init(owner: String? = nil, repository: String? = nil, channel: String? = nil) {
        self.owner = owner
        self.repository = repository
        self.channel = channel
    }
}
