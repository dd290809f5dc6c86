import Basics
import DetectorWorld
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
            case .renamed: SupportBot.good(place).replacing("response", with: "answer")
            case .text: "Sorry, something went wrong."
            case .retyped: SupportBot.good(place).replacing("\"billing\"", with: "17")
            }
        }
    }

    /// Twelve patrols of a feature that fails at `base`, the last one after its rate became `rate`. The answers are how many
    /// of the patrols before spoke, and whether the last one did.
    private func patrols(
        _ seed: UInt64, base: Double, rate: Double, settings: Settings = Settings()
    ) async throws -> (Int, Bool) {
        var random = SplitMix(state: seed)
        let damage = Damage.allCases[Int(seed % 3)]
        var rows = SyntheticRows()
        let start = SupportBot.now - .hours(48)
        func give(_ count: Int, from: Instant, to: Instant, _ rate: Double) {
            for place in 0..<count {
                let at = from + .milliseconds((to - from).milliseconds * Int64(place) / Int64(count))
                let fails = Double.random(in: 0..<1, using: &random) < rate
                let optional = Double.random(in: 0..<1, using: &random) < 0.2
                let good = SupportBot.good(place)
                let body = optional ? good : good.replacing(", \"note\": \"x\"", with: "")
                rows.addOutput(at: at, fails ? damage.of(place) : body)
            }
        }
        give(150, from: start - .days(2), to: start, base)
        for patrol in 1..<11 {
            give(30, from: start + .hours(Double(4 * patrol - 4)), to: start + .hours(Double(4 * patrol)), base)
        }
        give(30, from: start + .hours(40), to: start + .hours(44), rate)
        // The world shows nothing of what is still to come.
        let world = DetectorWorld(rows)
        var memory: [String: FeatureSnapshot] = [:]
        var found: [Bool] = []
        for patrol in 0...11 {
            let context = DetectorContext(
                now: start + .hours(Double(4 * patrol)), settings: settings, effort: .thorough)
            let run = try await world.cycle(PromptDriftDetector(), context, memory: memory)
            memory = run.memory
            found.append(run.finding != nil)
        }
        return (found.dropLast().count { $0 }, found.last == true)
    }

    private func rates(
        base: Double, rate: Double, settings: Settings = Settings(), runs: Int = 20
    ) async throws -> (wrong: Double, right: Double) {
        var (wrong, right) = (0, 0)
        for seed in 1...runs {
            let result = try await patrols(UInt64(seed) &* 7919, base: base, rate: rate, settings: settings)
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
    func power(base: Double, rate: Double, least: Double) async throws {
        let (wrong, right) = try await rates(base: base, rate: rate)
        #expect(wrong <= 0.005, "\(wrong) of the patrols spoke where nothing had changed")
        #expect(right >= least, "\(right) of the changes were found")
    }

    @Test("the original's bare share is wrong far more often")
    func seed() async throws {
        var settings = Settings()
        settings.driftRequiresContrast = false
        #expect(try await rates(base: 0.05, rate: 0.5, settings: settings, runs: 4).wrong > 0.1)
    }
}
