import Basics
import OnCallModel

/// What the latest outputs of a feature mean for its snapshot, and the judgement of them.
struct DriftLearning: Sendable {
    /// As it is to be stored.
    private(set) var snapshot: FeatureSnapshot
    /// Nil while there is nothing to judge by, or nothing to judge.
    private(set) var verdict: DriftVerdict?
    /// What was learnt from at a first look, else the outputs that the judgement looked at last; oldest first.
    private(set) var checked: [DriftOutput] = []

    /// Below this many samples a profile still learns from what fails without being drift: otherwise what is only seldom
    /// would seem never to be.
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

    // MARK: the first look

    private mutating func learn(_ outputs: [DriftOutput], _ context: DetectorContext) {
        let recent = outputs.count { $0.at >= context.now - DriftQueries.window }
        let spare = max(0, outputs.count - DriftRule.leastSamples)
        let latest = min(DriftQueries.checked, recent, spare)
        let past = ChangeSegments.learnable(
            outputs, upTo: outputs.count - latest, least: context.settings.driftFailRate)
        var profile = OutputProfile()
        for output in past { profile.add(output.sample) }
        snapshot.profile = profile
        snapshot.capturedAt = context.now
        guard profile.samples >= DriftRule.leastSamples, profile.blanks * 2 < profile.samples else { return }
        snapshot.state = .learned
        checked = Array(outputs.suffix(latest))
        conclude(outputs, context)
    }

    // MARK: later looks

    private mutating func judge(_ outputs: [DriftOutput], _ context: DetectorContext) {
        // What was given before an acceptance was judged by another snapshot.
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
        let trouble = DriftTrouble(outputs, verdict: verdict, profile: snapshot.profile, settings: context.settings)
        // Where nearly everything fails, what still passes is on its way out.
        let isWhole = verdict.failRate > 0.8
        var candidate = OutputProfile()
        for output in trouble.sinceOnset where !isWhole || output.fails { candidate.add(output.output.sample) }
        snapshot.candidate = candidate
    }
}

/// All outputs that were looked at, parted by whether they have the trouble that the verdict is about.
struct DriftTrouble: Sendable {
    private(set) var outputs: [(output: DriftOutput, fails: Bool)]
    /// The place of the first failing one of the trouble.
    private(set) var onset: Int?

    init(_ outputs: [DriftOutput], verdict: DriftVerdict, profile: OutputProfile, settings: Settings) {
        let rule = DriftRule(profile)
        let blamed = Set(verdict.violations.joined())
        self.outputs = outputs.map { output in
            guard settings.driftRequiresContrast else {
                return (output, SeedDriftRule.fails(output.sample, by: profile))
            }
            return (output, !blamed.isDisjoint(with: rule.deviations(of: output.sample).keys))
        }
        onset = ChangeSegments.onset(of: self.outputs.map(\.fails))
    }

    var sinceOnset: ArraySlice<(output: DriftOutput, fails: Bool)> { outputs[(onset ?? outputs.count)...] }
    var failing: [DriftOutput] { sinceOnset.filter(\.fails).map(\.output) }

    /// The trouble is older than everything that was looked at.
    var isOlder: Bool { onset == 0 }

    var contrasts: [DriftContrast] { DriftContrast.all(outputs.map { ($0.output.origin, $0.fails) }) }
}
