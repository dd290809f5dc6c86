package import Basics
package import OnCallModel

/// Which findings a report would hold if they were there.
package enum Judged: Hashable, Sendable {
    case everything
    /// Findings of these fingerprints alone: the rest was not looked at in this cycle.
    case only(Set<Fingerprint>)

    package func contains(_ fingerprint: Fingerprint) -> Bool {
        switch self {
        case .everything: true
        case .only(let known): known.contains(fingerprint)
        }
    }
}

/// What a detector found that has a table of its own in the store, beside findings: it is shown to people.
package enum DetectorRecord: Hashable, Sendable {
    /// Every hour that is known, oldest first, hours without traffic as 0, the running hour last as far as it is known.
    case hours([HourFact])
    case drift(DriftEvent)
}

/// What a detector concluded in one cycle.
package struct DetectorReport: Hashable, Sendable {
    /// Worst first. Notes (severity `info`) are among them.
    package var findings: [Finding]
    package var state: DetectorHealth.State
    /// One sentence: what was looked at, or how far learning has come.
    package var message: String
    /// What is shown to people beside the findings.
    package var records: [DetectorRecord]
    /// What the report speaks for: a finding that it does not speak for may still be there, though it is not among
    /// ``findings``.
    package var judged: Judged
    /// What could not be judged, one sentence each; everything else was judged.
    package var skipped: [String]

    package init(
        findings: [Finding] = [], state: DetectorHealth.State, message: String, records: [DetectorRecord] = [],
        judged: Judged = .everything, skipped: [String] = []
    ) {
        self.findings = findings
        self.state = state
        self.message = message
        self.records = records
        self.judged = judged
        self.skipped = skipped
    }

    /// The same report, made from rows that were not all there.
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
