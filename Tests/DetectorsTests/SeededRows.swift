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
