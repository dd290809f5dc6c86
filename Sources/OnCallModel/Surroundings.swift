package import Basics

/// The events around a finding apart from commits, errors and messages: deployments and other changes, alerts of other tools,
/// and the traces themselves.
package struct Surroundings: Hashable, Sendable {
    package var deploys: [DeployFact] = []
    package var releases: [ReleaseFact] = []
    /// Events of the Sentry issues that matter most.
    package var events: [EventFact] = []
    package var monitors: [AlertFact] = []
    package var pages: [AlertFact] = []
    package var prompts: [PromptFact] = []
    /// How calls of the finding's features fared, by prompt version and by release.
    package var shares: [ShareFact] = []
    package var traces: [TraceTree] = []
    /// What else is called in the product: names of features, agents and tools, the most called first.
    package var names: [String] = []

    package init() {}
}

/// A deployment from GitHub.
package struct DeployFact: Hashable, Sendable {
    package var id: String
    package var sha: String
    /// The requested branch, tag or commit.
    package var ref: String
    package var environment: String
    package var creator: String
    package var at: Instant
    package var url: String

    package init(
        id: String, sha: String, ref: String, environment: String = "", creator: String = "", at: Instant,
        url: String = ""
    ) {
        self.id = id
        self.sha = sha
        self.ref = ref
        self.environment = environment
        self.creator = creator
        self.at = at
        self.url = url
    }
}

/// A release from GitHub or Sentry.
package struct ReleaseFact: Hashable, Sendable {
    /// `v2.31.0`, `assistant@2.31.0`, or a commit's hash.
    package var name: String
    /// `github` or `sentry`.
    package var source: String
    /// Its latest commit; empty if unknown.
    package var sha: String
    package var at: Instant
    package var url: String

    package init(name: String, source: String, sha: String = "", at: Instant, url: String = "") {
        self.name = name
        self.source = source
        self.sha = sha
        self.at = at
        self.url = url
    }

    /// What the names of two sources for the same release have in common: `2.31.0`.
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
    /// The issue that it is of.
    package var issue: String
    package var at: Instant
    /// Empty if the event has none.
    package var trace: String
    package var release: String
    package var environment: String
    /// The file that it happened in.
    package var location: String

    package init(
        id: String, issue: String, at: Instant, trace: String = "", release: String = "", environment: String = "",
        location: String = ""
    ) {
        self.id = id
        self.issue = issue
        self.at = at
        self.trace = trace
        self.release = release
        self.environment = environment
        self.location = location
    }
}

/// A Datadog monitor that alerts, or a PagerDuty incident.
package struct AlertFact: Hashable, Sendable {
    package var id: String
    package var title: String
    package var state: String
    package var at: Instant
    package var end: Instant?
    /// What it watches, in its own words: a query, tags, the name of a service.
    package var about: String
    /// Its name in another tool; empty if it has none.
    package var key: String
    package var url: String

    package init(
        id: String, title: String, state: String, at: Instant, end: Instant? = nil, about: String = "",
        key: String = "", url: String = ""
    ) {
        self.id = id
        self.title = title
        self.state = state
        self.at = at
        self.end = end
        self.about = about
        self.key = key
        self.url = url
    }
}

/// A prompt of Langfuse that was changed.
package struct PromptFact: Hashable, Sendable {
    package var name: String
    /// The latest changed one; nil if unknown.
    package var version: Int?
    package var changedAt: Instant
    package var labels: String

    package init(name: String, version: Int?, changedAt: Instant, labels: String = "") {
        self.name = name
        self.version = version
        self.changedAt = changedAt
        self.labels = labels
    }
}

/// How many calls with one prompt version, or in one release, failed.
package struct ShareFact: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case promptVersion = "prompt_version"
        case release
    }

    package var kind: Kind
    /// The prompt; empty for a release.
    package var prompt: String
    /// `14`, `assistant@2.31.0`.
    package var value: String
    package var calls: Int
    package var failed: Int
    package var first: Instant
    package var last: Instant

    package init(
        kind: Kind, prompt: String = "", value: String, calls: Int, failed: Int, first: Instant, last: Instant
    ) {
        self.kind = kind
        self.prompt = prompt
        self.value = value
        self.calls = calls
        self.failed = failed
        self.first = first
        self.last = last
    }
}

/// The candidate that no commit is to blame, with its score and every term of it.
package struct NoCodeCause: Hashable, Sendable {
    package var score: Double
    /// One phrase for each term: "+2.0 volume is ×6.8 at an unchanged unit price".
    package var why: [String]

    package init(score: Double, why: [String]) {
        self.score = score
        self.why = why
    }
}
