import Basics
import Detectors
import OnCallModel
import TestSupport
import Testing

@Suite("prompt_drift: how often it is wrong, and how often right")
struct DriftRatesTests {
    private enum Damage: CaseIterable {
        case renamed, text, retyped

        func of(_ place: Int) -> String {
            switch self {
            case .renamed: PlantedOutputs.good(place).replacing("response", with: "answer")
            case .text: "Sorry, something went wrong."
            case .retyped: PlantedOutputs.good(place).replacing("\"billing\"", with: "17")
            }
        }
    }

    /// Twelve patrols of a feature that fails at `base`, the last one after its rate became `rate`. The answers are how many
    /// of the patrols before spoke, and whether the last one did.
    private func patrols(_ seed: UInt64, base: Double, rate: Double, settings: Settings = Settings()) -> (Int, Bool) {
        var random = SplitMix(state: seed)
        let damage = Damage.allCases[Int(seed % 3)]
        var planted = PlantedOutputs()
        var known: [FeatureSnapshot] = []
        var wrong = 0
        let start = PlantedOutputs.now - .hours(48)
        func give(_ count: Int, from: Instant, to: Instant, _ rate: Double) {
            for place in 0..<count {
                let at = from + .milliseconds((to - from).milliseconds * Int64(place) / Int64(count))
                let fails = Double.random(in: 0..<1, using: &random) < rate
                let optional = Double.random(in: 0..<1, using: &random) < 0.2
                let good = PlantedOutputs.good(place)
                let body = optional ? good : good.replacing(", \"note\": \"x\"", with: "")
                planted.outputs.append(.init(at: at, body: fails ? damage.of(place) : body))
            }
        }
        give(150, from: start - .days(2), to: start, base)
        for patrol in 0..<11 {
            let now = start + .hours(Double(4 * patrol))
            if patrol > 0 { give(30, from: now - .hours(4), to: now, base) }
            let run = planted.run(now: now, settings: settings, snapshots: known)
            if run.finding != nil { wrong += 1 }
            known = run.report.snapshots.isEmpty ? known : run.report.snapshots
        }
        give(30, from: start + .hours(40), to: start + .hours(44), rate)
        let last = planted.run(now: start + .hours(44), settings: settings, snapshots: known)
        return (wrong, last.finding != nil)
    }

    private func rates(
        base: Double, rate: Double, settings: Settings = Settings(), runs: Int = 20
    ) -> (wrong: Double, right: Double) {
        var (wrong, right) = (0, 0)
        for seed in 1...runs {
            let result = patrols(UInt64(seed) &* 7919, base: base, rate: rate, settings: settings)
            wrong += result.0
            if result.1 { right += 1 }
        }
        return (Double(wrong) / Double(11 * runs), Double(right) / Double(runs))
    }

    @Test(
        "false alarms are rare whatever a feature's own rate of failure, and real changes are found",
        arguments: [
            (0.0, 0.5, 0.95), (0.0, 0.25, 0.6), (0.0, 0.15, 0.2), (0.05, 0.5, 0.9), (0.05, 0.25, 0.2), (0.1, 0.5, 0.8),
        ])
    func power(base: Double, rate: Double, least: Double) {
        let (wrong, right) = rates(base: base, rate: rate)
        #expect(wrong <= 0.005, "\(wrong) of the patrols spoke where nothing had changed")
        #expect(right >= least, "\(right) of the changes were found")
    }

    @Test("the original's bare share is wrong far more often")
    func seed() {
        var settings = Settings()
        settings.driftRequiresContrast = false
        #expect(rates(base: 0.05, rate: 0.5, settings: settings, runs: 4).wrong > 0.1)
    }
}
