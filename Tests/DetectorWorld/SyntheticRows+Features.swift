package import Basics
package import Detectors
package import OnCallModel

/// A feature that answers with JSON, for tests of `prompt_drift`.
package enum SupportBot {
    package static let now = Instant(iso8601: "2026-11-24T14:00:00Z") ?? Instant(milliseconds: 0)

    /// A sound output.
    package static func good(_ place: Int) -> String {
        """
        {"response": "text \(place)", "confidence": 0.\(80 + place % 20), "category": "billing",
         "customer": {"tier": "gold", "seats": \(place)}, "steps": [{"id": \(place), "done": true}], "note": "x"}
        """
    }
}

extension SyntheticRows {
    /// `count` outputs of a feature, one each `every`, the last one `ending` before ``SupportBot/now``.
    package mutating func addOutputs(
        _ count: Int, every: Span = .minutes(1), ending: Span, name: String = "support-bot", promptVersion: Int? = nil,
        release: String? = nil, _ output: (Int) -> String?
    ) {
        let last = SupportBot.now - ending
        for place in 0..<count {
            let back = Span.milliseconds(every.milliseconds * Int64(count - 1 - place))
            addOutput(at: last - back, output(place)) { row in
                (row.name, row.promptVersion, row.release) = (name, promptVersion, release)
                row.promptName = promptVersion == nil ? nil : name
            }
        }
    }

    package mutating func addOutput(
        at time: Instant, _ output: String?, change: (inout ObservationRow) -> Void = { _ in }
    ) {
        observations.append(
            ObservationRow(at: time) { row in
                row.output = output
                change(&row)
            })
    }

    /// A score of `helpfulness`, of a trace of its own with a sound output.
    package mutating func addScore(_ value: Double, at time: Instant) {
        let trace = "scored-\(scores.count)"
        addOutput(at: time - .seconds(5), SupportBot.good(scores.count)) { $0.traceID = trace }
        scores.append(ScoreRow(value, of: trace, at: time))
    }

    /// Scores drawn evenly from two ranges: `before` of them older than a day, `now` of them newer.
    package static func scores(
        before: Int = 120, now: Int = 40, _ old: ClosedRange<Double>, _ new: ClosedRange<Double>, seed: UInt64 = 3
    ) -> SyntheticRows {
        var random = SeededRandom(seed)
        var rows = SyntheticRows()
        for place in 0..<before {
            let at = SupportBot.now - .hours(26 + Double(place) * 100 / Double(before))
            rows.addScore(.random(in: old, using: &random), at: at)
        }
        for place in 0..<now {
            let at = SupportBot.now - .hours(23 * Double(place + 1) / Double(now + 1))
            rows.addScore(.random(in: new, using: &random), at: at)
        }
        return rows
    }

    /// Runs `prompt_drift` in a world of its own. `open` are the subjects of incidents that are not resolved.
    package func drift(
        now: Instant = SupportBot.now, settings: Settings = Settings(), effort: DetectorContext.Effort = .thorough,
        memory: [String: FeatureSnapshot] = [:], open: Set<String> = []
    ) async throws -> DetectorWorld.Cycle<FeatureSnapshot> {
        try await DetectorWorld(self).cycle(
            PromptDriftDetector(),
            DetectorContext(now: now, settings: settings, effort: effort, past: PastFinding.open(open, now: now)),
            memory: memory)
    }
}

extension DetectorWorld.Cycle<FeatureSnapshot> {
    package var finding: Finding? { run.report.findings.first }
    package var snapshot: FeatureSnapshot? { memory["support-bot"] }
    /// How often outputs were asked for.
    package var calls: Int { run.liveCalls(of: "observations") }
}

extension PastFinding {
    package static func open(_ subjects: Set<String>, now: Instant) -> [PastFinding] {
        subjects.map { PastFinding(subject: $0, firstSeen: now - .hours(1), lastSeen: now, isResolved: false) }
    }
}
