import Basics
import FoundationEssentials
import IncidentStore
import OnCallModel
import Sandbox
import Subprocess
import TestSupport
import Testing

/// What an agent of the built program stores, sends and prints when every provider's texts hold secrets.
@Suite("Secrets in the texts of providers (row 40)")
struct SecretSinksTests {
    @Test("Every form in every field reaches neither the store, any provider that is written to, nor what is printed")
    func sinks() async throws {
        let (sandbox, _) = try Sandbox.demo(clock: .system)
        defer { sandbox.stop() }
        sandbox.world.change(Self.plant)
        let folder = TemporaryFolder()
        let (team, user) = sandbox.world.read { ($0.linear.teams[0].id, $0.pagerDuty.users[0].email) }
        try """
        {"executors": [{"kind": "linear_issue", "team": "\(team)"}, {"kind": "pagerduty_event", "event": "trigger"},
            {"kind": "pagerduty_note", "from": "\(user)"}]}
        """.write(toFile: "\(folder.path)/settings.json", atomically: true, encoding: .utf8)
        var sinks = ["scan": try await Self.run(["scan", "--format", "json"], sandbox, folder.path)]
        sinks["incidents"] = try await Self.run(["incidents", "--format", "json"], sandbox, folder.path)
        for number in 1...2 {
            for format in ["json", "table"] {
                sinks["incident \(number) \(format)"] = try await Self.run(
                    ["incidents", "show", "\(number)", "--format", format], sandbox, folder.path)
            }
        }
        sinks["records"] = try await Self.record(1, sandbox, folder.path)
        for words in [
            ["incidents", "export", "1"], ["incidents", "export", "2", "--format", "json"], ["handoff"],
            ["digest", "--now"], ["risk", "421"], ["risk", "list", "--format", "json"],
        ] {
            sinks[words.joined(separator: " ")] = try await Self.run(words, sandbox, folder.path)
        }
        let statement = "SELECT name, trace_name, status_message FROM langfuse.observations"
        sinks["sql"] = try await Self.run(["sql", "--offline", "--format", "json", statement], sandbox, folder.path)
        let raw = try await Self.run(
            ["sql", "--raw", "--offline", "--format", "json", statement], sandbox, folder.path)
        sinks["store"] = ["", "-wal"].compactMap { suffix in
            try? Data(contentsOf: URL(filePath: "\(folder.path)/sentinel.db\(suffix)"))
        }.map { String(decoding: $0, as: UTF8.self) }.joined()
        for provider in [SandboxWorld.Provider.slack, .github, .model, .linear, .pagerduty] {
            let bodies = sandbox.world.calls(to: provider).filter { !$0.body.isEmpty }
            #expect(!bodies.isEmpty, "nothing was sent to \(provider)")
            sinks["\(provider)"] = bodies.map { String(decoding: $0.body, as: UTF8.self) }.joined(separator: "\n")
        }
        for (name, text) in sinks {
            #expect(text.count > 100, "nothing in \(name)")
            let leaks = Self.planted.filter { text.contains($0.secret) }
            #expect(leaks.isEmpty, "\(name): \(leaks.map(\.text))")
        }
        #expect(Self.planted.contains { raw.contains($0.secret) }, "--raw masks too")
    }

    /// Requests and approves the executors that write to PagerDuty and Linear. Returns what the command prints that carries
    /// them out.
    private static func record(_ incident: Int64, _ sandbox: Sandbox, _ folder: String) async throws -> String {
        let (inbox, reader) = (IntentInbox("\(folder)/sentinel.db"), StoreReader("\(folder)/sentinel.db"))
        for kind in [ExecutorKind.linearIssue, .pagerDutyEvent, .pagerDutyNote] {
            _ = try await inbox.append(
                .requestExecutor(kind, incident: incident), author: "eve@host (test)", at: WallClock.system.now())
        }
        // The command answers everything that waits.
        let requested = try await run(["approvals", "thaw"], sandbox, folder)
        for request in try await reader.read(.approvals(limit: 20)) where request.action.execution != nil {
            _ = try await inbox.append(
                .approve(request: request.id, seen: request.fingerprint), author: "eve@host (test)",
                at: WallClock.system.now())
        }
        let shown = try await run(["approvals", "--format", "json"], sandbox, folder)
        return requested + shown + (try await run(["approvals", "thaw"], sandbox, folder))
    }

    /// What can be searched for in all sinks: the digits are part of no trace, and seven letters are not a word.
    private static let planted = PlantedSecret.all.filter { $0.secret.utf8.count > 10 }

    private static func run(_ words: [String], _ sandbox: Sandbox, _ folder: String) async throws -> String {
        var variables = sandbox.environment.merging(sandbox.languageModel) { $1 }
        variables["SENTINEL_DB"] = "\(folder)/sentinel.db"
        variables["SENTINEL_LISTEN"] = "127.0.0.1:0"
        variables["HOME"] = folder
        variables["PATH"] = "/usr/bin:/bin"
        let words = words + ["--settings", "\(folder)/settings.json"]
        let done = try await ChildProcess(BuiltProgram.sentinel, arguments: words, environment: variables).run()
        return String(decoding: done.output + done.errors, as: UTF8.self)
    }

    /// Each text gets another form, glued to it as a broken line of a log leaves it; long texts get all of them.
    private static func plant(_ state: inout SandboxWorld.State) {
        let all = "\n" + PlantedSecret.all.map(\.text).joined(separator: "\n")
        var next = 0
        var namesBefore: [String: String] = [:]
        func short(_ text: String) -> String {
            next += 1
            return text + (next % 2 == 0 ? " " : "\u{7}") + PlantedSecret.all[next % PlantedSecret.all.count].text
        }
        func name(_ text: String) -> String {
            if let known = namesBefore[text] { return known }
            let name = short(text)
            namesBefore[text] = name
            return name
        }
        for index in state.observations.indices {
            state.observations[index].name = name(state.observations[index].name)
            state.observations[index].traceName = name(state.observations[index].traceName)
            state.observations[index].statusMessage = short(state.observations[index].statusMessage)
        }
        for index in state.commits.indices { state.commits[index].message = short(state.commits[index].message) + all }
        for index in state.issues.indices {
            state.issues[index].title = short(state.issues[index].title)
            state.issues[index].culprit = short(state.issues[index].culprit)
        }
        for channel in state.messages.keys {
            for index in state.messages[channel, default: []].indices {
                state.messages[channel]?[index].text += all
            }
        }
        for index in state.pagerDuty.incidents.indices {
            state.pagerDuty.incidents[index].title = short(state.pagerDuty.incidents[index].title)
        }
        for index in state.linear.issues.indices {
            state.linear.issues[index].title = short(state.linear.issues[index].title)
            state.linear.issues[index].description = all
        }
        for index in state.datadog.monitors.indices {
            state.datadog.monitors[index].name = short(state.datadog.monitors[index].name)
        }
        for index in state.pulls.indices { state.pulls[index].title = short(state.pulls[index].title) }
    }
}
