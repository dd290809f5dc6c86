import Basics
import DetectorWorld
import Detectors
import OnCallModel
import Testing

/// One world with a tool of each kind; `make trials` measures precision and recall over many.
@Suite("tool_failure: twelve kinds of failure")
struct ToolTrialTests {
    @Test("a tool that fails in any of these ways is found, and healthy tools of every sort are not")
    func everyKind() async throws {
        var random = SeededRandom(2_026)
        var rows = SyntheticRows()
        for fault in ToolTrial.Fault.allCases { ToolTrial(.object, fault).addCalls(to: &rows, as: "\(fault)", &random) }
        for sort in ToolTrial.Sort.allCases {
            ToolTrial(sort, nil).addCalls(to: &rows, as: "healthy \(sort)", &random)
        }
        let found = try await rows.tools(effort: .thorough).report.findings.filter { !$0.isNote }
        #expect(Set(found.map(\.subject)) == Set(ToolTrial.Fault.allCases.map { "\($0)" }))
    }
}
