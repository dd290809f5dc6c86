import Basics
import JSON
import Sandbox
import Subprocess
import TestSupport
import Testing

/// The doctor of the built program, against the sandbox's providers.
@Suite("The doctor")
struct DoctorTests {
    private static func run(_ sandbox: Sandbox, _ more: [String: String] = [:], part: String? = nil) async throws -> (
        status: Int32, states: [String: String], notes: [String: String]
    ) {
        let folder = TemporaryFolder()
        var variables = sandbox.environment.merging(more) { $1 }
        variables["SENTINEL_DB"] = "\(folder.path)/sentinel.db"
        (variables["HOME"], variables["PATH"]) = (folder.path, "/usr/bin:/bin")
        let done = try await ChildProcess(
            BuiltProgram.sentinel, arguments: ["doctor"] + [part].compactMap { $0 } + ["--format", "json"],
            environment: variables
        ).run()
        let rows = done.output.isEmpty ? [] : try JSONDocument.parse(done.output).array ?? []
        func all(_ name: String) -> [String: String] {
            Dictionary(rows.map { ($0["part"]?.string ?? "", $0[name]?.string ?? "") }) { $1 }
        }
        return (done.status, all("state"), all("note"))
    }

    @Test("it asks Slack by auth.test, and exits with 1 and the remedy if Slack refuses inside of a good status")
    func slack() async throws {
        let (sandbox, _) = try Sandbox.demo(clock: .system)
        defer { sandbox.stop() }
        let fine = try await Self.run(sandbox)
        #expect(fine.status == 0 && fine.states["source slack"] == "ok", "\(fine)")
        #expect(sandbox.world.calls(to: .slack).map(\.path) == ["/api/auth.test"])
        for code in ["invalid_auth", "token_revoked", "missing_scope"] {
            sandbox.world.fail(.slack, .refused(code), times: 9)
            let refused = try await Self.run(sandbox)
            #expect(refused.status == 1 && refused.states["source slack"] == "refused", "\(code): \(refused)")
            #expect(refused.notes["source slack"]?.contains(code) == true)
            #expect(refused.states.filter { $0.value == "refused" }.count == 1, "\(refused.states)")
            sandbox.world.heal()
        }
    }

    @Test("a token that posts and is not that of the source is checked by itself")
    func posts() async throws {
        let (sandbox, _) = try Sandbox.demo(clock: .system)
        defer { sandbox.stop() }
        let reading = try #require(sandbox.environment["SLACK_BOT_TOKEN"] ?? sandbox.environment["SLACK_TOKEN"])
        let done = try await Self.run(sandbox, ["SLACK_TOKEN": reading, "SLACK_BOT_TOKEN": "xoxb-revoked"])
        #expect(
            done.status == 1 && done.states["source slack"] == "ok" && done.states["slack posts"] == "refused",
            "\(done)")
        #expect(done.notes["slack posts"]?.contains("SLACK_BOT_TOKEN") == true)
        #expect(try await Self.run(sandbox, ["SLACK_TOKEN": reading, "SLACK_BOT_TOKEN": reading]).status == 0)
    }

    @Test("doctor slack checks the token, its scopes, the channel, the socket, the signature and the approvers")
    func slackSetup() async throws {
        let (sandbox, _) = try Sandbox.demo(clock: .system)
        defer { sandbox.stop() }
        let fine = try await Self.run(sandbox, sandbox.slackApp, part: "slack")
        let parts = ["slack token", "slack scopes", "slack channel", "slack socket", "slack signature"]
        #expect(fine.status == 0 && parts.allSatisfy { fine.states[$0] == "ok" }, "\(fine)")
        #expect(fine.states["approvers"] == "warn" && fine.states["source slack"] == nil)
        #expect(fine.notes["slack socket"] == "Slack offers a connection to 127.0.0.1.")

        sandbox.world.change { $0.slackScopes = ["chat:write", "channels:read"] }
        let poor = try await Self.run(sandbox, ["SENTINEL_APPROVERS": "alice"], part: "slack")
        #expect(poor.status == 1 && poor.states["slack scopes"] == "refused")
        #expect(poor.notes["slack scopes"]?.contains("channels:history, users:read") == true, "\(poor.notes)")
        #expect(poor.states["slack socket"] == "missing" && poor.states["slack signature"] == "missing")
        #expect(poor.notes["approvers"]?.hasPrefix("One approver is named") == true)

        let wrong = try await Self.run(
            sandbox, ["SLACK_APP_TOKEN": "xoxb-1", "SENTINEL_APPROVERS": "alice,bob"], part: "slack")
        #expect(wrong.status == 1 && wrong.states["slack socket"] == "refused" && wrong.states["approvers"] == "ok")
        #expect(wrong.notes["slack socket"]?.contains("SLACK_APP_TOKEN") == true)
        sandbox.world.fail(.slack, .refused("invalid_auth"), times: 9)
        let refused = try await Self.run(sandbox, part: "slack")
        #expect(
            refused.status == 1 && refused.states["slack token"] == "refused" && refused.states["slack scopes"] == nil)
        #expect(try await Self.run(sandbox, part: "slick").status == 2)
    }

    @Test("a channel that the app is not in is reported with what to do")
    func channel() async throws {
        let world = SandboxWorld(clock: .system)
        world.change { state in
            state.lists[.slack] = [
                "conversations.list": [
                    ["id": "C0PRIVATE1", "name": "war-room", "is_private": true, "is_member": false]
                ]
            ]
        }
        let sandbox = try Sandbox(world: world)
        defer { sandbox.stop() }
        let done = try await Self.run(sandbox, ["SLACK_INCIDENTS_CHANNEL": "#war-room"], part: "slack")
        #expect(done.status == 1 && done.states["slack channel"] == "refused", "\(done)")
        #expect(done.notes["slack channel"] == "The app is not a member of #war-room. Invite it with /invite.")
    }
}
