import Basics
import Governance
import HTTPClient
import OnCallModel

@testable import Actions
@testable import Sandbox

/// Executors against the sandbox's providers, which count what really changed. The loop stops once an effect is there.
final class ExecutorWorld: Sendable {
    let sandbox: Sandbox
    let truth: DemoScenario.Truth
    private let now = Lock(Scene.now)
    private let reads = Lock(0)
    private let isAnnounced = Lock(false)
    /// The loop goes on whatever is done.
    let isStubborn: Bool

    static let keyHash = "3f2a9c01d4e5f60718293a4b5c6d7e8f3f2a9c01d4e5f60718293a4b5c6d7e8f"

    init(isStubborn: Bool = false) throws {
        self.isStubborn = isStubborn
        let now = now
        (sandbox, truth) = try Sandbox.demo(clock: WallClock { now.withLock { $0 } })
        sandbox.world.change { state in
            state.gateways.keys[Self.keyHash] = .init(alias: "research-agent")
            state.gateways.flags["agents/research-agent/production"] = true
            state.runs.append(
                SandboxRun(
                    id: 990_001, name: "nightly-export", number: 9, sha: truth.culprit, status: "in_progress",
                    conclusion: nil, actor: "bob", created: Scene.now, updated: Scene.now))
            state.pagerDuty.incidents.append(
                PagerDutyAccount.Incident(
                    id: "Q7", number: 77, title: "A loop", service: state.pagerDuty.services[0].id,
                    key: "sentinel-incident-8", created: Scene.now - .minutes(3)))
        }
    }

    deinit { sandbox.stop() }

    var world: SandboxWorld { sandbox.world }
    var effects: [String] {
        world.read { $0.gateways.effects + $0.gitHubIssues.map { "issue \($0.number)" } }
    }

    /// A row of settings of each kind.
    func row(_ kind: ExecutorKind) -> ExecutorRow {
        ExecutorRow.with {
            $0.kind = kind
            switch kind {
            case .litellmKey: $0.key = Self.keyHash
            case .langfusePrompt: $0.prompt = "support-bot-prompt"
            case .launchDarklyFlag:
                ($0.project, $0.flag, $0.environment) = ("agents", "research-agent", "production")
            case .githubDispatch: $0.workflow = "deploy.yml"
            case .githubCancel: $0.workflow = "nightly-export.yml"
            case .pagerDutyEvent: $0.event = "trigger"
            case .pagerDutyNote: $0.from = world.read { $0.pagerDuty.users[0].email }
            case .linearIssue: $0.team = world.read { $0.linear.teams[0].id }
            case .killFlag, .webhook, .githubRevert, .githubIssue: break
            }
        }
    }

    /// The provider that a kind writes to.
    static func provider(_ kind: ExecutorKind) -> SandboxWorld.Provider {
        switch kind {
        case .litellmKey, .launchDarklyFlag, .killFlag, .webhook: .gateway
        case .langfusePrompt: .langfuse
        case .githubDispatch, .githubCancel, .githubRevert, .githubIssue: .github
        case .pagerDutyEvent, .pagerDutyNote: .pagerduty
        case .linearIssue: .linear
        }
    }

    var runner: ActionRunner {
        let ports = KillPorts(
            flags: KillFlags(startedAt: Scene.now - .hours(1)) { _ in }, address: nil,
            latestSteps: { [self] traces in
                let steps =
                    isStubborn || effects.isEmpty
                    ? reads.withLock {
                        $0 += 1; return $0
                    } : reads.withLock { $0 }
                let time = effects.isEmpty || isStubborn ? now.withLock { $0 } : Scene.now
                let progress = TraceProgress(generations: 14 + steps, cost: 0.61, lastSeen: time, recentRate: 0.4)
                return Dictionary(traces.map { ($0, progress) }) { $1 }
            },
            sleep: { [now] span in now.withLock { $0 = $0 + span } })
        return ActionRunner(
            access: ProviderAccess(environment: sandbox.environment), http: HTTPClient(),
            clock: WallClock { [now] in now.withLock { $0 } }, killing: ports)
    }

    /// The incident with the demo's culprit as its suspect, whose id the PagerDuty incident has.
    func context(_ kind: ExecutorKind) -> ActContext {
        var suspect = Scene.suspect
        suspect.sha = truth.culprit
        var incident = Scene.incident(suspects: [suspect])
        incident.summary.id = kind == .pagerDutyNote ? 8 : 7
        return ActContext(
            incident: incident, loops: [Scene.loop], attemptedAt: Scene.now,
            sentAt: isAnnounced.withLock { $0 ? Scene.now : nil })
    }

    /// As a request is made: the row is completed by what is read.
    func prepare(_ kind: ExecutorKind, stopsLoop: Bool = false) async throws -> Execution {
        let draft = Execution.with {
            ($0.row, $0.incident, $0.agent) = (row(kind), kind == .pagerDutyNote ? 8 : 7, "research-agent")
            $0.traces = stopsLoop ? [Scene.loop.traceID] : []
            if kind == .githubIssue { ($0.object, $0.facts) = ("task", ["Set a limit", "there is none"]) }
        }
        return try await runner.prepare(draft, context: context(kind)).get()
    }

    func perform(_ execution: Execution) async throws -> Outcome {
        isAnnounced.withLock { $0 = false }
        return await runner.perform(try Scene.permission(.execute(execution)), context: context(execution.kind)) {
            [isAnnounced] in isAnnounced.withLock { $0 = true }
        }
    }

    func reconcile(_ execution: Execution) async throws -> Outcome {
        await runner.reconcile(try Scene.permission(.execute(execution)), context: context(execution.kind))
    }

    /// What the outbox does until the act has an outcome.
    func settle(_ execution: Execution, _ first: Outcome) async throws -> Outcome {
        var outcome = first
        for _ in 0..<6 {
            switch outcome {
            case .retry: outcome = try await perform(execution)
            case .unknown: outcome = try await reconcile(execution)
            default: return outcome
            }
        }
        return outcome
    }
}
