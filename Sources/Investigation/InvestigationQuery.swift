package import Basics

/// One read-only statement of an investigation.
package struct InvestigationQuery: Hashable, Sendable {
    package var step: InvestigationStep
    package var sql: String
    package var parameters: [Value]

    package init(step: InvestigationStep, sql: String, parameters: [Value]) {
        self.step = step
        self.sql = sql
        self.parameters = parameters
    }
}

/// The steps that read. Each has one source.
package enum InvestigationStep: Hashable, Sendable {
    case hours
    case errors
    case commits
    case messages
    /// The changed files of one commit.
    case files(sha: String)

    package var source: String {
        switch self {
        case .hours: "langfuse"
        case .errors: "sentry"
        case .commits, .files: "github"
        case .messages: "slack"
        }
    }
}

/// What came of one statement.
package enum InvestigationAnswer: Hashable, Sendable {
    /// `isPartial`: the source gave less than everything.
    case rows(RowSet, isPartial: Bool)
    /// One sentence that says what failed and what to do; it becomes a gap of the case file.
    case failed(String)
}

/// Where to look: what the settings of this installation say. Nil where it is not set.
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
