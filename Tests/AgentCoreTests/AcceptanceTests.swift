import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import Scenarios
import TestSupport
import Testing

/// All that is planted, in one world, by one scan of a fresh store: what an installation on a bad night looks like.
@Suite("All scenarios")
struct AcceptanceTests {
    private static let night = Instant(iso8601: "2026-11-24T03:10:00Z") ?? Stage.start

    private static func paging(_ report: CycleReport) -> [Scenario.Finding] {
        report.findings.filter { !$0.isNote }.map { .init(type: $0.type.rawValue, subject: $0.subject) }
    }

    @Test(
        "every class is found where the scenario has it, and nowhere else",
        arguments: [(3, Stage.start, .tokens), (11, night, .price)] as [(UInt64, Instant, CostSpikeKind)])
    func everything(seed: UInt64, now: Instant, spike: CostSpikeKind) async throws {
        let scenario = Scenario.everything(now: now, seed: seed, spike: spike)
        let stage = try Stage(scenario: scenario)
        let report = try await stage.scan(carryingOutActs: false)
        let mismatch = scenario.mismatch(of: Self.paging(report))
        #expect(
            mismatch.sentences == [], "\(report.detectors.map { "\($0.type.rawValue) \($0.state): \($0.message)" })")
        #expect(!report.isPartial, "\(report.detectors.map(\.message))")
        // The stage's clock stands still, so a minute's calls are all that there are: the suspicious come first.
        let drift = try #require(report.detectors.first { $0.type == .promptDrift })
        #expect(drift.message.contains("5 drift"), "\(drift.message)")
        try expectOrder(report, scenario)
    }

    /// Each finding stands in exactly one incident; no two loops share one; what one commit did is told once.
    private func expectOrder(_ report: CycleReport, _ scenario: Scenario) throws {
        let paging = report.findings.filter { !$0.isNote }
        let placed = report.incidents.flatMap(\.findings)
        #expect(Set(placed.map(\.fingerprint)) == Set(paging.map(\.fingerprint)))
        #expect(placed.count == paging.count)
        #expect(report.incidents.count <= paging.count)
        for incident in report.incidents {
            #expect(incident.findings.count { $0.type == .agentLoop } <= 1)
            #expect(incident.findings.dropFirst().allSatisfy { !$0.why.isEmpty })
            #expect(incident.findings.allSatisfy { !$0.sql.isEmpty && !$0.headline.isEmpty })
        }
        expectBlame(report, scenario)
    }

    /// The culprit or nobody, nearly always the culprit; and nobody for what no commit caused.
    private func expectBlame(_ report: CycleReport, _ scenario: Scenario) {
        let blamed = Dictionary(
            report.incidents.flatMap { incident in
                incident.findings.map { ($0.subject, incident.suspects.first?.sha) }
            }, uniquingKeysWith: { first, _ in first })
        var (right, asked) = (0, 0)
        for expectation in scenario.expectations where expectation.verdict == .found {
            let suspect = blamed[expectation.subject] ?? nil
            switch expectation.cause {
            case .commit(let sha):
                (right, asked) = (right + (suspect == sha ? 1 : 0), asked + 1)
                #expect(suspect == nil || suspect == sha, "\(expectation.sentence) blamed on \(suspect ?? "")")
            case .noCode, .prompt:
                #expect(suspect == nil, "\(expectation.sentence) blamed on \(suspect ?? "")")
            case .unasked: continue
            }
        }
        #expect(asked >= 10 && right * 5 >= asked * 4, "\(right) of \(asked) culprits named")
    }

    @Test("a healthy world opens no incident, and scanned again it costs few calls")
    func healthy() async throws {
        let scenario = Scenario.healthy(now: Stage.start, seed: 6)
        let stage = try Stage(scenario: scenario)
        let first = try await stage.scan()
        #expect(scenario.mismatch(of: Self.paging(first)).sentences == [] && first.incidents.isEmpty)
        for _ in 0..<3 {
            stage.advance(by: .minutes(15))
            stage.world.forgetCalls()
            let report = try await stage.agent.scanOnce(full: false)
            #expect(report.incidents.isEmpty)
            for provider in [SandboxWorld.Provider.langfuse, .sentry, .github, .slack] {
                #expect(stage.world.calls(to: provider).count <= 2, "\(provider) \(stage.world.calls(to: provider))")
            }
        }
    }
}
