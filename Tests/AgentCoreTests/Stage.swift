import Actions
import AgentCore
import Basics
import Configuration
import FoundationEssentials
import HTTPClient
import IncidentStore
import Investigation
import Narration
import OnCallModel
import Sandbox
import Scenarios
import SourceEngine
import SourceFetch
import SourceSpec
import TestSupport

/// The whole line against the sandbox's real HTTP: the demo's story or another at a fixed moment, and an agent on it.
final class Stage: Sendable {
    let sandbox: Sandbox
    /// The demo's, also where another story is told.
    let truth: DemoScenario.Truth
    let folder = TemporaryFolder()
    let moment = Lock(Stage.start)
    /// The programs that channels ran, with their variables, and why they fail.
    let programs = Lock<[(command: [String], variables: [String: String])]>([])
    let programFault = Lock<String?>(nil)
    /// What happens in the world whenever the agent waits.
    let onSleep = Lock<@Sendable () -> Void>({})
    let engine: SourceEngine
    private let environment: Environment
    private let redaction: Redaction
    private let http = HTTPClient()

    static let start = Instant(iso8601: "2026-11-24T14:20:00Z") ?? Instant(milliseconds: 0)

    var clock: WallClock { WallClock { [moment] in moment.withLock { $0 } } }
    var store: String { "\(folder.path)/sentinel.db" }
    var world: SandboxWorld { sandbox.world }

    /// `scenario` is told instead of the demo, at its own moment. `extra` are further variables, `without` those that are
    /// taken away: a source without its keys.
    init(
        scenario: Scenario? = nil, kind: EngineKind = .embedded, usesMetrics: Bool = false,
        extra: @Sendable (Sandbox) -> [String: String] = { _ in [:] },
        without: Set<String> = [], prepare: (SandboxWorld) -> Void = { _ in }
    ) throws {
        if let scenario { moment.withLock { $0 = scenario.clock.now } }
        let clock = WallClock { [moment] in moment.withLock { $0 } }
        if let scenario {
            (sandbox, truth) = (try Sandbox(scenario, clock: clock), DemoScenario(now: Stage.start).truth)
        } else {
            (sandbox, truth) = try Sandbox.demo(clock: clock)
        }
        prepare(sandbox.world)
        let variables = sandbox.environment.merging(extra(sandbox)) { $1 }.filter { !without.contains($0.key) }
        let environment = Environment(process: variables)
        self.environment = environment
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let inputs: @Sendable (String) -> String? = { environment[$0] }
        if kind != .embedded || usesMetrics {
            let history = usesMetrics ? "metrics" : "observations"
            try "{\"engine\": \"\(kind.rawValue)\", \"langfuse_history\": \"\(history)\"}".write(
                toFile: "\(folder.path)/settings.json", atomically: true, encoding: .utf8)
        }
        var specs = SourceCatalog.load(directory: "\(root)/sources")
        specs.specs.removeAll { !Sandbox.sources.contains($0.name) }
        redaction = Redaction(secrets: environment.secrets(of: specs.secretNames))
        let pages = SourceFetcher(
            client: http, inputs: inputs, clock: clock, redaction: redaction, sleep: { _ in })
        var configuration = SourceEngineConfiguration(
            mirrorDirectory: folder.path, specs: specs.specs, kind: kind, pages: pages, inputs: inputs, clock: clock)
        configuration.coral = CoralPages(
            program: CoralProgram(path: nil, environment: environment.all, clock: clock), inputs: inputs, clock: clock,
            sleep: { _ in })
        configuration.clickHouse = ClickHouseStore(client: http, inputs: inputs, clock: clock, sleep: { _ in })
        configuration.hourlySums = specs["langfuse"].map { LangfuseMetrics(source: $0, pages: pages) }
        configuration.usesHourlySums = usesMetrics
        engine = SourceEngine(configuration)
    }

    deinit { sandbox.stop() }

    func advance(by span: Span) {
        moment.withLock { $0 = $0 + span }
    }

    /// One cycle with its acts, as `sentinel scan` runs it. Waiting takes no time: it moves the clock.
    func scan(carryingOutActs: Bool = true) async throws -> CycleReport {
        try await agent.scanOnce(carryingOutActs: carryingOutActs)
    }

    var agent: Agent { agent { _ in } }

    func agent(report: @escaping @Sendable (String) -> Void) -> Agent {
        let probe = TraceProbe(engine: engine, clock: clock)
        let access = ProviderAccess { [environment] in environment[$0] }
        let flags = KillFlags(startedAt: Stage.start) { _ in }
        let team = SlackTeam(access: access, http: http, clock: clock)
        let clicks = SlackClicks(signingSecret: "", clock: clock) { await team.id() }
        let model = LanguageModel(access: access, http: http, clock: clock)
        let runner = ActionRunner(
            access: access, http: http, clock: clock,
            killing: KillPorts(
                flags: flags, address: nil, latestSteps: { try await probe.progress(of: $0) },
                sleep: { [moment, onSleep] span in
                    moment.withLock { $0 = $0 + span }
                    onSleep.withLock { $0 }()
                }),
            variable: { [environment] in environment[$0] },
            run: { [programs, programFault] command, variables in
                programs.withLock { $0.append((command, variables)) }
                return programFault.withLock { $0 }
            })
        return Agent(
            AgentConfiguration(
                storePath: store, holder: "test:1", pid: 1, engine: engine, runner: runner,
                settingsFile: SettingsFile(path: "\(folder.path)/settings.json"),
                narrator: model.isConfigured ? Self.narrator(model) : nil,
                scope: InvestigationScope(
                    owner: environment["GITHUB_OWNER"], repository: environment["GITHUB_REPO"],
                    channel: environment["SLACK_INCIDENTS_CHANNEL"]),
                redaction: redaction, clock: clock, slackMembership: { await team.membership(of: $0) },
                answerClick: { await team.answer($0) },
                slackSocket: SocketMode(access: access, http: http, clock: .system, clicks: clicks, seed: 1),
                killFlags: flags,
                sleep: { [moment] span in moment.withLock { $0 = $0 + span } }, report: report))
    }

    private static func narrator(_ model: LanguageModel) -> Narrator {
        Narrator(model: model.name) { job, onText in
            let answer = try await model.complete(system: job.system, prompt: job.user, onText: onText)
            return (answer.text, answer.tokens)
        }
    }

    /// The messages that Sentinel posted, without its answers in threads.
    var posts: [SandboxMessage] {
        let all = world.read { Array($0.messages.values.joined()) }
        return all.filter { $0.user == "U0SENTINEL" && $0.thread == nil }
    }

    var issues: [SandboxGitHubIssue] { world.read(\.gitHubIssues) }

    func query(_ sql: String, _ parameters: [Value] = []) async throws -> QueryResult {
        try await engine.query(sql, parameters)
    }

    func read<Answer>(_ query: StoreQuery<Answer>) async throws -> Answer {
        try await StoreReader(store).read(query)
    }
}
