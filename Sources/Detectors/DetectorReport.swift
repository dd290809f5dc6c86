package import Basics
package import OnCallModel

/// What a report covers.
package enum Judged: Hashable, Sendable {
    case everything
    /// Only findings with these fingerprints: the rest was not checked in this cycle.
    case only(Set<Fingerprint>)

    package func contains(_ fingerprint: Fingerprint) -> Bool {
        switch self {
        case .everything: true
        case .only(let known): known.contains(fingerprint)
        }
    }
}

/// A result that is not a finding and has its own table in the store.
package enum DetectorRecord: Hashable, Sendable {
    /// Every known hour, oldest first, hours without traffic as 0, and last the running hour so far.
    case hours([HourFact])
    case drift(DriftEvent)
}

/// What a detector concluded in one cycle.
package struct DetectorReport: Hashable, Sendable {
    /// Worst first. Notes (severity `info`) are among them.
    package var findings: [Finding]
    package var state: DetectorHealth.State
    /// One sentence: what was checked, or the progress of learning.
    package var message: String
    package var records: [DetectorRecord]
    /// A finding outside of this may still be active although it is not among ``findings``.
    package var judged: Judged
    /// What could not be judged, one sentence each; everything else was judged.
    package var skipped: [String]

    package init(
        findings: [Finding] = [], state: DetectorHealth.State, message: String, records: [DetectorRecord] = [],
        judged: Judged = .everything, skipped: [String] = []
    ) {
        (self.findings, self.state, self.message) = (findings, state, message)
        (self.records, self.judged, self.skipped) = (records, judged, skipped)
    }

    /// The same report, from incomplete rows.
    package func partial(because reason: String) -> DetectorReport {
        var report = self
        report.state = .partial
        report.message = message.isEmpty ? reason : "\(message) \(reason)"
        return report
    }

    package func health(of type: DetectionType, asOf instant: Instant) -> DetectorHealth {
        let parts = [message, skippedSentence].filter { !$0.isEmpty }
        return DetectorHealth(type: type, state: state, message: parts.joined(separator: " "), asOf: instant)
    }

    /// "Skipped: Trace t9: invalid cost (not a number, or negative). (3 more.)"
    private var skippedSentence: String {
        guard !skipped.isEmpty else { return "" }
        let named = skipped.prefix(Self.maxNamed).map { String($0.prefix(200)) }.joined(separator: " ")
        let rest = skipped.count - Self.maxNamed
        return "Skipped: \(named)" + (rest > 0 ? " (\(rest) more.)" : "")
    }

    private static let maxNamed = 3
}
