import AgentCore
import Basics
import JSON
import OnCallModel
import Sandbox
import Scenarios
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

    @Test("every row of a scenario arrives, with its parent, its release and its level")
    func rows() async throws {
        let clock = ScenarioClock(now: Self.afternoon, seed: 9)
        let scenario = Scenario(clock, [.toolFailure(clock, .raisedError), .drift(clock, .typeChanged)])
        let stage = try Stage(scenario: scenario)
        let planted = scenario.contents.observations
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
        #expect(issues.rows.records.map { $0["id"].text } == scenario.contents.issues.map(\.id))
    }

    /// The older one gives JSON where the newer one gives its text.
    @Test("outputs read through either API are the same JSON", arguments: [true, false])
    func outputs(_ isOld: Bool) async throws {
        let clock = ScenarioClock(now: Self.afternoon, seed: 2)
        let scenario = Scenario(clock, [.toolFailure(clock, .errorPage, calls: 3)])
        let stage = try Stage(
            scenario: scenario, prepare: { world in world.change { $0.langfuse = isOld ? .v1 : .v2 } })
        let calls = scenario.contents.observations.filter { $0.name == "search_kb" }
        for call in [calls[0], calls[calls.count - 1]] {
            let answer = try await stage.query(
                "SELECT output FROM langfuse.observations WHERE trace_id = ? AND type = 'TOOL'", [.text(call.traceID)])
            let text = try #require(answer.rows.records.first?["output"].text)
            #expect(text == call.output || (try? JSONDocument.parse(text)) == (try? JSONDocument.parse(call.output)))
        }
    }

    @Test("a healthy world at night opens no incident")
    func healthy() async throws {
        let scenario = Scenario.healthy(now: Self.night, seed: 8)
        let report = try await Stage(scenario: scenario).scan(carryingOutActs: false)
        #expect(scenario.mismatch(of: Self.findings(report)).sentences == [])
        #expect(report.incidents.isEmpty)
    }

    /// The other kinds of spikes are in the worlds of ``AcceptanceTests``.
    @Test("a spike of volume is found under its feature, and no commit is blamed")
    func volume() async throws {
        let clock = ScenarioClock(now: Self.afternoon, seed: 4)
        let scenario = Scenario(clock, [.background(clock), .costSpike(clock, .volume)])
        let report = try await Stage(scenario: scenario).scan(carryingOutActs: false)
        #expect(scenario.mismatch(of: Self.findings(report), in: [.costSpike, .agentLoop]).sentences == [])
        let incident = try #require(report.incidents.first { $0.summary.type == .costSpike })
        #expect(incident.suspects.isEmpty, "\(incident.suspects)")
    }

    @Test("many long traces hide no loop")
    func loops() async throws {
        let clock = ScenarioClock(now: Self.afternoon, seed: 5)
        let kinds: [LoopKind] = [.generations, .tools, .agents]
        let scenario = Scenario(clock, [.crowd(clock), .loopDecoys(clock)] + kinds.map { .loop(clock, $0) })
        let report = try await Stage(scenario: scenario).scan(carryingOutActs: false)
        #expect(scenario.mismatch(of: Self.findings(report), in: [.agentLoop]).sentences == [])
    }
}
