import Basics
import Glibc
import IncidentStore
import OnCallModel
import Sandbox
import Subprocess
import TestSupport
import Testing

@Suite("kill -9 at any moment")
struct KillNineTests {
    @Test("no incident is lost or duplicated, no act is repeated (row 23)")
    func nothingLostNothingDoubled() async throws {
        let folder = TemporaryFolder()
        let (sandbox, _) = try Sandbox.demo(clock: .system)
        defer { sandbox.stop() }
        let store = "\(folder.path)/sentinel.db"
        // The first runs die while history is read, the later ones among the incidents and the acts.
        for round in 0..<14 {
            let milliseconds = round < 4 ? 150 + round * 400 : 40 + (round - 4) * 55
            _ = try? await scan(sandbox, folder.path, killedAfter: milliseconds).run()
        }
        for _ in 0..<2 {
            let done = try await scan(sandbox, folder.path).run()
            #expect(done.status == 0, "a scan that nobody kills ends well")
        }
        let reader = StoreReader(store)
        let incidents = try await reader.read(.incidents(limit: 100))
        #expect(incidents.map(\.type).sorted { $0.rawValue < $1.rawValue } == [.agentLoop, .costSpike])
        let messages = sandbox.world.read { Array($0.messages.values.joined()) }
        #expect(messages.count { $0.user == "U0SENTINEL" && $0.thread == nil } == 2)
        #expect(sandbox.world.read(\.gitHubIssues).count == 2)
        for incident in incidents {
            let detail = try #require(try await reader.read(.incident(incident.id)))
            #expect(!detail.report.isEmpty)
            #expect(detail.acts.count { $0.action.kind == .postIncident && $0.state == .done } == 1)
            #expect(detail.acts.count { $0.action.kind == .createIssue && $0.state == .done } == 1)
        }
    }

    /// `sentinel scan`; with `killedAfter`, `timeout` of coreutils ends it by SIGKILL after so many milliseconds.
    private func scan(_ sandbox: Sandbox, _ folder: String, killedAfter milliseconds: Int? = nil) -> ChildProcess {
        var variables = sandbox.environment
        variables["SENTINEL_DB"] = "\(folder)/sentinel.db"
        variables["SENTINEL_LISTEN"] = "127.0.0.1:0"
        variables["HOME"] = folder
        variables["PATH"] = "/usr/bin:/bin"
        let words = ["scan", "--format", "json"]
        guard let milliseconds else {
            return ChildProcess(BuiltProgram.sentinel, arguments: words, environment: variables)
        }
        let limit = ["--signal=KILL", "\(Double(milliseconds) / 1000)", BuiltProgram.sentinel]
        return ChildProcess("/usr/bin/timeout", arguments: limit + words, environment: variables)
    }
}
