import DetectorWorld
import OnCallModel

/// `prompt_drift`: how often it is wrong, and how often right, by a feature's own rate of failure and its new one.
enum DriftTrials {
    static func run() async throws -> [Measurement] {
        var measurements: [Measurement] = []
        let changes = [
            (0.0, 0.5, 0.95), (0.0, 0.25, 0.6), (0.0, 0.15, 0.2), (0.05, 0.5, 0.9), (0.05, 0.25, 0.2), (0.1, 0.5, 0.8),
        ]
        for (base, rate, least) in changes {
            let (wrong, right) = try await rates(DriftPatrols(base: base, rate: rate), runs: 20)
            let name = "prompt_drift, failures \(base) -> \(rate)"
            measurements.append(Measurement("\(name): false alarms per cycle", runs: 220, wrong, .atMost(0.005)))
            measurements.append(Measurement("\(name): changes found", runs: 20, right, .atLeast(least)))
        }
        var bare = Settings()
        bare.driftRequiresContrast = false
        let (wrong, _) = try await rates(DriftPatrols(base: 0.05, rate: 0.5, settings: bare), runs: 4)
        measurements.append(
            Measurement("prompt_drift without contrast: false alarms per cycle", runs: 44, wrong, .above(0.1)))
        return measurements
    }

    private static func rates(_ patrols: DriftPatrols, runs: Int) async throws -> (wrong: Double, right: Double) {
        var (wrong, right) = (0, 0)
        for seed in 1...runs {
            let result = try await patrols.run(seed: UInt64(seed) &* 7919)
            wrong += result.falseAlarms
            if result.isChangeFound { right += 1 }
        }
        return (Double(wrong) / Double(11 * runs), Double(right) / Double(runs))
    }
}

/// Falling scores: how often unchanged ones are called so.
enum ScoreTrials {
    static func run() async throws -> [Measurement] {
        var wrong = 0
        for seed in 1...200 {
            let cycle = try await SyntheticRows.scores(0...1, 0...1, seed: UInt64(seed)).drift()
            if cycle.finding != nil { wrong += 1 }
        }
        return [
            Measurement("score drift, unchanged scores: false alarms", runs: 200, Double(wrong) / 200, .atMost(0.01))
        ]
    }
}
