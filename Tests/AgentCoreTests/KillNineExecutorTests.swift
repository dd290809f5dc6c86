import Basics
import FoundationEssentials
import Glibc
import IncidentStore
import OnCallModel
import Subprocess
import TestSupport
import Testing
import WebServer

@testable import Sandbox

/// The built program, killed by SIGKILL while its request to a provider is under way: the provider has carried it out, and no
/// answer comes.
@Suite("kill -9 in the middle of an executor")
struct KillNineExecutorTests {
    private static let key = String(repeating: "3f2a9c01d4e5f607", count: 4)
    private static let rows: [(kind: ExecutorKind, provider: SandboxWorld.Provider, row: String)] = [
        (.litellmKey, .gateway, #"{"kind": "litellm_key", "key": "\#(key)"}"#),
        (.pagerDutyEvent, .pagerduty, #"{"kind": "pagerduty_event", "event": "trigger"}"#),
        (.linearIssue, .linear, #"{"kind": "linear_issue", "team": "TEAM"}"#),
    ]

    @Test("the next run finds the effect and does not repeat it (row 28)", arguments: 0..<rows.count)
    func foundAgain(index: Int) async throws {
        let (kind, provider, row) = Self.rows[index]
        let folder = TemporaryFolder()
        let (sandbox, _) = try Sandbox.demo(clock: .system)
        defer { sandbox.stop() }
        let world = sandbox.world
        world.change { $0.gateways.keys[Self.key] = .init(alias: "research-agent") }
        let team = world.read { $0.linear.teams[0].id }
        try "{\"executors\": [\(row.replacing("TEAM", with: team))]}".write(
            toFile: "\(folder.path)/settings.json", atomically: true, encoding: .utf8)
        let run = { (words: [String]) in
            try await Self.run(words + ["--db", "\(folder.path)/sentinel.db"], sandbox, folder.path)
        }
        _ = try await run(["scan", "--format", "json"])
        let reader = StoreReader("\(folder.path)/sentinel.db")
        let incident = try #require(try await reader.read(.incidents(limit: 9)).first { $0.type == .agentLoop })
        let inbox = IntentInbox("\(folder.path)/sentinel.db")
        let asked = try await inbox.append(
            .requestExecutor(kind, incident: incident.id), author: "eve@host (test)", at: WallClock.system.now())
        // The command answers everything that waits.
        _ = try await run(["approvals", "thaw"])
        let answer = try await inbox.outcome(of: asked) ?? ""
        #expect(answer.hasPrefix("Request "), "\(answer)")
        let request = try #require(
            try await reader.read(.approvals(limit: 9)).first { $0.action.execution?.kind == kind })

        let isKilled = Lock(false)
        world.fail(provider, .lostAnswer) { http in
            guard Self.writes(http), isKilled.withLock({ $0 }) == false else { return false }
            isKilled.withLock { $0 = Self.killProgram(with: folder.path) }
            return true
        }
        // A key may belong to more agents than one, so two people approve.
        for author in ["eve@host (test)", "bob@host (test)"] {
            _ = try await inbox.append(
                .approve(request: request.id, seen: request.fingerprint), author: author, at: WallClock.system.now())
        }
        #expect(try await run(["approvals", "thaw"]) == -SIGKILL)
        #expect(isKilled.withLock { $0 })
        world.heal()
        var act: ActRecord?
        // An event that PagerDuty does not list is sent again under its key, after a pause.
        let end = ContinuousClock.now + .seconds(60)
        while act?.state != .done, ContinuousClock.now < end {
            #expect(try await run(["scan", "--format", "json"]) == 0)
            act = try await reader.read(.approvals(limit: 9)).first { $0.id == request.id }?.act
        }
        #expect(act?.state == .done, "\(act?.detail ?? "no act")")
        #expect(world.read(\.gateways.effects).count == 1, "\(world.read(\.gateways.effects))")
    }

    /// GraphQL reads by POST too.
    private static func writes(_ request: WebRequest) -> Bool {
        let body = String(decoding: request.body, as: UTF8.self)
        return request.method != "GET" && (!body.contains("\"query\"") || body.contains("mutation"))
    }

    /// Kills the program whose command line has this text; false if there is none.
    private static func killProgram(with text: String) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        for name in names {
            guard let pid = pid_t(name), let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline"),
                String(decoding: line, as: UTF8.self).contains(text)
            else { continue }
            return kill(pid, SIGKILL) == 0
        }
        return false
    }

    /// The exit status; a signal is negative.
    private static func run(_ words: [String], _ sandbox: Sandbox, _ folder: String) async throws -> Int32 {
        var variables = sandbox.environment
        variables["SENTINEL_LISTEN"] = "127.0.0.1:0"
        variables["HOME"] = folder
        variables["PATH"] = "/usr/bin:/bin"
        let words = words + ["--settings", "\(folder)/settings.json"]
        do {
            return try await ChildProcess(BuiltProgram.sentinel, arguments: words, environment: variables).run().status
        } catch SubprocessError.killed(let signal, _) {
            return -signal
        }
    }
}
