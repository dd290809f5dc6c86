import Basics
import Crypto
import Governance
import HTTPClient
import JSON
import OnCallModel
import Testing

@testable import Actions
@testable import WebServer

@Suite("Killing a loop")
struct KillLoopTests {
    private let action = Action.killLoop(trace: "a3f9d21b-loop", agent: "research-agent")
    private let context = ActContext(incident: Scene.incident(), loops: [Scene.loop], attemptedAt: Scene.now)

    /// A clock that only the kill's own waiting moves, and an agent that lives by it: one step every two seconds, before each
    /// of which it asks for its flag over HTTP, if it asks at all.
    private final class World: Sendable {
        struct State: Sendable {
            var now = Scene.now
            var generations = 14
            var lastSeen = Scene.now - .seconds(2)
            var isAlive = true
            var nextStep = Scene.now + .seconds(1)
        }

        let state = Lock(State())
        let http = HTTPClient()
        let asks: Bool
        let obeys: Bool
        let flags: KillFlags
        let server: WebServer
        let kept: Lock<[KillFlags.Flag]>

        init(asks: Bool, obeys: Bool = true) throws {
            self.asks = asks
            self.obeys = obeys
            let (state, kept) = (state, Lock<[KillFlags.Flag]>([]))
            self.kept = kept
            flags = KillFlags(startedAt: Scene.now - .hours(1)) { flag in kept.withLock { $0.append(flag) } }
            let routes = KillFlagRoutes(flags: flags, clock: WallClock { state.withLock { $0.now } })
            server = try WebServer(port: 0) { routes.respond($0) ?? WebResponse(status: 404) }
        }

        var address: String { "http://127.0.0.1:\(server.port)" }
        var clock: WallClock { WallClock { [state] in state.withLock { $0.now } } }

        func stop() { state.withLock { $0.isAlive = false } }

        /// Lets the time pass and the agent live in it.
        func pass(_ span: Span) async throws {
            let end = state.withLock { $0.now } + span
            while let moment = state.withLock({ $0.isAlive && $0.nextStep <= end ? $0.nextStep : nil }) {
                state.withLock { $0.now = moment }
                if asks, obeys, try await isKilled() { stop() }
                state.withLock { state in
                    guard state.isAlive else { return }
                    state.generations += 1
                    state.lastSeen = moment
                    state.nextStep = moment + .seconds(2)
                }
            }
            state.withLock { $0.now = end }
        }

        func progress(of traces: [String]) -> [String: TraceProgress] {
            let progress = state.withLock {
                TraceProgress(generations: $0.generations, cost: 0.61, lastSeen: $0.lastSeen)
            }
            return Dictionary(traces.map { ($0, progress) }) { $1 }
        }

        func isKilled() async throws -> Bool {
            let url = address + "/v1/kill?trace=a3f9d21b-loop&agent=research-agent"
            let response = try await http.send(HTTPRequest(.get, url))
            return try JSONDocument.parse(response.body)["kill"]?.bool == true
        }

        func runner(_ environment: [String: String] = [:], startedAt: Instant? = nil) -> ActionRunner {
            let ports = KillPorts(
                flags: flags, address: address, timing: KillTiming(),
                latestSteps: { [self] traces in progress(of: traces) },
                sleep: { [self] in try await pass($0) })
            return ActionRunner(
                access: ProviderAccess(environment: environment), http: http, clock: clock, killing: ports)
        }
    }

    @Test("An agent that polls stops, and the outcome has the time, the cost and the delivery")
    func flag() async throws {
        let world = try World(asks: true)
        #expect(try await world.isKilled() == false)
        let outcome = await world.runner().perform(try Scene.permission(action), context: context)
        guard case .done(let detail, nil) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(detail.hasPrefix("Stopped at 02:59:58 UTC after 14 generations, $0.61; no step for"))
        #expect(detail.contains("the agent fetched the kill flag at 03:00:01"))
        #expect(world.state.withLock { !$0.isAlive && $0.generations == 14 })
        #expect(world.kept.withLock { $0.map(\.trace) } == ["a3f9d21b-loop"])
    }

    @Test("An agent that polls and continues is reported as running, with its steps")
    func disobedient() async throws {
        let world = try World(asks: true, obeys: false)
        _ = try await world.isKilled()
        let outcome = await world.runner().perform(try Scene.permission(action), context: context)
        #expect(outcome.reason.hasPrefix("failed: The kill was sent"))
        #expect(outcome.reason.contains("had 45 more steps until 03:01:29"))
    }

    @Test("Without polls and without a webhook the kill fails and says why")
    func noWay() async throws {
        let world = try World(asks: false)
        let outcome = await world.runner().perform(try Scene.permission(action), context: context)
        #expect(outcome.reason.hasPrefix("failed: No way to stop research-agent is configured"))
        #expect(outcome.reason.contains("/v1/kill?trace=a3f9d21b-loop&agent=research-agent"))
        #expect(outcome.reason.contains("AGENT_KILL_URL"))
        #expect(world.state.withLock { $0.now } == Scene.now)
    }

    @Test("A process that has just started gives the agent time to poll")
    func justStarted() async throws {
        let world = try World(asks: true)
        let flags = KillFlags(startedAt: Scene.now) { _ in }
        let routes = KillFlagRoutes(flags: flags, clock: world.clock)
        let ports = KillPorts(
            flags: flags, address: world.address,
            latestSteps: { traces in world.progress(of: traces) },
            sleep: { span in
                try await world.pass(span)
                let asked = WebRequest(
                    method: "GET", path: "/v1/kill", query: [.init("trace", "a3f9d21b-loop")])
                if routes.respond(asked).map({ String(decoding: $0.body, as: UTF8.self).contains("true") }) == true {
                    world.stop()
                }
            })
        let runner = ActionRunner(
            access: ProviderAccess(environment: [:]), http: world.http, clock: world.clock, killing: ports)
        let outcome = await runner.perform(try Scene.permission(action), context: context)
        #expect(outcome.reason.hasPrefix("done: "))
    }

    @Test("The webhook is signed over its raw body and has the approval's key")
    func webhook() async throws {
        let world = try World(asks: false)
        let agent = LoopbackProvider { _ in
            world.stop()
            return .answer(202, "")
        }
        let runner = world.runner(["AGENT_KILL_URL": agent.address + "/stop", "AGENT_KILL_SECRET": "canary-secret"])
        let permission = try Scene.permission(action)
        let outcome = await runner.perform(permission, context: context)
        #expect(outcome.reason.contains("the kill webhook accepted it at 03:00:00"))
        let request = try #require(agent.requests.first)
        let code = HMACSHA256.authenticationCode(for: request.body, key: Array("canary-secret".utf8))
        #expect(request.headers["x-sentinel-signature"] == "sha256=" + Hexadecimal.text(of: code))
        #expect(request.headers["idempotency-key"] == permission.key.text && request.path == "/stop")
        #expect(
            request.json["trace_id"]?.string == "a3f9d21b-loop" && request.json["agent"]?.string == "research-agent")
        #expect(request.json["approval_id"]?.string == permission.key.text && request.json["reason"]?.string != nil)
        #expect(agent.requests.count == 1)
    }

    @Test("A failed webhook is retried with the same key; a refused signature is not")
    func webhookRetries() async throws {
        let world = try World(asks: false)
        let count = Lock(0)
        let agent = LoopbackProvider { _ in
            let attempt = count.withLock { count in
                count += 1
                return count
            }
            if attempt == 1 { return .hangUp }
            if attempt == 2 { return .answer(503, "") }
            world.stop()
            return .answer(200, "")
        }
        let runner = world.runner(["AGENT_KILL_URL": agent.address, "AGENT_KILL_SECRET": "canary-secret"])
        let outcome = await runner.perform(try Scene.permission(action), context: context)
        #expect(outcome.reason.hasPrefix("done: "))
        #expect(
            Set(agent.requests.compactMap { $0.headers["idempotency-key"] }).count == 1 && agent.requests.count == 3)

        let strict = LoopbackProvider { _ in .answer(401, "") }
        let refused = await world.runner(["AGENT_KILL_URL": strict.address, "AGENT_KILL_SECRET": "canary-secret"])
            .perform(try Scene.permission(action), context: context)
        #expect(refused.reason.contains("AGENT_KILL_SECRET") && strict.requests.count == 1)
    }

    @Test("An unsigned kill is never sent")
    func noSecret() async throws {
        let world = try World(asks: false)
        let agent = LoopbackProvider { _ in .answer(200, "") }
        let outcome = await world.runner(["AGENT_KILL_URL": agent.address])
            .perform(try Scene.permission(action), context: context)
        #expect(outcome.reason.contains("AGENT_KILL_SECRET") && agent.requests.isEmpty)
    }

    @Test("If the trace cannot be read, the kill is sent and its outcome is unknown")
    func blind() async throws {
        struct Down: Error, CustomStringConvertible { let description = "langfuse is down" }
        let world = try World(asks: true)
        _ = try await world.isKilled()
        let ports = KillPorts(
            flags: world.flags, address: world.address, latestSteps: { _ in throw Down() },
            sleep: { try await world.pass($0) })
        let runner = ActionRunner(
            access: ProviderAccess(environment: [:]), http: world.http, clock: world.clock, killing: ports)
        let outcome = await runner.perform(try Scene.permission(action), context: context)
        #expect(outcome.reason.hasPrefix("unknown: ") && outcome.reason.contains("langfuse is down"))
    }

    /// An attempt that was begun, and whose outcome was lost.
    private var begun: ActContext {
        var context = context
        context.sentAt = Scene.now
        return context
    }

    @Test("An attempt without an outcome is not sent again: one flag, one webhook, and the trace is verified")
    func reconcile() async throws {
        let world = try World(asks: true)
        _ = try await world.isKilled()
        let agent = LoopbackProvider { _ in .answer(202, "") }
        let variables = ["AGENT_KILL_URL": agent.address, "AGENT_KILL_SECRET": "canary-secret"]
        let permission = try Scene.permission(action)
        _ = await world.runner(variables).perform(permission, context: context)
        let again = await world.runner(variables).reconcile(permission, context: begun)
        #expect(again.reason.hasPrefix("done: "))
        #expect(world.kept.withLock { $0.count } == 1 && agent.requests.count == 1)
    }

    @Test("An attempt that was not announced is made again; if it cannot be announced, only the flag is set")
    func unannounced() async throws {
        let world = try World(asks: true)
        let agent = LoopbackProvider { _ in .answer(202, "") }
        let runner = world.runner(["AGENT_KILL_URL": agent.address, "AGENT_KILL_SECRET": "canary-secret"])
        let permission = try Scene.permission(action)
        #expect(await runner.reconcile(permission, context: context).reason.hasPrefix("retry: "))
        struct Full: Error {}
        let outcome = await runner.perform(permission, context: context) { throw Full() }
        #expect(outcome.reason.hasPrefix("retry: ") && agent.requests.isEmpty)
        #expect(world.kept.withLock { $0.count } == 1)
    }

    @Test("Settings choose the webhook of an agent: another address, or none")
    func ownWebhook() async throws {
        let world = try World(asks: false)
        let agents = [LoopbackProvider { _ in .answer(202, "") }, LoopbackProvider { _ in .answer(202, "") }]
        let runner = world.runner(["AGENT_KILL_URL": agents[0].address, "AGENT_KILL_SECRET": "canary-secret"])
        var context = context
        context.ladder = Ladder([
            ExecutorRow.with { ($0.agent, $0.kind, $0.url) = ("research-*", .webhook, agents[1].address) }
        ])
        world.stop()
        _ = await runner.perform(try Scene.permission(action), context: context)
        #expect(agents.map(\.requests.count) == [0, 1])
        context.ladder.rows[0].kind = .killFlag
        #expect(await runner.perform(try Scene.permission(action), context: context).reason.contains("No way to stop"))
        #expect(agents.map(\.requests.count) == [0, 1])
    }

    @Test("After a restart an agent that has already stopped polls no more, and its trace is enough")
    func reconcileAfterRestart() async throws {
        let world = try World(asks: false)
        world.stop()
        try await world.flags.raise(
            KillFlags.Flag(trace: "a3f9d21b-loop", agent: "research-agent", reason: "", since: Scene.now))
        let outcome = await world.runner().reconcile(try Scene.permission(action), context: begun)
        #expect(outcome.reason.hasPrefix("done: ") && outcome.reason.contains("has not polled it since"))
        // One that goes on is told apart.
        world.state.withLock { $0.isAlive = true }
        let alive = await world.runner().reconcile(try Scene.permission(action), context: begun)
        #expect(alive.reason.hasPrefix("failed: The kill was sent") && alive.reason.contains("more steps until"))
    }

    @Test("A flag that could not be stored is not served, and the kill is retried")
    func unkept() async throws {
        struct Full: Error {}
        let flags = KillFlags(startedAt: Scene.now) { _ in throw Full() }
        let ports = KillPorts(flags: flags, address: "http://127.0.0.1:8000", latestSteps: { _ in [:] })
        let outcome = await Scene.runner([:], killing: ports).perform(try Scene.permission(action), context: context)
        #expect(outcome.reason.hasPrefix("retry: ") && flags.flag(of: "a3f9d21b-loop") == nil)
    }

    @Test("A dry run shows flag and webhook without the secret, and sends nothing")
    func dryRun() throws {
        let world = try World(asks: false)
        let agent = LoopbackProvider { _ in .answer(200, "") }
        let url = agent.address.replacing("http://", with: "http://user:canary-password@") + "/stop?key=canary-key"
        let runner = world.runner(["AGENT_KILL_URL": url, "AGENT_KILL_SECRET": "canary-secret"])
        let lines = runner.dryRun(action, context: context)
        #expect(lines.count == 3 && lines[0].contains("/v1/kill?trace=a3f9d21b-loop"))
        #expect(
            lines[1].hasPrefix("POST \(agent.address.replacing("http://", with: "http://[masked]@"))/stop?[masked]"))
        #expect(lines[1].contains("\"trace_id\":\"a3f9d21b-loop\""))
        #expect(!lines.joined().contains("canary"))
        #expect(agent.requests.isEmpty && world.flags.flag(of: "a3f9d21b-loop") == nil)
        #expect(Scene.runner([:]).dryRun(action, context: context)[0].hasPrefix("No way to stop"))
    }
}
