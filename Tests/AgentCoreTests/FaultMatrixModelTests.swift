import AgentCore
import Basics
import OnCallModel
import Sandbox
import Testing

@Suite("Fault matrix: the language model")
struct FaultMatrixModelTests {
    private static let report =
        "## What happened\n\nIt costs.\n\n## Likely cause\n\nCommit abcdef0 did it.\n\n## Impact\n\n$900 an hour.\n\n"
        + "## Recommended action\n\nRevert abcdef0."

    @Test(
        "a model that is down, answers nothing, too much, no report or invented facts: the template is used (row 43)",
        arguments: [
            SandboxWorld.Fault.status(500), .status(401), .rateLimitedSilently, .halfJSON, .loginPage, .lostAnswer,
            .says(""), .says("ok"), .says(String(repeating: "cost ", count: 40_000)), .says(#"{"report": 7}"#),
            .says(report),
        ])
    func template(fault: SandboxWorld.Fault) async throws {
        let stage = try Stage(extra: { $0.languageModel }, prepare: { $0.fail(.model, fault, times: 500) })
        let report = try await stage.scan()
        #expect(stage.world.calls(to: .model).count >= 2, "the model was asked")
        let spike = try #require(report.incidents.first { $0.summary.type == .costSpike })
        #expect(spike.report.contains(String(stage.truth.culprit.prefix(7))) && !spike.report.contains("abcdef0"))
        for heading in ["What happened", "Likely cause", "Impact", "Recommended action"] {
            #expect(spike.report.contains("## \(heading)"), "\(spike.report)")
        }
        #expect(stage.posts.count == 2 && stage.issues.count == 2 && !report.isPartial)
    }
}
