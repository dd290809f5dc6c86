package import Basics
package import OnCallModel

/// The events around a finding apart from commits, errors and messages: deployments and other changes, alerts, and traces.
package struct Surroundings: Hashable, Sendable {
    package var deploys: [DeployFact] = []
    package var releases: [ReleaseFact] = []
    /// Events of the main Sentry issues.
    package var events: [EventFact] = []
    package var monitors: [AlertFact] = []
    package var pages: [AlertFact] = []
    package var prompts: [PromptFact] = []
    /// Calls and failures of the finding's features, by prompt version and by release.
    package var shares: [ShareFact] = []
    package var traces: [TraceTree] = []
    /// The names of all features, agents and tools, by number of calls.
    package var names: [String] = []
}

/// A deployment from GitHub.
package struct DeployFact: Hashable, Sendable {
    package var id: String
    package var sha: String
    /// The requested branch, tag or commit.
    package var ref: String
    package var environment = ""
    package var creator = ""
    package var at: Instant
    package var url = ""
}

/// A release from GitHub or Sentry.
package struct ReleaseFact: Hashable, Sendable {
    /// `v2.31.0`, `assistant@2.31.0`, or a commit's hash.
    package var name: String
    /// `github` or `sentry`.
    package var source: String
    /// Its latest commit; empty if unknown.
    package var sha = ""
    package var at: Instant
    package var url = ""

    /// The common part of the names that two sources give the same release: `2.31.0`.
    package var version: String { Self.version(of: name) }

    package static func version(of name: String) -> String {
        let tail = name.split(separator: "@").last ?? name[...]
        let bare = tail.split(separator: "/").last ?? tail
        let isVersion = bare.first == "v" && bare.dropFirst().first?.isNumber == true
        return (isVersion ? String(bare.dropFirst()) : String(bare)).lowercased()
    }
}

/// One event of a Sentry issue.
package struct EventFact: Hashable, Sendable {
    package var id: String
    /// The id of its issue.
    package var issue: String
    package var at: Instant
    /// Empty if the event has none.
    package var trace = ""
    package var release = ""
    package var environment = ""
    /// The file where it happened.
    package var location = ""
}

/// A Datadog monitor that alerts, or a PagerDuty incident.
package struct AlertFact: Hashable, Sendable {
    package var id: String
    package var title: String
    package var state: String
    package var at: Instant
    package var end: Instant?
    /// What it monitors: a query, tags, the name of a service.
    package var about = ""
    /// Its name in another tool; empty if it has none.
    package var key = ""
    package var url = ""
}

/// How many calls with one prompt version, or in one release, failed.
package struct ShareFact: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case promptVersion = "prompt_version"
        case release
    }

    package var kind: Kind
    /// The prompt; empty for a release.
    package var prompt = ""
    /// `14`, `assistant@2.31.0`.
    package var value: String
    package var calls: Int
    package var failed: Int
    package var first: Instant
    package var last: Instant
}
