package import Basics

/// Why the sampler keeps a trace. In the order of their points.
package enum SampleReason: String, CaseIterable, Comparable, Hashable, Sendable {
    /// One of its observations has the level ERROR or WARNING.
    case error
    /// It cost more than twice the mean of the traces of the last 24 hours.
    case highCost = "high_cost"
    /// An output of it failed the check of its shape.
    case schemaFailed = "schema_failed"
    /// Its step names are a set that no trace of the seven days before had.
    case novelPattern = "novel_pattern"
    /// It took more than five steps, of any type.
    case manySteps = "many_steps"
    /// Drawn by the hash of its id, whatever it scores.
    case uniform

    /// The seed's points; a uniform draw has none and keeps all the same.
    package var points: Int {
        switch self {
        case .error: 100
        case .highCost: 80
        case .schemaFailed: 70
        case .novelPattern: 60
        case .manySteps: 40
        case .uniform: 0
        }
    }

    package static func < (left: SampleReason, right: SampleReason) -> Bool {
        (right.points, left.rawValue) < (left.points, right.rawValue)
    }
}

/// The traces of the last 24 hours that are read in full: detectors may request their bodies.
///
/// It decides only what to read. Baselines, rates and counts never use it, because it is not a fair sample.
package struct TraceSample: Hashable, Sendable {
    package var kept: Set<String>

    package init(kept: Set<String>) {
        self.kept = kept
    }

    package func keeps(_ trace: String) -> Bool { kept.contains(trace) }
}

/// A trace that the sampler keeps.
package struct SampledTrace: Hashable, Sendable, Identifiable {
    package var id: String
    /// Its latest step.
    package var lastAt: Instant
    /// Most points first.
    package var reasons: [SampleReason]

    package init(id: String, lastAt: Instant, reasons: [SampleReason]) {
        (self.id, self.lastAt, self.reasons) = (id, lastAt, reasons)
    }

    package var score: Int { reasons.reduce(0) { $0 + $1.points } }
}

/// When a set of step names was seen.
package struct PatternSighting: Hashable, Sendable {
    package var firstSeen: Instant
    /// To the hour.
    package var lastSeen: Instant
    /// The trace for which it was new; nil for one that was known from the start.
    package var opener: String?

    package init(firstSeen: Instant, lastSeen: Instant, opener: String?) {
        (self.firstSeen, self.lastSeen, self.opener) = (firstSeen, lastSeen, opener)
    }
}

/// A set of step names that a trace had.
package struct StepPattern: Hashable, Sendable {
    /// Sorted, each once; what counts or names a single run in them is left out.
    package var steps: [String]
    package var sighting: PatternSighting

    package init(steps: [String], sighting: PatternSighting) {
        self.steps = steps
        self.sighting = sighting
    }
}

/// What the sampler remembers from one cycle to the next.
package struct SamplerMemory: Hashable, Sendable {
    /// Changes of traces are known until then; nil before the first cycle.
    package var readUntil: Instant?
    /// The settings used for the choice. Other settings lead to a new choice.
    package var rules: String
    /// By the text of the fingerprint over their names.
    package var patterns: [String: PatternSighting]
    /// The kept traces of the last 24 hours, and those with failed outputs.
    package var kept: Set<String>
    package var keptAsFailed: Set<String>
    /// Traces of the last 24 hours whose outputs failed the shape check.
    package var failing: Set<String>

    package init(
        readUntil: Instant? = nil, rules: String = "", patterns: [String: PatternSighting] = [:],
        kept: Set<String> = [], keptAsFailed: Set<String> = [], failing: Set<String> = []
    ) {
        (self.readUntil, self.rules, self.patterns) = (readUntil, rules, patterns)
        (self.kept, self.keptAsFailed, self.failing) = (kept, keptAsFailed, failing)
    }
}

/// What one cycle of the sampler found, and what its memory becomes by it.
package struct SamplerOutcome: Hashable, Sendable {
    /// All traces of the last 24 hours, and their mean cost in US dollars.
    package var total = 0
    package var meanCost = 0.0
    /// How many traces were scored, as they are new or changed; of them those kept, and those that no longer are.
    package var scored = 0
    package var kept: [SampledTrace] = []
    package var dropped: Set<String> = []
    /// New or seen again, by fingerprint.
    package var patterns: [String: StepPattern] = [:]
    package var readUntil: Instant?
    package var rules = ""
    /// Nothing that was kept before counts: the rules are others, or the memory is of another time.
    package var startsAnew = false

    package init() {}
}
