import Basics
import Glibc
import IncidentStore
import OnCallModel
import Sandbox
import TestSupport
import Testing

@Suite("kill -9 at any moment", .heavy)
struct KillNineTests {
    /// The program itself, beside the tests' own executable.
    private static let program: String = {
        guard let path = realpath("/proc/self/exe", nil) else { return "" }
        defer { free(path) }
        let folder = String(cString: path).split(separator: "/").dropLast().joined(separator: "/")
        return "/\(folder)/sentinel"
    }()

    @Test("no incident is lost, none is doubled, no act is repeated (row 23)")
    func nothingLostNothingDoubled() async throws {
        let folder = TemporaryFolder()
        let (sandbox, _) = try Sandbox.demo(clock: .system)
        defer { sandbox.stop() }
        let store = "\(folder.path)/sentinel.db"
        // The first runs die while history is read, the later ones among the incidents and the acts.
        for round in 0..<14 {
            let process = try spawn(sandbox, folder.path)
            pause(milliseconds: round < 4 ? 150 + round * 400 : 40 + (round - 4) * 55)
            kill(process, SIGKILL)
            var status: Int32 = 0
            waitpid(process, &status, 0)
        }
        for _ in 0..<3 {
            let process = try spawn(sandbox, folder.path)
            var status: Int32 = 0
            waitpid(process, &status, 0)
            #expect(status == 0, "a scan that nobody kills ends well")
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

    private func spawn(_ sandbox: Sandbox, _ folder: String) throws -> pid_t {
        var variables = sandbox.environment
        variables["SENTINEL_DB"] = "\(folder)/sentinel.db"
        variables["SENTINEL_LISTEN"] = "127.0.0.1:0"
        variables["HOME"] = folder
        variables["PATH"] = "/usr/bin:/bin"
        let words: [String] = [Self.program, "scan", "--format", "json"]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        let environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var process = pid_t()
        let code = posix_spawn(&process, Self.program, &actions, nil, arguments, environment)
        try #require(code == 0, "\(Self.program) can be started")
        return process
    }

    /// The moment of death is what is tried here, so this test alone lets time pass.
    private func pause(milliseconds: Int) {
        usleep(UInt32(milliseconds * 1000))
    }
}
