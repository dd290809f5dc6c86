import AgentCore
import Basics
import IncidentStore
import OnCallModel
import Sandbox
import Testing
import WebServer

@Suite("Clicks of people in Slack", .timeLimit(.minutes(10)))
struct SlackPeopleTests {
    private static func stage() throws -> Stage {
        try Stage(extra: { $0.slackApp }) { world in
            world.change { state in
                let users = state.lists[.slack]?["users.list"] ?? []
                let guest: JSONValue = ["id": "U0GUEST", "team_id": "T1", "is_restricted": true]
                let stranger: JSONValue = ["id": "U0OTHER", "team_id": "T2"]
                state.lists[.slack]?["users.list"] = users + [guest, stranger]
            }
        }
    }

    private static func click(_ stage: Stage, _ request: Int64, by user: String) async throws -> IntentAnswer {
        let id = try await IntentInbox(stage.store).append(
            .approve(request: request), author: "\(user) (slack)", at: stage.clock.now(),
            place: ClickPlace(channel: SlackProvider.channel))
        try await stage.agent.answerOnce()
        return try #require(try await stage.read(.answer(toIntent: id)))
    }

    @Test(
        "a guest, a person of another workspace and one whom Slack does not confirm decide nothing, and are told why (row 30)",
        arguments: [
            ("U0GUEST", "U0GUEST is a guest of the Slack workspace."),
            ("U0OTHER", "U0OTHER is not a member of the Slack workspace."),
            ("U0DEPLOY", "U0DEPLOY is not a member of the Slack workspace."),
            ("U0NOBODY", "Slack did not confirm that U0NOBODY is a member: "),
        ])
    func refused(user: String, reason: String) async throws {
        let stage = try Self.stage()
        let report = try await stage.scan(carryingOutActs: false)
        let request = try #require(report.approvals.first { $0.action.kind == .killLoop })
        let kills = StoreQuery { try $0.acts(of: .killLoop, since: Stage.start - .days(1)).count }
        let before = try await stage.read(kills)
        let answer = try await Self.click(stage, request.id, by: user)
        #expect(answer.isRefused && answer.text.hasPrefix(reason), "\(answer)")
        #expect(try await stage.read(.approvals(limit: 10)).first { $0.id == request.id }?.status == .pending)
        #expect(try await stage.read(kills) == before)
        let told = try #require(stage.world.read { $0.ephemeral }.first)
        #expect(told["user"]?.string == user && told["channel"]?.string == SlackProvider.channel)
        #expect(told["text"]?.string?.contains("Decide in the console") == true)
    }

    @Test("while Slack does not answer who a person is, the click is refused and nothing is done (row 30)")
    func unconfirmed() async throws {
        let stage = try Self.stage()
        let report = try await stage.scan(carryingOutActs: false)
        let request = try #require(report.approvals.first { $0.action.kind == .killLoop })
        stage.world.fail(.slack, .refused("internal_error")) { $0.path.hasSuffix("users.info") }
        let answer = try await Self.click(stage, request.id, by: "U0BOB")
        #expect(answer.isRefused && answer.text.contains("Slack did not confirm that U0BOB is a member"), "\(answer)")
        #expect(try await stage.read(.approvals(limit: 10)).first { $0.id == request.id }?.status == .pending)
    }

    @Test("of two members who click, the second alone is told who was first (row 26)")
    func second() async throws {
        let stage = try Self.stage()
        let report = try await stage.scan(carryingOutActs: false)
        let request = try #require(report.approvals.first { $0.action.kind == .killLoop })
        #expect(try await !Self.click(stage, request.id, by: "U0BOB").isRefused)
        #expect(stage.world.read { $0.ephemeral }.isEmpty)
        let second = try await Self.click(stage, request.id, by: "U0ALICE")
        #expect(second.isRefused && second.text.contains("U0BOB"), "\(second)")
        let told = stage.world.read { $0.ephemeral }
        #expect(told.map { $0["user"]?.string } == ["U0ALICE"] && told[0]["text"]?.string?.contains("U0BOB") == true)
    }

    @Test("a click through Slack's socket reaches a running agent, which decides; the state of the socket is stored")
    func socket() async throws {
        let stage = try Self.stage()
        let report = try await stage.scan(carryingOutActs: false)
        let request = try #require(report.approvals.first { $0.action.kind == .killLoop })
        let agent = Task { [agent = stage.agent] in try await agent.run() }
        defer { agent.cancel() }
        let slack = stage.sandbox.slackSocket
        var events = slack.events.makeAsyncIterator()
        while let event = await events.next(), event != .opened(link: 1) {}
        let click = slack.click("sentinel_reject_\(request.id)", value: "\(request.id)", user: "U0ALICE")
        slack.link(1)?.send(click.frame.serialized)
        for try await approvals in StoreReader(stage.store).observe(.approvals(limit: 10)) {
            guard let item = approvals.first(where: { $0.id == request.id }), item.status != .pending else { continue }
            #expect(item.status == .rejected && item.resolvedBy == "U0ALICE (slack)", "\(item)")
            break
        }
        for try await status in StoreReader(stage.store).observe(.agentStatus) where status.slackSocket != nil {
            #expect(status.isSlackSocketOpen && status.slackSocketFault == nil)
            break
        }
    }
}
