import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import Scenarios
import TestSupport
import Testing

@Suite("Storms on the stage")
struct StormLineTests {
    private static let clock = ScenarioClock(now: Stage.start, seed: 7)

    private static func stage(_ parts: [ScenarioPart], extra: @Sendable (Sandbox) -> [String: String] = { _ in [:] })
        throws -> Stage
    {
        try Stage(scenario: Scenario(clock, parts), extra: extra)
    }

    /// What a part that is made so much later adds to the world by then.
    private static func later(
        _ span: Span, _ part: (ScenarioClock) -> ScenarioPart
    ) -> (before: ScenarioPart, later: ScenarioPart) {
        part(ScenarioClock(now: Stage.start + span, seed: 7)).split(at: Stage.start)
    }

    /// Adds rows to the world as they would appear now.
    private static func add(_ part: ScenarioPart, to stage: Stage) {
        stage.world.change { state in
            state.observations = (state.observations + part.observations).sorted {
                ($0.start, $0.traceID, $0.id) < ($1.start, $1.traceID, $1.id)
            }
            state.prompts += part.prompts
        }
    }

    /// One incident of so many members, with one post, one issue and at most one request.
    private static func expectOne(
        _ type: DetectionType, of members: Int, _ stage: Stage, location: SourceLocation = #_sourceLocation
    ) async throws -> IncidentDetail {
        let own = try await stage.read(.incidents(limit: 100)).filter { $0.type == type && $0.state != .resolved }
        #expect(own.count == 1 && own.first?.parts == members, "\(own.map(\.parts))", sourceLocation: location)
        let posts = stage.posts.filter { $0.text.contains(type.rawValue) }
        let issues = stage.issues.filter { $0.title.contains(type.rawValue) }
        #expect(posts.count == 1 && issues.count == 1, "\(posts.count), \(issues.count)", sourceLocation: location)
        let incident = try #require(own.first)
        let requests = try await stage.read(.approvals(limit: 100)).filter { $0.incident == incident.id }
        #expect(requests.count <= 1, "\(requests.map(\.action.sentence))", sourceLocation: location)
        return try #require(try await stage.read(.incident(incident.id)))
    }

    /// Scans until one incident has so many members, a few times at most.
    private static func scan(_ stage: Stage, until members: Int) async throws {
        for _ in 0..<6 {
            _ = try await stage.scan()
            let most = try await stage.read(.incidents(limit: 100)).map(\.parts).max() ?? 0
            if most >= members { return }
            stage.advance(by: .minutes(10))
        }
    }

    // MARK: loops

    @Test("sixty runs that loop alike are one incident, one post, one issue and one request; later ones join it")
    func loops() async throws {
        let stage = try Self.stage([.loopStorm(Self.clock)])
        let report = try await stage.scan()
        #expect(report.findings.filter { $0.type == .agentLoop }.count == 60)
        let incident = try await Self.expectOne(.agentLoop, of: 60, stage)
        #expect(incident.json["findings"]?.array?.count == 20 && incident.json["members"]?.int == 60)
        let request = try #require(try await stage.read(.approvals(limit: 9)).first)
        #expect(request.action.traces.count == 60 && request.status == .pending)
        #expect(stage.issues.first?.body.contains("and 40 more") == true)

        stage.advance(by: .minutes(1))
        Self.add(.loopStorm(ScenarioClock(now: stage.clock.now(), seed: 7), runs: 5, first: 60), to: stage)
        _ = try await stage.scan()
        _ = try await Self.expectOne(.agentLoop, of: 65, stage)
        let wider = try #require(try await stage.read(.approvals(limit: 9)).first)
        #expect(wider.id == request.id && wider.action.traces.count == 65)
        #expect(stage.posts.first?.text.contains("Joined by 5 findings") == true, "\(stage.posts.map(\.text))")
        #expect(stage.replies.isEmpty)
    }

    @Test(
        "the approval of two people kills every run of the storm, each is proved, and runs that loop afterwards open it again"
    )
    func killed() async throws {
        let stage = try Self.stage([.loopStorm(Self.clock, runs: 12)], extra: { $0.killWebhook })
        let request = try #require(try await stage.scan().approvals.first { $0.action.kind == .killLoop })
        func approve(_ author: String) async throws {
            _ = try await IntentInbox(stage.store).append(
                .approve(request: request.id), author: author, at: stage.clock.now())
            try await stage.agent.answerOnce()
        }
        try await approve("eve@host (test)")
        try await approve("eve@host (test)")
        let waiting = try #require(try await stage.read(.approvals(limit: 9)).first { $0.id == request.id })
        #expect(waiting.status == .pending && waiting.missingApproval?.contains("eve@host (test) has") == true)
        #expect(stage.posts.contains { $0.text.contains("the first of two people") }, "\(stage.posts.map(\.text))")
        try await approve("adam@host (test)")
        let loops = try await stage.read(.loops(limit: 99))
        #expect(loops.count == 12 && loops.allSatisfy { $0.status == .killed }, "\(loops.map(\.status))")
        let incident = try #require(try await stage.read(.incidents(limit: 9)).first)
        #expect(incident.state == .resolved)
        #expect(stage.posts.contains { $0.text.contains("All 12 traces stopped") }, "\(stage.posts.map(\.text))")

        stage.advance(by: .minutes(2))
        Self.add(.loopStorm(ScenarioClock(now: stage.clock.now(), seed: 7), runs: 3, first: 12), to: stage)
        let again = try await stage.scan()
        let open = try #require(try await stage.read(.incidents(limit: 9)).first)
        #expect(open.id == incident.id && open.state == .open && open.life.reopened == 1)
        #expect(again.approvals.map(\.action.traces.count) == [3] && stage.posts.count == 1)
        #expect(stage.replies.count { $0.hasPrefix("Killed") } == 1 && stage.replies.count == 2, "\(stage.replies)")
    }

    @Test("another agent and other steps are incidents of their own")
    func otherLoops() async throws {
        let stage = try Self.stage([
            .loopStorm(Self.clock, .tools, agent: "seat-booking", runs: 6),
            .loopStorm(Self.clock, .tools, agent: "rail-booking", runs: 5),
            .loopStorm(Self.clock, .agents, agent: "seat-booking", runs: 4),
        ])
        let report = try await stage.scan()
        #expect(
            report.incidents.map(\.findings.count).sorted() == [4, 5, 6], "\(report.incidents.map(\.summary.headline))")
        #expect(stage.posts.count == 3 && stage.issues.count == 3)
        #expect(report.approvals.map(\.action.traces.count).sorted() == [4, 5, 6])
    }

    // MARK: outages

    @Test("tools that fail in one outage are one incident with one request; two that fail later join it")
    func tools() async throws {
        let late = Self.later(.minutes(20)) {
            .toolStorm($0, service: "inventory-db", tools: 2, first: 40, minutesAgo: 18)
        }
        let stage = try Self.stage([.toolStorm(Self.clock, service: "inventory-db", tools: 40), late.before])
        _ = try await stage.scan()
        let incident = try await Self.expectOne(.toolFailure, of: 40, stage)
        #expect(incident.findings.dropFirst().allSatisfy { $0.why == "one outage, unavailable of inventory-db" })
        stage.advance(by: .minutes(20))
        Self.add(late.later, to: stage)
        try await Self.scan(stage, until: 42)
        _ = try await Self.expectOne(.toolFailure, of: 42, stage)
    }

    @Test("two outages at one time are two incidents")
    func otherTools() async throws {
        let stage = try Self.stage([
            .toolStorm(Self.clock, service: "inventory-db", tools: 5),
            .toolStorm(Self.clock, service: "pricing-api", name: "price", tools: 4),
        ])
        let report = try await stage.scan()
        #expect(report.incidents.map(\.findings.count).sorted() == [4, 5], "\(report.incidents.map(\.findings.count))")
        #expect(stage.posts.count == 2 && stage.issues.count == 2 && report.approvals.count == 2)
    }

    @Test("an incident that people know and that turns out to be part of an outage is merged, and its post says so")
    func merged() async throws {
        let late = Self.later(.minutes(12)) {
            .toolStorm($0, service: "inventory-db", tools: 1, first: 2, minutesAgo: 10)
        }
        let stage = try Self.stage([
            .toolStorm(Self.clock, service: "inventory-db", tools: 2, minutesAgo: 10), late.before,
        ])
        _ = try await stage.scan()
        #expect(stage.posts.count == 2, "two tools are two incidents")
        stage.advance(by: .minutes(12))
        Self.add(late.later, to: stage)
        try await Self.scan(stage, until: 3)
        let incidents = try await stage.read(.incidents(limit: 9)).sorted { $0.id < $1.id }
        #expect(incidents.map(\.state) == [.open, .resolved] && incidents.first?.parts == 3)
        #expect(stage.posts.count == 2 && stage.issues.count == 2)
        let first = try #require(incidents.first?.id)
        #expect(
            stage.posts.count { $0.text.contains("Merged into incident \(first)") } == 1, "\(stage.posts.map(\.text))")
        #expect(try await stage.read(.approvals(limit: 9)).filter { $0.status == .pending }.count == 1)
    }

    // MARK: one change

    @Test("thirty features that drift after one change of the model are one incident")
    func drifts() async throws {
        let stage = try Self.stage([.driftStorm(Self.clock)])
        let report = try await stage.scan()
        #expect(report.findings.filter { $0.type == .promptDrift }.count == 30)
        let incident = try await Self.expectOne(.promptDrift, of: 30, stage)
        #expect(incident.findings.dropFirst().allSatisfy { $0.why.contains("model gpt-4o") })
    }
}

@Suite("News while Slack refuses")
struct OtherChannelTests {
    private static func comments(_ stage: Stage) -> [String] {
        stage.world.read { ($0.lists[.github]?["issues/comments"] ?? []).compactMap { $0["body"]?.string } }
            .filter { $0.contains("sentinel:") }
    }

    private static func resolve(_ incident: Int64, _ stage: Stage) async throws {
        _ = try await IntentInbox(stage.store).append(
            .resolve(incident: incident), author: "alice@host (test)", at: stage.clock.now())
        try await stage.agent.answerOnce()
    }

    @Test("later news goes as a comment onto the incident's issue, once, and Slack is told when it can be")
    func comment() async throws {
        let stage = try Stage()
        let report = try await stage.scan()
        #expect(stage.posts.count == 2 && Self.comments(stage).isEmpty)
        let incident = try #require(report.incidents.first { $0.summary.type == .costSpike }?.summary.id)
        stage.world.failWrites(.slack, .refused("token_revoked"))
        try await Self.resolve(incident, stage)
        #expect(Self.comments(stage).count == 1, "\(Self.comments(stage))")
        #expect(Self.comments(stage).first?.contains("Resolved by alice") == true)
        stage.advance(by: .minutes(20))
        _ = try await stage.scan()
        #expect(Self.comments(stage).count { $0.contains("Resolved by alice") } == 1)
    }

    @Test("what could never be posted in Slack is told on GitHub from the first issue on")
    func neverPosted() async throws {
        let stage = try Stage()
        stage.world.failWrites(.slack, .refused("is_archived"))
        let report = try await stage.scan()
        let incident = try #require(report.incidents.first { $0.summary.type == .costSpike }?.summary.id)
        stage.advance(by: .minutes(2))
        try await Self.resolve(incident, stage)
        #expect(Self.comments(stage).contains { $0.contains("Resolved by alice") }, "\(Self.comments(stage))")
        #expect(stage.posts.isEmpty && stage.issues.count == 2)
    }

    @Test("a comment whose response was lost is looked up and not written again")
    func lost() async throws {
        let stage = try Stage()
        let report = try await stage.scan()
        let incident = try #require(report.incidents.first { $0.summary.type == .costSpike }?.summary.id)
        stage.world.failWrites(.slack, .refused("token_revoked"))
        stage.world.failWrites(.github, .lostAnswer)
        try await Self.resolve(incident, stage)
        stage.world.heal()
        for _ in 0..<3 {
            stage.advance(by: .minutes(15))
            _ = try await stage.scan()
        }
        #expect(Self.comments(stage).count { $0.contains("Resolved by alice") } == 1, "\(Self.comments(stage))")
    }
}
