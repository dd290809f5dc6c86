import Basics
import JSON
import Sandbox
import Subprocess
import TestSupport
import Testing

/// The doctor of the built program, against the sandbox's providers.
@Suite("The doctor")
struct DoctorTests {
    private static func run(_ sandbox: Sandbox, _ more: [String: String] = [:]) async throws -> (
        status: Int32, states: [String: String], notes: [String: String]
    ) {
        let folder = TemporaryFolder()
        var variables = sandbox.environment.merging(more) { $1 }
        variables["SENTINEL_DB"] = "\(folder.path)/sentinel.db"
        (variables["HOME"], variables["PATH"]) = (folder.path, "/usr/bin:/bin")
        let done = try await ChildProcess(
            BuiltProgram.sentinel, arguments: ["doctor", "--format", "json"], environment: variables
        ).run()
        let rows = try JSONDocument.parse(done.output).array ?? []
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
}
