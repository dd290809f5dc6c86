import Basics
import Governance
import HTTPClient
import OnCallModel
import Testing

@testable import Actions

@Suite("Killing many loops")
struct KillStormTests {
    private static let traces = (1...24).map { "run-\($0)" }
    private let kill = Action.killLoop(traces: traces, agent: "research-agent")
    private let context = ActContext(
        incident: Scene.incident(),
        loops: traces.map { trace in
            var loop = Scene.loop
            loop.traceID = trace
            return loop
        }, attemptedAt: Scene.now)

    /// Agents behind a webhook: a run stops when its kill arrives, unless it is one of the deaf.
    private final class World: Sendable {
        struct State: Sendable {
            var now = Scene.now
            var stopped: [String: Instant] = [:]
            var reads = 0
        }

        let state = Lock(State())
        let deaf: Set<String>
        let unreadable: Set<String>
        let agent: LoopbackProvider

        init(deaf: Set<String> = [], unreadable: Set<String> = []) {
            (self.deaf, self.unreadable) = (deaf, unreadable)
            let state = state
            agent = LoopbackProvider { request in
                let trace = request.json["trace_id"]?.string ?? ""
                state.withLock { if !deaf.contains(trace) { $0.stopped[trace] = $0.stopped[trace] ?? $0.now } }
                return .answer(202, "")
            }
        }

        var runner: ActionRunner {
            let state = state
            let ports = KillPorts(
                flags: KillFlags(startedAt: Scene.now - .hours(1)) { _ in }, address: nil,
                latestSteps: { [self] traces in
                    state.withLock { state in
                        state.reads += 1
                        let known = traces.filter { !unreadable.contains($0) }
                        return Dictionary(known.map { ($0, Self.progress(of: $0, state)) }) { $1 }
                    }
                },
                sleep: { span in state.withLock { $0.now = $0.now + span } })
            return ActionRunner(
                access: ProviderAccess(environment: ["AGENT_KILL_URL": agent.address, "AGENT_KILL_SECRET": "shh"]),
                http: HTTPClient(), clock: WallClock { state.withLock { $0.now } }, killing: ports)
        }

        /// A step every two seconds.
        private static func progress(of trace: String, _ state: State) -> TraceProgress {
            let last = state.stopped[trace] ?? state.now
            let steps = 14 + Int((last - Scene.now).seconds / 2)
            return TraceProgress(generations: steps, cost: 0.6, lastSeen: last - .milliseconds(100))
        }
    }

    @Test("every run gets its own signed request with one key each, and all are proved to be stopped")
    func all() async throws {
        let world = World()
        let permission = try Scene.permission(kill)
        let outcome = await world.runner.perform(permission, context: context)
        #expect(outcome.reason.hasPrefix("done: All 24 traces stopped"), "\(outcome.reason)")
        #expect(outcome.reason.contains("accepted 24 of 24"))
        let requests = world.agent.requests
        #expect(Set(requests.compactMap { $0.json["trace_id"]?.string }) == Set(Self.traces) && requests.count == 24)
        #expect(Set(requests.compactMap { $0.headers["idempotency-key"] }).count == 24)
        #expect(Set(requests.compactMap { $0.json["approval_id"]?.string }) == [permission.key.text])
        #expect(world.state.withLock { $0.reads } < 12, "all traces are read together")
    }

    @Test("runs that go on are named, and those that stopped are known to have stopped")
    func some() async throws {
        let world = World(deaf: ["run-3", "run-7"])
        let outcome = await world.runner.perform(try Scene.permission(kill), context: context)
        guard case .failed(let reason, let stopped) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(Set(stopped) == Set(Self.traces).subtracting(["run-3", "run-7"]))
        #expect(reason.hasPrefix("22 traces stopped.") && reason.contains("2 traces went on"), "\(reason)")
        #expect(reason.contains("run-3, run-7"))
    }

    @Test("what cannot be read is unknown, not stopped")
    func blind() async throws {
        let world = World(unreadable: ["run-3"])
        let outcome = await world.runner.perform(try Scene.permission(kill), context: context)
        #expect(outcome.reason.hasPrefix("unknown: 23 traces stopped."), "\(outcome.reason)")
        #expect(outcome.reason.contains("run-3"))
    }

    @Test("a dry run lists twenty requests and counts the others")
    func dryRun() {
        let lines = World().runner.dryRun(kill, context: context)
        #expect(lines.count == 22 && lines[20] == "The same for 4 more traces")
        #expect(lines.prefix(20).allSatisfy { $0.hasPrefix("POST ") } && lines[21].hasPrefix("Then watch the traces"))
    }

    @Test("the message of a storm names twenty members and counts the others, and its button approves the request")
    func message() async throws {
        let findings = Self.traces.map { trace in
            IncidentFinding(
                incident: 7, fingerprint: Fingerprint(trace), facts: .loop(LoopFacts()), severity: .high,
                subject: trace,
                headline: "It loops.", why: "", firstSeen: Scene.now, lastSeen: Scene.now, occurrences: 1,
                costPerHour: 1, sql: "", links: FindingLinks())
        }
        var context = context
        context.incident?.findings = findings
        context.request = Scene.request(kill)
        let slack = SlackWorkspace()
        let runner = Scene.runner([
            "SLACK_BASE_URL": slack.provider.address, "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s",
        ])
        _ = await runner.perform(try Scene.permission(.postIncident(incident: 7)), context: context)
        let text = try #require(slack.provider.requests.first?.text)
        #expect(text.contains("24 agent loops: run-1, run-2") && text.contains("run-20 and 4 more"))
        #expect(!text.contains("run-21") && text.contains("Kill 24 looping traces of agent research-agent"))
        #expect(text.contains("sentinel_kill_loops_12"))
    }
}
