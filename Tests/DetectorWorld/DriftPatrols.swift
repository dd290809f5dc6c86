import Basics
import Detectors
package import OnCallModel

/// Twelve cycles of `prompt_drift`, four hours apart, over a feature whose outputs fail at one rate, and before the last
/// cycle at another.
package struct DriftPatrols: Sendable {
    /// The share of failing outputs before, and that of the last four hours.
    private let base, rate: Double
    private let settings: Settings

    package struct Result: Sendable {
        /// In how many of the first eleven cycles there was a finding.
        package var falseAlarms: Int
        package var isChangeFound: Bool
    }

    package init(base: Double, rate: Double, settings: Settings = Settings()) {
        (self.base, self.rate, self.settings) = (base, rate, settings)
    }

    package func run(seed: UInt64) async throws -> Result {
        let start = SupportBot.now - .hours(48)
        let world = DetectorWorld(rows(seed, start))
        var memory: [String: FeatureSnapshot] = [:]
        var found: [Bool] = []
        for patrol in 0...11 {
            // The world shows nothing of what is still to come.
            let context = DetectorContext(
                now: start + .hours(Double(4 * patrol)), settings: settings, effort: .thorough)
            let cycle = try await world.cycle(PromptDriftDetector(), context, memory: memory)
            memory = cycle.memory
            found.append(cycle.finding != nil)
        }
        return Result(falseAlarms: found.dropLast().count { $0 }, isChangeFound: found.last == true)
    }

    private func rows(_ seed: UInt64, _ start: Instant) -> SyntheticRows {
        var random = SeededRandom(seed)
        let damage = Damage.allCases[Int(seed % 3)]
        var rows = SyntheticRows()
        func add(_ count: Int, from: Instant, to: Instant, _ rate: Double) {
            for place in 0..<count {
                let at = from + .milliseconds((to - from).milliseconds * Int64(place) / Int64(count))
                let fails = Double.random(in: 0..<1, using: &random) < rate
                let hasNote = Double.random(in: 0..<1, using: &random) < 0.2
                let good = SupportBot.good(place)
                let body = hasNote ? good : good.replacing(", \"note\": \"x\"", with: "")
                rows.addOutput(at: at, fails ? damage.of(place) : body)
            }
        }
        add(150, from: start - .days(2), to: start, base)
        for patrol in 1..<11 {
            add(30, from: start + .hours(Double(4 * patrol - 4)), to: start + .hours(Double(4 * patrol)), base)
        }
        add(30, from: start + .hours(40), to: start + .hours(44), rate)
        return rows
    }

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
}
