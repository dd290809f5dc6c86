package import Basics

/// From a note that opens no incident to an incident on which the gate may act alone (contract).
package enum Severity: String, CaseIterable, Comparable, Hashable, Sendable {
    case info, medium, high, critical

    package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .info: 0
        case .medium: 1
        case .high: 2
        case .critical: 3
        }
    }
}

/// What a detector found: its numbers, its statement and its sentence.
package struct Finding: Hashable, Sendable {
    package var severity: Severity
    /// Over the identifying labels only: the same failure has the same one at every scan.
    package var fingerprint: Fingerprint
    /// The trace id, feature, tool or Sentry issue id; for cost the feature that explains it, else `project`.
    package var subject: String
    /// One sentence of numbers that a person can check.
    package var description: String
    /// The numbers that it was judged by, and its class.
    package var facts: FindingFacts
    /// The statement whose rows decided.
    package var sql: String
    /// When the failure began and when it was last seen.
    package var onset: Instant
    package var lastSeen: Instant
    /// What it costs, in US dollars an hour, at the time of the scan.
    package var costPerHour: Double
    /// What it may share with other findings of the same incident.
    package var links: FindingLinks

    package init(
        facts: FindingFacts, severity: Severity, fingerprint: Fingerprint, subject: String, description: String,
        sql: String, onset: Instant, lastSeen: Instant, costPerHour: Double, links: FindingLinks = FindingLinks()
    ) {
        self.severity = severity
        self.fingerprint = fingerprint
        self.subject = subject
        self.description = description
        self.facts = facts
        self.sql = sql
        self.onset = onset
        self.lastSeen = lastSeen
        self.costPerHour = costPerHour
        self.links = links
    }

    package var type: DetectionType { facts.type }
    /// A note is shown and opens no incident.
    package var isNote: Bool { severity == .info }
}

/// Names in a finding that other findings may share.
package struct FindingLinks: Hashable, Sendable {
    /// Trace ids, at most 100.
    package var traces: Set<String>
    /// Releases as Sentry and Langfuse name them.
    package var releases: Set<String>
    /// The releases among them that only failing calls have.
    package var guiltyReleases: Set<String>
    /// Names of features, agents and tools.
    package var features: Set<String>
    /// Commits that its own figures name, such as the commit of a release.
    package var commits: Set<String>

    package init(
        traces: Set<String> = [], releases: Set<String> = [], guiltyReleases: Set<String> = [],
        features: Set<String> = [], commits: Set<String> = []
    ) {
        self.traces = traces
        self.releases = releases
        self.guiltyReleases = guiltyReleases
        self.features = features
        self.commits = commits
    }
}

/// The figures of a looping trace.
package struct LoopEvidence: Hashable, Sendable {
    package var traceID: String
    /// The agent that runs the trace: its root's name. It selects the kill executor.
    package var agent: String
    package var generations: Int
    package var cost: Double
    package var firstSeen: Instant
    package var lastSeen: Instant
    /// The step repeated most, and how often: drawn as `retry-search ×14`.
    package var repeatedStep: String
    package var repetitions: Int
    /// Same name and arguments at least three times, or tandem repeats, without a new result.
    package var isRepetitive: Bool
    /// It polls for hours with a step now and then; it is never stopped without an approval.
    package var isSlow: Bool

    package init(
        traceID: String, agent: String, generations: Int, cost: Double, firstSeen: Instant, lastSeen: Instant,
        repeatedStep: String, repetitions: Int, isRepetitive: Bool, isSlow: Bool = false
    ) {
        self.traceID = traceID
        self.agent = agent
        self.generations = generations
        self.cost = cost
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.repeatedStep = repeatedStep
        self.repetitions = repetitions
        self.isRepetitive = isRepetitive
        self.isSlow = isSlow
    }

    /// US dollars a minute over the life of the trace; a trace younger than six seconds counts as six seconds old.
    package var costPerMinute: Double {
        cost / max((lastSeen - firstSeen).seconds / 60, 0.1)
    }

    /// `retry-search ×14`.
    package var pattern: String { "\(repeatedStep) ×\(repetitions)" }
}
