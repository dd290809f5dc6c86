import Basics
import OnCallModel

/// Whether the latest outputs still look as the snapshot says.
///
/// An output fails when it has a deviation that is rare among the samples, or one that is merely unusual and has become much
/// more frequent. Failing ones are drift when their share is above the threshold, and chance does not explain it against the
/// feature's own past (Fisher's exact test).
struct DriftVerdict: Hashable, Sendable {
    /// Of the outputs that were checked, oldest first: what each one fails by; empty for one that passes.
    var violations: [[DriftViolation]] = []
    /// The same deviations among the samples.
    var past = DriftRule.Past(times: 0, of: 0)
    /// The probability of so many failing ones by chance.
    var p = 1.0
    var isDrift = false

    var checked: Int { violations.count }
    var failed: Int { violations.count { !$0.isEmpty } }
    var failRate: Double { checked > 0 ? Double(failed) / Double(checked) : 0 }

    /// Fewer failing outputs page nobody.
    static let leastFailing = 3
    /// Chance explains what is above.
    static let significance = 0.005
    /// The same for what is merely unusual, over all such deviations together.
    static let unusualSignificance = 0.001

    /// - Parameter outputs: the latest ones, oldest first.
    init(_ outputs: [DriftOutput], by profile: OutputProfile, settings: Settings) {
        guard settings.driftRequiresContrast else {
            seed(outputs, profile, settings)
            return
        }
        let rule = DriftRule(profile)
        let deviations = outputs.map { rule.deviations(of: $0.sample) }
        let risen = Self.risen(deviations, settings: settings)
        violations = deviations.map { own in
            own.filter { $0.value.isRare || risen.keys.contains($0.key) }.keys.sorted()
        }
        let pasts = deviations.reduce(into: [DriftViolation: DriftRule.Past]()) { known, own in
            known.merge(own) { old, _ in old }
        }
        let blamed = Set(violations.joined())
        let times = pasts.filter { blamed.contains($0.key) }.values.reduce(0) { $0 + $1.times }
        past = DriftRule.Past(times: min(times, profile.samples), of: profile.samples)
        p = FisherExact.p(failed, of: checked, against: past.times, of: past.of)
        p = min(p, risen.values.min() ?? 1)
        let known = profile.samples + checked
        isDrift =
            profile.samples >= DriftRule.leastSamples && known >= DriftRule.leastSamples && failed >= Self.leastFailing
            && failRate > settings.driftFailRate && p < Self.significance
    }

    /// The deviations that are unusual, and now far more frequent than chance allows; each with its probability, corrected
    /// for how many were looked at.
    private static func risen(
        _ deviations: [[DriftViolation: DriftRule.Past]], settings: Settings
    ) -> [DriftViolation: Double] {
        var counts: [DriftViolation: (now: Int, past: DriftRule.Past)] = [:]
        for own in deviations {
            for (violation, past) in own where !past.isRare { counts[violation, default: (0, past)].now += 1 }
        }
        var risen: [DriftViolation: Double] = [:]
        for (violation, count) in counts {
            let share = Double(count.now) / Double(max(1, deviations.count))
            guard share > count.past.share + settings.driftFailRate else { continue }
            let p = FisherExact.p(count.now, of: deviations.count, against: count.past.times, of: count.past.of)
            if p * Double(counts.count) < unusualSignificance { risen[violation] = p * Double(counts.count) }
        }
        return risen
    }

    private mutating func seed(_ outputs: [DriftOutput], _ profile: OutputProfile, _ settings: Settings) {
        violations = outputs.map { output in
            guard SeedDriftRule.fails(output.sample, by: profile) else { return [] }
            let named = DriftRule(profile).deviations(of: output.sample).keys.sorted()
            return named.isEmpty ? [DriftViolation(path: OutputProfile.root, what: .missing)] : named
        }
        past = DriftRule.Past(times: 0, of: profile.samples)
        isDrift = profile.samples > 0 && checked > 0 && failRate >= settings.driftFailRate
    }

    /// How many outputs fail by each violation, the most frequent first.
    var tally: [(violation: DriftViolation, outputs: Int)] {
        let counts = violations.joined().reduce(into: [:]) { $0[$1, default: 0] += 1 }
        return counts.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }
}
