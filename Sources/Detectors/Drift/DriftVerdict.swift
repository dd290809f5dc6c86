import Basics
import OnCallModel

/// Whether the latest outputs still fit the snapshot.
///
/// An output fails if it has a deviation that is rare among the samples, or an unusual one that has become much more
/// frequent. Failing outputs are a drift if their share is above the threshold and chance does not explain it against the
/// feature's own past (Fisher's exact test).
struct DriftVerdict: Hashable, Sendable {
    /// The deviations by which each checked output fails, oldest first; empty for one that passes.
    var violations: [[Deviation]] = []
    /// The same deviations among the samples.
    var past = Share(hits: 0, of: 0)
    /// The probability of so many failing ones by chance.
    var p = 1.0
    var isDrift = false

    var checked: Int { violations.count }
    var failed: Int { violations.count { !$0.isEmpty } }
    var failRate: Double { checked > 0 ? Double(failed) / Double(checked) : 0 }

    /// Fewer failing outputs are not a drift.
    static let minFailing = 3
    /// A greater probability is chance.
    static let significance = 0.005
    /// The same for unusual deviations, over all of them together.
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
        let pasts = deviations.reduce(into: [Deviation: Share]()) { known, own in
            known.merge(own) { old, _ in old }
        }
        let blamed = Set(violations.joined())
        let hits = pasts.filter { blamed.contains($0.key) }.values.reduce(0) { $0 + $1.hits }
        past = Share(hits: min(hits, profile.samples), of: profile.samples)
        p = FisherExact.p(failed, of: checked, against: past.hits, of: past.of)
        p = min(p, risen.values.min() ?? 1)
        isDrift =
            profile.samples >= DriftRule.minSamples && failed >= Self.minFailing && failRate > settings.driftFailRate
            && p < Self.significance
    }

    /// The unusual deviations that are now far more frequent than chance allows; each with its probability, corrected for
    /// how many were tested.
    private static func risen(
        _ deviations: [[Deviation: Share]], settings: Settings
    ) -> [Deviation: Double] {
        var counts: [Deviation: (now: Int, past: Share)] = [:]
        for own in deviations {
            for (violation, past) in own where !past.isRare { counts[violation, default: (0, past)].now += 1 }
        }
        var risen: [Deviation: Double] = [:]
        for (violation, count) in counts {
            let share = Double(count.now) / Double(max(1, deviations.count))
            guard share > count.past.rate + settings.driftFailRate else { continue }
            let p = FisherExact.p(count.now, of: deviations.count, against: count.past.hits, of: count.past.of)
            if p * Double(counts.count) < unusualSignificance { risen[violation] = p * Double(counts.count) }
        }
        return risen
    }

    private mutating func seed(_ outputs: [DriftOutput], _ profile: OutputProfile, _ settings: Settings) {
        violations = outputs.map { output in
            guard SeedDriftRule.fails(output.sample, by: profile) else { return [] }
            let named = DriftRule(profile).deviations(of: output.sample).keys.sorted()
            return named.isEmpty ? [Deviation(what: .missing)] : named
        }
        past = Share(hits: 0, of: profile.samples)
        isDrift = profile.samples > 0 && checked > 0 && failRate >= settings.driftFailRate
    }

    /// How many outputs fail by each violation, the most frequent first.
    var tally: [(violation: Deviation, outputs: Int)] {
        let counts = violations.joined().reduce(into: [:]) { $0[$1, default: 0] += 1 }
        return counts.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }
}
