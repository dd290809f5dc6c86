import Glibc

/// Statistical trials: how often detectors are right over many seeded worlds, and how fast large graphs are drawn.
///
/// Prints a table, and exits with 1 when a figure misses its limit. Seeds are fixed: a run repeats the one before.
@main
enum Trials {
    static func main() async throws {
        print(Measurement.header)
        var missed = 0
        func show(_ measurements: [Measurement]) {
            for measurement in measurements { print(measurement.line) }
            missed += measurements.count { !$0.isMet }
        }
        show(GraphTrials.run())
        show(try await ScoreTrials.run())
        show(try await DriftTrials.run())
        show(try await ToolTrials.run())
        guard missed == 0 else {
            print("\(missed) figures miss their limits.")
            exit(1)
        }
    }
}
