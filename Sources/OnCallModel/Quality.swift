package import Basics

/// The snapshot of one feature's outputs, as stored and as shown in the Quality pane.
package struct FeatureSnapshot: Codable, Hashable, Sendable, Identifiable {
    package enum State: String, CaseIterable, Codable, Hashable, Sendable {
        /// Too few samples to judge by.
        case learning
        case learned
        /// The latest outputs do not match. Nothing is learnt until they match again or a person accepts them.
        case drifted
    }

    package var id: String { feature }
    /// The name of its observations.
    package var feature: String
    package var state: State
    package var profile: OutputProfile
    /// The profile of the outputs that do not fit, from which an acceptance makes the next version.
    package var candidate: OutputProfile?
    /// 1 at first; one more with every acceptance.
    package var version: Int
    package var capturedAt: Instant
    /// When its outputs were last checked, and the start of the newest checked output.
    package var lookedAt: Instant?
    package var newestOutput: Instant?
    /// Of the latest checked outputs.
    package var checked: Int
    package var failed: Int
    /// `alice@host (console)`, where a person accepted this version.
    package var acceptedBy: String?

    package init(
        feature: String, state: State, profile: OutputProfile, candidate: OutputProfile? = nil, version: Int = 1,
        capturedAt: Instant, lookedAt: Instant? = nil, newestOutput: Instant? = nil, checked: Int = 0, failed: Int = 0,
        acceptedBy: String? = nil
    ) {
        (self.feature, self.state, self.profile) = (feature, state, profile)
        (self.candidate, self.version, self.capturedAt) = (candidate, version, capturedAt)
        (self.lookedAt, self.newestOutput, self.checked) = (lookedAt, newestOutput, checked)
        (self.failed, self.acceptedBy) = (failed, acceptedBy)
    }

    /// Makes the outputs that do not fit the next version's norm. False where there are none.
    @discardableResult
    package mutating func accept(by author: String, at now: Instant) -> Bool {
        guard let candidate else { return false }
        (profile, self.candidate) = (candidate, nil)
        version += 1
        state = .learned
        (capturedAt, acceptedBy) = (now, author)
        (checked, failed) = (0, 0)
        return true
    }

    /// Of the latest outputs; nil before the first check.
    package var failRate: Double? { checked > 0 ? Double(failed) / Double(checked) : nil }
}

/// A replaced version of a feature's snapshot.
package struct SnapshotVersion: Hashable, Sendable {
    package var feature: String
    package var version: Int
    package var profile: OutputProfile
    package var capturedAt: Instant
    package var acceptedBy: String?
    package var replacedAt: Instant
    package var replacedBy: String

    package init(
        feature: String, version: Int, profile: OutputProfile, capturedAt: Instant, acceptedBy: String?,
        replacedAt: Instant, replacedBy: String
    ) {
        (self.feature, self.version, self.profile) = (feature, version, profile)
        (self.capturedAt, self.acceptedBy) = (capturedAt, acceptedBy)
        (self.replacedAt, self.replacedBy) = (replacedAt, replacedBy)
    }
}

/// One detected change of a feature's outputs or scores: a row of `drift_events`.
package struct DriftEvent: Hashable, Sendable, Identifiable {
    package enum Kind: String, CaseIterable, Hashable, Sendable, JSONConvertible {
        case schema = "schema_break"
        case score = "score_regression"
    }

    package var id: Int64
    package var feature: String
    package var at: Instant
    package var severity: Severity
    /// 0 to 1; nil for a fall of scores.
    package var failRate: Double?
    /// The suspect commit; nil if there is none.
    package var blameSHA: String?
    package var blameMessage: String?
    package var facts: DriftFacts
    package var incident: Int64?

    package init(
        id: Int64, feature: String, at: Instant, facts: DriftFacts, severity: Severity, failRate: Double?,
        blameSHA: String? = nil, blameMessage: String? = nil, incident: Int64? = nil
    ) {
        (self.id, self.feature, self.at) = (id, feature, at)
        (self.facts, self.severity, self.failRate) = (facts, severity, failRate)
        (self.blameSHA, self.blameMessage, self.incident) = (blameSHA, blameMessage, incident)
    }

    package var kind: Kind { facts.kind }
}

/// The profile of one tool's outputs. Learnt only from outputs that were followed by enough good ones.
package struct ToolProfile: Codable, Hashable, Sendable, Identifiable {
    package var id: String { tool }
    /// The name of its observations.
    package var tool: String
    /// The shape of its good outputs: neither errors nor empty.
    package var profile: OutputProfile
    /// The lengths of its good outputs in characters: at most 200, latest last.
    package var lengths: [Int]
    /// The number of successful outputs that contain an error, and of empty outputs (an empty list, an empty object or blank).
    package var errors: Int
    package var empties: Int
    /// Good outputs that were pages of HTML.
    package var pages: Int
    /// Good outputs that could have repeated one of those shortly before, which answered another input, and those that did.
    package var comparisons: Int
    package var repeats: Int
    /// When it was last updated, and the start of the newest output that it includes.
    package var learnedAt: Instant
    package var learnedThrough: Instant?
    /// When its outputs were last checked, and the start of the newest checked one.
    package var lookedAt: Instant?
    package var newestOutput: Instant?

    package init(
        tool: String, profile: OutputProfile = OutputProfile(), lengths: [Int] = [], errors: Int = 0, empties: Int = 0,
        pages: Int = 0, comparisons: Int = 0, repeats: Int = 0, learnedAt: Instant, learnedThrough: Instant? = nil,
        lookedAt: Instant? = nil, newestOutput: Instant? = nil
    ) {
        (self.tool, self.profile, self.lengths) = (tool, profile, lengths)
        (self.errors, self.empties, self.pages) = (errors, empties, pages)
        (self.comparisons, self.repeats, self.learnedAt) = (comparisons, repeats, learnedAt)
        (self.learnedThrough, self.lookedAt, self.newestOutput) = (learnedThrough, lookedAt, newestOutput)
    }

    /// All outputs that were learnt from.
    package var outputs: Int { profile.samples + errors + empties }
}
