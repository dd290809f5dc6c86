package import Basics

/// From a note that opens no incident to an incident on which the gate may act alone (contract).
package enum Severity: String, CaseIterable, Comparable, Hashable, Sendable, JSONConvertible {
    case info, medium, high, critical

    package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
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
        (self.severity, self.fingerprint, self.subject) = (severity, fingerprint, subject)
        (self.description, self.facts, self.sql) = (description, facts, sql)
        (self.onset, self.lastSeen) = (onset, lastSeen)
        (self.costPerHour, self.links) = (costPerHour, links)
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
    package var failingReleases: Set<String>
    /// Names of features, agents and tools.
    package var features: Set<String>
    /// Commits that its own figures name, such as the commit of a release.
    package var commits: Set<String>

    package init(
        traces: Set<String> = [], releases: Set<String> = [], failingReleases: Set<String> = [],
        features: Set<String> = [], commits: Set<String> = []
    ) {
        (self.traces, self.releases, self.failingReleases) = (traces, releases, failingReleases)
        (self.features, self.commits) = (features, commits)
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
    /// US dollars a minute of the last minutes before its latest step; nil if they were not read.
    package var recentRate: Double?

    package init(
        traceID: String, agent: String, generations: Int, cost: Double, firstSeen: Instant, lastSeen: Instant,
        repeatedStep: String, repetitions: Int, isRepetitive: Bool, isSlow: Bool = false, recentRate: Double? = nil
    ) {
        (self.traceID, self.agent, self.generations, self.cost) = (traceID, agent, generations, cost)
        (self.firstSeen, self.lastSeen, self.repeatedStep) = (firstSeen, lastSeen, repeatedStep)
        (self.repetitions, self.isRepetitive, self.isSlow) = (repetitions, isRepetitive, isSlow)
        self.recentRate = recentRate
    }

    /// US dollars a minute of the last minutes. Where they were not read, over the life of the trace; one younger than six
    /// seconds counts as six seconds old.
    package var costPerMinute: Double {
        recentRate ?? cost / max((lastSeen - firstSeen).seconds / 60, 0.1)
    }

    /// The time before its latest step that ``recentRate`` is computed from.
    package static let rateWindow = Span.minutes(5)

    /// The rate of a trace that began at `firstSeen` and cost this much in the last ``rateWindow`` before its latest step.
    package static func rate(ofCost cost: Double, firstSeen: Instant, lastSeen: Instant) -> Double {
        cost / max(min(lastSeen - firstSeen, rateWindow).seconds / 60, 0.1)
    }

    /// `retry-search ×14`.
    package var pattern: String { "\(repeatedStep) ×\(repetitions)" }
}
