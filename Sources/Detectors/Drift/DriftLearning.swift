import Basics
import OnCallModel

/// What the latest outputs of a feature mean for its snapshot, and the judgement of them.
struct DriftLearning: Sendable {
    /// As it is to be stored.
    private(set) var snapshot: FeatureSnapshot
    /// Nil while there is nothing to judge by, or nothing to judge.
    private(set) var verdict: DriftVerdict?
    /// The outputs that were judged, oldest first.
    private(set) var checked: [DriftOutput] = []

    /// With fewer samples a profile also learns from failing outputs that are not a drift: otherwise what is rare would
    /// stay unknown.
    static let mature = 100

    /// - Parameter outputs: everything that was read, oldest first.
    init(_ name: String, known: FeatureSnapshot?, outputs: [DriftOutput], context: DetectorContext) {
        snapshot =
            known ?? FeatureSnapshot(feature: name, state: .learning, profile: OutputProfile(), capturedAt: context.now)
        if snapshot.state == .learning {
            learn(outputs, context)
        } else {
            judge(outputs, context)
        }
        snapshot.lookedAt = context.now
        snapshot.newestOutput = [snapshot.newestOutput, outputs.last?.at].compactMap(\.self).max()
        snapshot.checked = verdict?.checked ?? 0
        snapshot.failed = verdict?.failed ?? 0
    }

    // MARK: first scan

    private mutating func learn(_ outputs: [DriftOutput], _ context: DetectorContext) {
        let recent = outputs.count { $0.at >= context.now - DriftQueries.window }
        let spare = max(0, outputs.count - DriftRule.minSamples)
        let latest = min(DriftQueries.checked, recent, spare)
        let past = ChangeSegments.learnable(
            outputs, upTo: outputs.count - latest, minDifference: context.settings.driftFailRate)
        var profile = OutputProfile()
        for output in past { profile.add(output.sample) }
        snapshot.profile = profile
        snapshot.capturedAt = context.now
        guard profile.samples >= DriftRule.minSamples, profile.blanks * 2 < profile.samples else { return }
        snapshot.state = .learned
        checked = Array(outputs.suffix(latest))
        conclude(outputs, context)
    }

    // MARK: later scans

    private mutating func judge(_ outputs: [DriftOutput], _ context: DetectorContext) {
        // Outputs from before an acceptance were judged by another snapshot.
        let begin = snapshot.acceptedBy == nil ? nil : snapshot.capturedAt
        checked = Array(
            outputs.filter { $0.at >= context.now - DriftQueries.window && $0.at > begin ?? $0.at - .seconds(1) }
                .suffix(DriftQueries.checked))
        let wasDrifted = snapshot.state == .drifted
        conclude(outputs, context)
        guard snapshot.state == .learned, context.settings.driftRequiresContrast else { return }
        let rule = DriftRule(snapshot.profile)
        let isYoung = snapshot.profile.samples < Self.mature && !wasDrifted
        let known = max(snapshot.newestOutput ?? snapshot.capturedAt, begin ?? Instant(milliseconds: 0))
        for output in outputs where output.at > known {
            let passes = !rule.deviations(of: output.sample).values.contains(where: \.isRare)
            if passes || isYoung { snapshot.profile.add(output.sample) }
        }
    }

    private mutating func conclude(_ outputs: [DriftOutput], _ context: DetectorContext) {
        let verdict = DriftVerdict(checked, by: snapshot.profile, settings: context.settings)
        self.verdict = verdict
        guard verdict.isDrift else {
            (snapshot.state, snapshot.candidate) = (.learned, nil)
            return
        }
        snapshot.state = .drifted
        let judged = JudgedOutputs(outputs, verdict: verdict, profile: snapshot.profile, settings: context.settings)
        // Where nearly everything fails, the shape of what still passes is not accepted.
        let isWhole = verdict.failRate > 0.8
        var candidate = OutputProfile()
        for output in judged.sinceOnset where !isWhole || output.fails { candidate.add(output.output.sample) }
        snapshot.candidate = candidate
    }
}

/// All outputs that were read, and whether each has a deviation that the verdict is about.
struct JudgedOutputs: Sendable {
    let outputs: [(output: DriftOutput, fails: Bool)]
    /// The position of the first failing output of the drift.
    let onset: Int?

    init(_ outputs: [DriftOutput], verdict: DriftVerdict, profile: OutputProfile, settings: Settings) {
        let rule = DriftRule(profile)
        let violations = Set(verdict.violations.joined())
        self.outputs = outputs.map { output in
            guard settings.driftRequiresContrast else {
                return (output, SeedDriftRule.fails(output.sample, by: profile))
            }
            return (output, !violations.isDisjoint(with: rule.deviations(of: output.sample).keys))
        }
        onset = ChangeSegments.onset(of: self.outputs.map(\.fails))
    }

    var sinceOnset: ArraySlice<(output: DriftOutput, fails: Bool)> { outputs[(onset ?? outputs.count)...] }
    var failing: [DriftOutput] { sinceOnset.filter(\.fails).map(\.output) }
    /// The drift is older than every output that was read.
    var beganEarlier: Bool { onset == 0 }
    var contrasts: [DriftContrast] { DriftContrast.all(outputs.map { ($0.output.origin, $0.fails) }) }
}
