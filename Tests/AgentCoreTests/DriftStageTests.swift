import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import Scenarios
import SourceEngine
import TestSupport
import Testing

@Suite("Drift on the stage")
struct DriftStageTests {
    private static let clock = ScenarioClock(now: Stage.start, seed: 12)

    private static func stage(_ parts: [ScenarioPart], _ mode: SandboxWorld.LangfuseMode = .dual) throws -> (
        Stage, Scenario
    ) {
        let scenario = Scenario(clock, parts)
        return (try Stage(scenario: scenario, prepare: { world in world.change { $0.langfuse = mode } }), scenario)
    }

    private static func findings(_ report: CycleReport) -> [Scenario.Finding] {
        report.findings.filter { !$0.isNote }.map { .init(type: $0.type.rawValue, subject: $0.subject) }
    }

    @Test(
        "every kind of drift is found by the first scan, through either API, with its cause",
        arguments: [SandboxWorld.LangfuseMode.v1, .v2], [DriftCause.commit, .prompt])
    func kinds(_ mode: SandboxWorld.LangfuseMode, _ cause: DriftCause) async throws {
        for kind in DriftKind.allCases {
            let (stage, scenario) = try Self.stage([.drift(Self.clock, kind, cause: cause)], mode)
            let report = try await stage.agent.scanOnce(carryingOutActs: false)
            #expect(scenario.mismatch(of: Self.findings(report), in: [.promptDrift]).sentences == [], "\(kind)")
            let expectation = try #require(scenario.expectations(.promptDrift, .found).first)
            let incident = try #require(report.incidents.first { $0.summary.type == .promptDrift })
            let late = try incident.summary.firstSeen - #require(expectation.onset)
            #expect(late >= .seconds(0) && late < .minutes(15), "\(kind): \(late.seconds) s")
            switch expectation.cause {
            case .commit(let sha): #expect(incident.suspects.first?.sha == sha, "\(kind): \(incident.report)")
            default:
                #expect(incident.suspects.isEmpty, "\(kind): \(incident.suspects)")
                #expect(incident.report.contains("points to the prompt in Langfuse"), "\(incident.report)")
            }
            #expect(incident.summary.headline.contains("that version was created"), "\(incident.summary.headline)")
        }
    }

    @Test("an added key and a feature of three outputs are not drift; a fall of scores is, with its commit")
    func decoysAndScores() async throws {
        let (stage, scenario) = try Self.stage([
            .background(Self.clock), .driftDecoys(Self.clock), .scoreDrop(Self.clock),
        ])
        let report = try await stage.agent.scanOnce(carryingOutActs: false)
        #expect(scenario.mismatch(of: Self.findings(report), in: [.promptDrift]).sentences == [])
        let expectation = try #require(scenario.expectations(.promptDrift, .found).first)
        let incident = try #require(report.incidents.first { $0.summary.type == .promptDrift })
        if case .commit(let sha) = expectation.cause {
            #expect(incident.suspects.first?.sha == sha, "\(incident.report)")
        }
        let event = try #require(try await stage.read(.driftEvents(limit: 10)).first)
        #expect(event.kind == .score)
        #expect(event.blameSHA == incident.suspects.first?.sha)
    }

    @Test("a drift is one incident and one event until it gets worse; it ends when the outputs match again")
    func life() async throws {
        let (stage, _) = try Self.stage([.drift(Self.clock, .keysRenamed, feature: "support-chat", bad: 9)])
        _ = try await stage.agent.scanOnce()
        let good = stage.world.read { $0.observations.first { $0.name == "support-chat" } }
        let bad = stage.world.read { $0.observations.last { $0.name == "support-chat" } }
        #expect(try await stage.read(.driftEvents(limit: 10)).map(\.severity) == [.medium])
        stage.advance(by: .minutes(15))
        let quiet = try await stage.agent.scanOnce(full: false)
        #expect(quiet.findings.filter { $0.type == .promptDrift }.isEmpty, "it is checked once an hour")
        #expect(try await stage.read(.incidents(limit: 10)).map(\.state) == [.open])
        try Self.give(20, like: #require(bad), stage)
        stage.advance(by: .minutes(50))
        _ = try await stage.agent.scanOnce(full: false)
        #expect(try await stage.read(.driftEvents(limit: 10)).map(\.severity) == [.high, .medium])
        #expect(try await stage.read(.incidents(limit: 10)).map(\.occurrences) == [2])
        stage.advance(by: .minutes(15))
        try Self.give(40, like: #require(good), stage)
        for _ in 0..<5 {
            stage.advance(by: .minutes(60))
            _ = try await stage.agent.scanOnce(full: false)
        }
        #expect(try await stage.read(.incidents(limit: 10)).map(\.state) == [.resolved])
        #expect(try await stage.read(.driftEvents(limit: 10)).count == 2)
        #expect(try await stage.read(.features).first?.state == .learned)
        #expect(stage.posts.count == 1)
    }

    private static func give(_ count: Int, like model: SandboxObservation, _ stage: Stage) {
        let now = stage.clock.now()
        stage.world.change { state in
            for place in 0..<count {
                var observation = model
                observation.id = "new-\(now.milliseconds)-\(place)"
                observation.traceID = "trace-\(observation.id)"
                observation.parentID = nil
                observation.start = now + .seconds(Double(place))
                state.observations.append(observation)
            }
        }
    }

    @Test("accepting replaces the snapshot and resolves the incident; the patrol runs on request")
    func acceptance() async throws {
        let (stage, _) = try Self.stage([.drift(Self.clock, .keysRenamed, feature: "support-chat")])
        _ = try await stage.agent.scanOnce()
        let running = Task { try await stage.agent.run() }
        defer { running.cancel() }
        let reader = StoreReader(stage.store)
        for try await events in reader.observe(.driftEvents(limit: 10)) where !events.isEmpty { break }
        let before = try #require(try await reader.read(.feature("support-chat")))
        #expect(before.state == .drifted)
        #expect(try await Self.ask(.acceptOutputs(feature: "nothing"), stage).hasPrefix("No outputs are recorded for"))
        let accepted = try await Self.ask(.acceptOutputs(feature: "support-chat"), stage)
        #expect(accepted.hasPrefix("alice@host (test) accepted the current outputs of "), "\(accepted)")
        #expect(try await reader.read(.incidents(limit: 10)).map(\.state) == [.resolved])
        let after = try #require(try await reader.read(.feature("support-chat")))
        #expect((after.version, after.state, after.acceptedBy) == (2, .learned, "alice@host (test)"))
        #expect(try await reader.read(.snapshotVersions(of: "support-chat")).map(\.profile) == [before.profile])
        #expect(try await Self.ask(.patrol, stage).hasPrefix("Checking "))
        #expect(try await Self.ask(.acceptOutputs(feature: "support-chat"), stage).contains("nothing to accept"))
    }

    private static func ask(_ intent: Intent, _ stage: Stage) async throws -> String {
        let id = try await IntentInbox(stage.store).append(intent, author: "alice@host (test)", at: stage.clock.now())
        for try await answer in StoreReader(stage.store).observe(.answer(toIntent: id)) {
            if let answer { return answer.text }
        }
        return ""
    }

    @Test("the newest outputs of a feature are one call, with the limit in it, through either API")
    func oneCall() async throws {
        let sql = """
            SELECT id, start_time, output FROM langfuse.observations \
            WHERE name = 'support-chat' AND type = 'GENERATION' AND from_start_time = ? AND to_start_time = ? LIMIT 20
            """
        for mode in [SandboxWorld.LangfuseMode.v2, .v1] {
            let (stage, _) = try Self.stage([.drift(Self.clock, .keysRenamed, feature: "support-chat")], mode)
            let bounds = [Value(Stage.start - .hours(24)), Value(Stage.start)]
            let plan = try await stage.engine.explain(sql, bounds)
            let request = try #require(plan.steps.first { $0.access == .live }?.request)
            #expect(request.contains("limit=20"), "\(request)")
            #expect(request.contains("name=support-chat"), "\(request)")
            let first = try await stage.query(sql, bounds)
            #expect(first.rows.count == 20)
            #expect(first.rows.records.allSatisfy { $0["output"].text?.isEmpty == false })
            let again = try await stage.query(sql, [bounds[0], Value(Stage.start - .seconds(1))])
            #expect(again.calls == 1, "\(mode)")
        }
    }

    @Test("without an agent the command itself answers an acceptance")
    func answeredOnce() async throws {
        let (stage, _) = try Self.stage([.drift(Self.clock, .typeChanged, feature: "reviews")])
        _ = try await stage.scan()
        let asked = Intent.acceptOutputs(feature: "reviews")
        let id = try await IntentInbox(stage.store).append(asked, author: "alice", at: stage.clock.now())
        try await stage.agent.answerOnce()
        #expect(try await stage.read(.answer(toIntent: id))?.text.contains("as snapshot 2") == true)
        #expect(try await stage.read(.incidents(limit: 5)).map(\.state) == [.resolved])
    }

    @Test("Coral is asked for the newest outputs with their bounds and the limit too")
    func coral() async throws {
        let sql = """
            SELECT id, start_time, output FROM langfuse.observations \
            WHERE name = 'x' AND type = 'GENERATION' AND from_start_time = ? AND to_start_time = ? LIMIT 20
            """
        let bounds = [Value(Stage.start - .hours(24)), Value(Stage.start)]
        let stage = try Stage(kind: .coral, extra: { _ in ["SENTINEL_CORAL": "/bin/true"] })
        let plan = try await stage.engine.explain(sql, bounds)
        let coral = plan.steps.first { $0.access == .live }?.request ?? ""
        #expect(coral.contains("\"from_start_time\" = ") && coral.contains("LIMIT"), "\(coral)")
        #expect(coral.contains("\"output\""), "\(coral)")
    }
}
