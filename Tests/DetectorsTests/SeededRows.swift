import Basics
import DetectorWorld

extension ObservationRow {
    /// A generation within a trace that has a root elsewhere.
    static func step(of trace: String, at startTime: Instant, _ name: String, in traceName: String) -> ObservationRow {
        ObservationRow(at: startTime) { step in
            (step.traceID, step.name, step.traceName) = (trace, name, traceName)
            (step.model, step.totalCost, step.parentObservationID) = ("gpt-4", 0.036, "root")
        }
    }
}

/// Seeded, so that a failure comes again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
