import Basics
import IncidentStore
import OnCallModel
import Sandbox
import Scenarios
import SourceEngine
import SourceFetch
import Testing

@testable import AgentCore

@Suite("The state of a source")
struct SourceStateTests {
    @Test("a source that nothing has asked is not checked; one call makes it ok, and a second is not made")
    func notChecked() async throws {
        let stage = try FaultStage()
        #expect(await stage.report(of: "slack")?.state == .notChecked)
        await stage.engine.checkUnasked()
        #expect(await stage.report(of: "slack")?.state == .ok)
        #expect(await stage.report(of: "datadog")?.state == .ok)
        await stage.engine.checkUnasked()
        #expect(stage.calls(to: .slack) == 1 && stage.calls(to: .datadog) == 1)
    }

    @Test("a source whose key is rejected is refused, with the remedy, until it answers again")
    func refused() async throws {
        let stage = try FaultStage()
        stage.world.fail(.datadog, .status(403), times: 100)
        await stage.engine.checkUnasked()
        let report = await stage.report(of: "datadog")
        #expect(report?.state == .refused && report?.message?.contains("DD_API_KEY") == true)
        stage.world.heal()
        await stage.engine.resetCallCounts()
        await stage.engine.checkUnasked()
        #expect(await stage.report(of: "datadog")?.state == .ok)
    }

    @Test(
        "one cheap call to each source tells a rejected key from a source that fails",
        arguments: [
            ("slack", SandboxWorld.Provider.slack), ("github", .github), ("sentry", .sentry), ("pagerduty", .pagerduty),
            ("linear", .linear), ("datadog", .datadog), ("langfuse", .langfuse),
        ])
    func check(name: String, provider: SandboxWorld.Provider) async throws {
        let stage = try FaultStage()
        #expect(await stage.engine.check(name) == .ok)
        #expect(stage.calls(to: provider) == 1)
        stage.world.fail(provider, .status(401), times: 100)
        guard case .failed(let refusal) = await stage.engine.check(name) else {
            Issue.record("a rejected key is ok")
            return
        }
        #expect(refusal.kind == .notAuthorised && !refusal.remedy.isEmpty)
        stage.world.heal()
        stage.world.fail(provider, .status(404), times: 100)
        guard case .failed(let failure) = await stage.engine.check(name) else {
            Issue.record("a missing address is ok")
            return
        }
        #expect(failure.kind != .notAuthorised)
    }

    @Test(
        "Slack is asked by auth.test; what it refuses inside of a good status is refused, with what to do",
        arguments: [
            ("invalid_auth", "SLACK_TOKEN"), ("token_revoked", "SLACK_TOKEN"), ("account_inactive", "SLACK_TOKEN"),
            ("missing_scope", "Add the missing scope to the app"),
        ])
    func slack(code: String, remedy: String) async throws {
        let stage = try FaultStage()
        #expect(await stage.engine.check("slack") == .ok)
        #expect(stage.world.calls(to: .slack).map(\.path) == ["/api/auth.test"])
        stage.world.fail(.slack, .refused(code), times: 9)
        guard case .failed(let failure) = await stage.engine.check("slack") else {
            Issue.record("\(code) is ok")
            return
        }
        #expect(failure.kind == .notAuthorised && failure.remedy.contains(remedy), "\(failure.remedy)")
    }

    @Test("a key that only the last question of a scan finds refused makes the recorded scan partial")
    func recorded() async throws {
        let clock = ScenarioClock(now: Stage.start, seed: 4)
        let stage = try Stage(scenario: Scenario(clock, [.background(clock)]))
        stage.world.fail(.slack, .refused("token_revoked"), times: 99)
        let report = try await stage.scan()
        #expect(report.incidents.isEmpty && report.sources.first { $0.name == "slack" }?.state == .refused)
        let status = try await stage.read(.agentStatus)
        #expect(report.isPartial && status.lastCyclePartial)
    }

    @Test("the detector of a source without keys is not configured, which makes no scan partial")
    func detectors() async throws {
        let stage = try Stage(without: ["SENTRY_TOKEN"])
        let report = try await stage.scan(carryingOutActs: false)
        let cascade = report.detectors.first { $0.type == .errorCascade }
        #expect(cascade?.state == .notConfigured && !report.isPartial, "\(report.detectors)")
        #expect(report.sources.first { $0.name == "slack" }?.state == .ok)
    }

    @Test("a scan is partial if no detector has a source, or if the key of one is refused")
    func partial() {
        var report = CycleReport(startedAt: Stage.start)
        report.detectors = DetectionType.allCases.map {
            DetectorHealth(type: $0, state: .notConfigured, message: "", asOf: Stage.start)
        }
        #expect(report.isPartial)
        report.detectors[0].state = .ok
        #expect(!report.isPartial)
        report.sources = [SourceHealth(name: "slack", state: .refused, asOf: nil, calls: 1, message: "")]
        #expect(report.isPartial)
        report.sources[0].state = .notChecked
        #expect(!report.isPartial)
    }
}
