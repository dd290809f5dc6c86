import AgentCore
import Basics
import JSON
import OnCallModel
import Sandbox
import SourceEngine
import TestSupport
import Testing

@Suite("Scenarios on the stage")
struct ScenarioStageTests {
    private static let afternoon = Stage.start
    private static let night = Instant(iso8601: "2026-11-24T03:10:00Z") ?? Stage.start

    /// What a scan finds, notes left out.
    private static func findings(_ report: CycleReport) -> [Scenario.Finding] {
        report.findings.filter { $0.severity != .info }.map { .init(type: $0.type.rawValue, subject: $0.subject) }
    }

    @Test("every row of a scenario arrives, with its parent, its release and what came of it")
    func rows() async throws {
        let ground = Ground(now: Self.afternoon, seed: 9)
        let scenario = Scenario(ground, [.toolFailure(ground, .raisedError), .drift(ground, .typeChanged)])
        let stage = try Stage(scenario: scenario)
        let planted = scenario.plant.observations
        let sums = try await stage.query(
            """
            SELECT COUNT(*) AS n, COUNT(parent_observation_id) AS children, SUM(type = 'TOOL') AS tools, \
            SUM(level = 'ERROR' AND status_message LIKE 'ConnectError%') AS errors, COUNT(DISTINCT release) AS releases, \
            COUNT(DISTINCT prompt_version) AS versions FROM langfuse.observations
            """)
        let row = try #require(sums.rows.records.first)
        #expect(row["n"].integer == planted.count)
        #expect(row["children"].integer == planted.filter { $0.parentID != nil }.count)
        #expect(row["tools"].integer == planted.filter { $0.type == "TOOL" }.count)
        #expect(row["errors"].integer == 18)
        #expect(row["releases"].integer == Set(planted.map(\.release)).count)
        #expect(row["versions"].integer == 2)
        let issues = try await stage.query("SELECT id, stats_24h FROM sentry.issues")
        #expect(issues.rows.records.map { $0["id"].text } == scenario.plant.issues.map(\.id))
    }

    /// The older one gives JSON where the newer one gives its text.
    @Test("outputs read through either API are the same JSON", arguments: [true, false])
    func outputs(_ isOld: Bool) async throws {
        let ground = Ground(now: Self.afternoon, seed: 2)
        let scenario = Scenario(ground, [.toolFailure(ground, .errorPage, calls: 3)])
        let stage = try Stage(
            scenario: scenario, prepare: { world in world.change { $0.langfuse = isOld ? .v1 : .v2 } })
        let calls = scenario.plant.observations.filter { $0.name == "search_kb" }
        for call in [calls[0], calls[calls.count - 1]] {
            let answer = try await stage.query(
                "SELECT output FROM langfuse.observations WHERE trace_id = ? AND type = 'TOOL'", [.text(call.traceID)])
            let text = try #require(answer.rows.records.first?["output"].text)
            #expect(text == call.output || (try? JSONDocument.parse(text)) == (try? JSONDocument.parse(call.output)))
        }
    }

    @Test("healthy worlds open nothing", arguments: [(1, afternoon), (8, night)] as [(UInt64, Instant)])
    func healthy(_ seed: UInt64, _ now: Instant) async throws {
        let scenario = Scenario.healthy(now: now, seed: seed)
        let report = try await Stage(scenario: scenario).scan(carryingOutActs: false)
        #expect(scenario.gap(of: Self.findings(report)).sentences == [])
        #expect(report.incidents.isEmpty)
    }

    @Test(
        "a spike is found under its feature, and its culprit is named or there is none",
        arguments: CostSpikeKind.allCases)
    func spikes(_ kind: CostSpikeKind) async throws {
        let ground = Ground(now: kind == .price ? Self.night : Self.afternoon, seed: 4)
        let scenario = Scenario(ground, [.background(ground), .costSpike(ground, kind)])
        let report = try await Stage(scenario: scenario).scan(carryingOutActs: false)
        #expect(scenario.gap(of: Self.findings(report), in: [.costSpike, .agentLoop]).sentences == [])
        let blamed = report.incidents.first { $0.summary.type == .costSpike }?.json["blame"]?[0]?["sha"]?.string
        switch try #require(scenario.truths(.costSpike, .found).first).cause {
        case .commit(let sha): #expect(blamed == sha)
        case .prompt, .noCode, .unasked: #expect(blamed == nil)
        }
    }

    @Test("a crowd of long traces hides no loop, whatever its steps are")
    func loops() async throws {
        let ground = Ground(now: Self.afternoon, seed: 5)
        let kinds: [LoopKind] = [.generations, .tools, .agents]
        let scenario = Scenario(ground, [.crowd(ground), .loopDecoys(ground)] + kinds.map { .loop(ground, $0) })
        let report = try await Stage(scenario: scenario).scan(carryingOutActs: false)
        #expect(scenario.gap(of: Self.findings(report), in: [.agentLoop]).sentences == [])
    }
}
