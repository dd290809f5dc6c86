import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import Scenarios
import TestSupport
import Testing

@Suite("Silent tool failures on the stage")
struct ToolScenarioTests {
    private static func mismatch(_ scenario: Scenario, _ report: CycleReport) -> [String] {
        let findings = report.findings.filter { !$0.isNote }.map {
            Scenario.Finding(type: $0.type.rawValue, subject: $0.subject)
        }
        return scenario.mismatch(of: findings, in: [.toolFailure]).sentences
    }

    private static func scenario(_ seed: UInt64) -> Scenario {
        let clock = ScenarioClock(now: Stage.start, seed: seed)
        return Scenario(
            clock,
            [.background(clock), .toolDecoys(clock)] + ToolFailureKind.allCases.map { .toolFailure(clock, $0) })
    }

    @Test(
        "one full scan finds every tool that fails, and no healthy one, through either API",
        arguments: [false, true])
    func everyKind(isOld: Bool) async throws {
        let scenario = Self.scenario(isOld ? 11 : 3)
        let stage = try Stage(
            scenario: scenario, prepare: { world in world.change { $0.langfuse = isOld ? .v1 : .v2 } })
        // The first turn reads the history as well, and may use up the calls of its minute; what it had none for, the next
        // one reads.
        _ = try await stage.scan(carryingOutActs: false)
        stage.advance(by: .minutes(2))
        let report = try await stage.agent.scanOnce(carryingOutActs: false)
        #expect(Self.mismatch(scenario, report) == [])
        let health = report.detectors.first { $0.type == .toolFailure }
        #expect(health?.state == .ok, "\(health?.message ?? "")")
    }

    @Test("later cycles cost fewer calls than the first, and each failing tool has one incident")
    func turns() async throws {
        let scenario = Self.scenario(7)
        let stage = try Stage(scenario: scenario)
        var calls: [Int] = []
        for _ in 0..<4 {
            stage.world.forgetCalls()
            _ = try await stage.scan(carryingOutActs: false)
            calls.append(stage.world.calls(to: .langfuse).count)
            stage.advance(by: .minutes(15))
        }
        #expect(calls.dropFirst(2).allSatisfy { $0 < calls[0] }, "\(calls)")
        let profiles = try await stage.read(.incidents(limit: 100)).filter { $0.type == .toolFailure }
        #expect(Set(profiles.map(\.subject)).count == profiles.count)
    }

    @Test("a healthy world costs one call for tools per scan")
    func steady() async throws {
        let clock = ScenarioClock(now: Stage.start, seed: 5)
        let stage = try Stage(scenario: Scenario(clock, [.background(clock)]))
        var calls: [Int] = []
        for turn in 0..<4 {
            stage.world.forgetCalls()
            let report = try await stage.agent.scanOnce(full: turn == 0, carryingOutActs: false)
            #expect(!report.findings.contains { $0.type == .toolFailure && !$0.isNote })
            calls.append(stage.world.calls(to: .langfuse).count)
            stage.advance(by: .minutes(15))
        }
        #expect(calls.dropFirst(2).allSatisfy { $0 <= 2 }, "\(calls)")
    }

    @Test("without Sentry the schema and the length are still judged")
    func withoutSentry() async throws {
        let clock = ScenarioClock(now: Stage.start, seed: 4)
        let scenario = Scenario(clock, [.toolFailure(clock, .errorPage), .toolFailure(clock, .emptyObject)])
        let stage = try Stage(scenario: scenario, without: ["SENTRY_TOKEN"])
        let report = try await stage.agent.scanOnce(carryingOutActs: false)
        #expect(Self.mismatch(scenario, report) == [])
        #expect(report.detectors.first { $0.type == .toolFailure }?.state == .ok)
    }
}
