import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import TestSupport
import Testing

@Suite("Silent tool failures on the stage")
struct ToolScenarioTests {
    private static func gap(_ scenario: Scenario, _ report: CycleReport) -> [String] {
        let findings = report.findings.filter { !$0.isNote }.map {
            Scenario.Finding(type: $0.type.rawValue, subject: $0.subject)
        }
        return scenario.gap(of: findings, in: [.toolFailure]).sentences
    }

    private static func scenario(_ seed: UInt64) -> Scenario {
        let ground = Ground(now: Stage.start, seed: seed)
        return Scenario(
            ground,
            [.background(ground), .toolDecoys(ground)] + ToolFailureKind.allCases.map { .toolFailure(ground, $0) })
    }

    @Test(
        "one thorough scan finds every tool that fails, and none that is well, through either API",
        arguments: [false, true])
    func everyKind(isOld: Bool) async throws {
        let scenario = Self.scenario(isOld ? 11 : 3)
        let stage = try Stage(
            scenario: scenario, prepare: { world in world.change { $0.langfuse = isOld ? .v1 : .v2 } })
        // The first turn reads the history as well, and may use up the calls of its minute; what it had none for, the next
        // one reads.
        _ = try await stage.scan(carryingOutActs: false)
        stage.advance(by: .minutes(2))
        let report = try await stage.agent.scanOnce(thoroughly: true, carryingOutActs: false)
        #expect(Self.gap(scenario, report) == [])
        let health = report.detectors.first { $0.type == .toolFailure }
        #expect(health?.state == .ok, "\(health?.message ?? "")")
    }

    @Test("turns of the on-call brain cost one call more once the tools are known, and one incident a tool")
    func turns() async throws {
        let scenario = Self.scenario(7)
        let stage = try Stage(scenario: scenario)
        var calls: [Int] = []
        for _ in 0..<6 {
            stage.world.forgetCalls()
            _ = try await stage.scan(carryingOutActs: false)
            calls.append(stage.world.calls(to: .langfuse).count)
            stage.advance(by: .minutes(15))
        }
        print("tool_failure calls to langfuse by turn, with seven tools that fail: \(calls)")
        let profiles = try await stage.read(.incidents(limit: 100)).filter { $0.type == .toolFailure }
        #expect(Set(profiles.map(\.subject)).count == profiles.count)
    }

    @Test("a healthy world costs one call for tools a turn")
    func steady() async throws {
        let ground = Ground(now: Stage.start, seed: 5)
        let stage = try Stage(scenario: Scenario(ground, [.background(ground)]))
        var calls: [Int] = []
        for turn in 0..<4 {
            stage.world.forgetCalls()
            let report = try await stage.agent.scanOnce(thoroughly: turn == 0, carryingOutActs: false)
            #expect(!report.findings.contains { $0.type == .toolFailure && !$0.isNote })
            calls.append(stage.world.calls(to: .langfuse).count)
            stage.advance(by: .minutes(15))
        }
        print("tool_failure calls to langfuse by turn, all well: \(calls)")
        #expect(calls.dropFirst(2).allSatisfy { $0 <= 2 }, "\(calls)")
    }

    @Test("a Sentry that is not there blinds neither the schema nor the length")
    func withoutSentry() async throws {
        let ground = Ground(now: Stage.start, seed: 4)
        let scenario = Scenario(ground, [.toolFailure(ground, .errorPage), .toolFailure(ground, .emptyObject)])
        let stage = try Stage(scenario: scenario, without: ["SENTRY_TOKEN"])
        let report = try await stage.agent.scanOnce(thoroughly: true, carryingOutActs: false)
        #expect(Self.gap(scenario, report) == [])
        #expect(report.detectors.first { $0.type == .toolFailure }?.state == .ok)
    }
}
