package import Basics
package import OnCallModel

package struct AgentLoopDetector: Detector {
    package let type = DetectionType.agentLoop
    package init() {}
    package mutating func start(_ context: DetectorContext) -> DetectorStep {
        .report(DetectorReport(state: .ok, message: ""))
    }
    package mutating func receive(_ rows: RowSet) -> DetectorStep { .report(DetectorReport(state: .ok, message: "")) }
}
