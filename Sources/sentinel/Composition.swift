import Actions
import AgentCore
import Basics
import Configuration
import FoundationEssentials
import Glibc
import HTTPClient
import IncidentStore
import Investigation
import Narration
import OnCallModel
import SourceEngine
import SourceFetch
import SourceSpec
import Subprocess

/// The composition root: creates all parts of the program from the environment and the paths.
struct Composition: Sendable {
    let workplace: Workplace
    let http: HTTPClient
    let catalog: SourceCatalog
    let engine: SourceEngine
    /// Hides the secrets of the environment: those of the sources, the actions and the engines.
    let redaction: Redaction
    private let secrets: [String]
    private let fetcher: SourceFetcher

    /// `database` and `settings` replace the paths of the arguments. `sources` limits the sources to these names.
    init(
        _ arguments: Arguments, environment: Environment = .current(), database: String? = nil, settings: String? = nil,
        sources: Set<String>? = nil
    ) throws {
        try self.init(
            Workplace(arguments, environment: environment, database: database, settings: settings), sources: sources)
    }

    /// Reads the manifests of the sources, which takes longer than a first screen should.
    init(_ workplace: Workplace, sources: Set<String>? = nil) throws {
        self.workplace = workplace
        let (environment, paths, clock) = (workplace.environment, workplace.paths, workplace.clock)
        let authorities = [environment["SSL_CERT_FILE"], environment["CURL_CA_BUNDLE"]]
        http = HTTPClient(certificateFile: authorities.lazy.compactMap { $0 }.first { !$0.isEmpty })
        let inForce = try workplace.settingsFile.load()
        var catalog = SourceCatalog.load(paths)
        if let sources { catalog.specs.removeAll { !sources.contains($0.name) } }
        self.catalog = catalog
        let channels = inForce.channels.map(\.secret).filter { !$0.isEmpty }
        secrets = environment.secrets(of: catalog.secretNames.union(channels))
        let redaction = Redaction(secrets: secrets)
        self.redaction = redaction
        Output.redaction.withLock { $0 = redaction }
        guard !catalog.specs.isEmpty || !catalog.problems.isEmpty else { throw Failure.noSources(in: paths.sources) }
        let inputs: @Sendable (String) -> String? = { environment[$0] }
        fetcher = SourceFetcher(
            client: http, inputs: inputs, clock: clock, redaction: redaction,
            limits: Self.rateLimits(in: paths.mirrors))
        let pages = SourcePages(
            fetcher: fetcher, scanner: FileScanner(inputs: inputs, clock: clock, redaction: redaction))
        var configuration = SourceEngineConfiguration(
            mirrorDirectory: paths.mirrors, specs: catalog.specs,
            kind: EngineKind(rawValue: inForce.engine.rawValue) ?? .embedded, pages: pages, inputs: inputs, clock: clock
        )
        let coral = CoralProgram(path: nil, environment: environment.all, clock: clock)
        configuration.coral = CoralPages(program: coral, inputs: inputs, clock: clock)
        configuration.clickHouse = ClickHouseStore(client: http, inputs: inputs, clock: clock, redaction: redaction)
        configuration.hourlySums = catalog["langfuse"].map { LangfuseMetrics(source: $0, pages: pages) }
        configuration.usesHourlySums = inForce.langfuseHistory == .metrics
        configuration.retention = .days(Double(inForce.retentionDays))
        engine = SourceEngine(configuration)
    }

    var environment: Environment { workplace.environment }
    var paths: Paths { workplace.paths }
    var settingsFile: SettingsFile { workplace.settingsFile }
    var clock: WallClock { workplace.clock }
    var isAgentRunning: Bool { workplace.isAgentRunning }

    /// The file in which found rate limits are remembered. One that cannot be read or written is found again.
    private static func rateLimits(in folder: String) -> RateLimitMemory {
        let path = folder + "/rate-limits.json"
        return RateLimitMemory(try? String(contentsOfFile: path, encoding: .utf8)) { text in
            try? Files.replace(path, with: Array(text.utf8), mode: 0o600)
        }
    }

    private var access: ProviderAccess { ProviderAccess(otherSecrets: secrets) { environment[$0] } }

    /// Why Slack takes no posts, where they have a token of their own; nil if it does, or the source's token posts.
    func slackFault() async -> String?? {
        let (reading, posting) = (environment["SLACK_TOKEN"] ?? "", environment["SLACK_BOT_TOKEN"] ?? "")
        guard !reading.isEmpty, !posting.isEmpty, reading != posting else { return nil }
        return .some(await SlackTeam(access: access, http: http, clock: clock).fault())
    }

    /// Lists what is missing for actions; it kills nothing.
    var lister: ActionRunner {
        let flags = KillFlags(startedAt: clock.now()) { _ in }
        return ActionRunner(
            access: access, http: http, clock: clock,
            killing: KillPorts(flags: flags, address: nil, latestSteps: { _ in [:] }))
    }

    func slackSetup() -> SlackSetup {
        let hasSecret = !(environment["SLACK_SIGNING_SECRET"] ?? "").isEmpty
        return SlackSetup(access: access, http: http, clock: clock, hasSigningSecret: hasSecret)
    }

    /// Reads clicks, whatever way they come, so that each counts once.
    func slackClicks() -> SlackClicks {
        let team = SlackTeam(access: access, http: http, clock: clock)
        return SlackClicks(signingSecret: environment["SLACK_SIGNING_SECRET"] ?? "", clock: clock) { await team.id() }
    }

    func loopbackServer(_ clicks: SlackClicks) throws -> LoopbackServer {
        try LoopbackServer(
            workplace, redaction: redaction, clicks: clicks,
            callsLeft: { [fetcher] in await fetcher.callsLeft() })
    }

    /// An agent on this store. Without a server it serves no kill flags; without clicks it opens no socket to Slack.
    func agent(
        _ server: LoopbackServer? = nil, clicks: SlackClicks? = nil,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) -> Agent {
        let killFlags = server?.flags ?? KillFlags(startedAt: clock.now()) { _ in }
        let probe = TraceProbe(engine: engine, clock: clock)
        let team = SlackTeam(access: access, http: http, clock: clock)
        let runner = ActionRunner(
            access: access, http: http, clock: clock,
            killing: KillPorts(
                flags: killFlags, address: server?.address,
                latestSteps: { try await probe.progress(of: $0) }),
            variable: { [environment] in environment[$0] },
            run: { [environment] in await Self.run($0, $1, in: environment) })
        var configuration = AgentConfiguration(
            storePath: paths.database, holder: "\(Workplace.hostName):\(getpid())", pid: getpid(), engine: engine,
            runner: runner, settingsFile: settingsFile, narrator: narrator(access),
            scope: InvestigationScope(
                owner: environment["GITHUB_OWNER"],
                repository: environment["GITHUB_REPO"] ?? environment["GITHUB_TARGET_REPO"],
                channel: environment["SLACK_INCIDENTS_CHANNEL"]),
            redaction: redaction, clock: clock, approvers: Self.approvers(environment),
            slackMembership: { await team.membership(of: $0) },
            isFrozen: environment["SENTINEL_FREEZE"].map { $0 != "0" && $0 != "false" } ?? false,
            listening: server?.address, killFlags: killFlags, report: report)
        configuration.answerClick = { await team.answer($0) }
        configuration.slackSocket = clicks.flatMap { clicks in
            SocketMode(access: access, http: http, clock: clock, clicks: clicks, seed: .random(in: 0...UInt64.max))
        }
        configuration.heartbeat = heartbeat?.send
        configuration.runbooks = RunbookFolder.served(paths.runbooks)
        return Agent(configuration)
    }

    /// Runs the program of a channel, for at most half a minute. Returns why it failed.
    private static func run(
        _ command: [String], _ variables: [String: String], in environment: Environment
    ) async -> String? {
        let base = ["PATH": environment["PATH"] ?? "/usr/bin:/bin", "HOME": environment["HOME"] ?? "/"]
        let program = ChildProcess(
            command[0], arguments: Array(command.dropFirst()), environment: base.merging(variables) { $1 })
        do {
            let ended = try await program.run(until: .now + .seconds(30))
            guard ended.status != 0 else { return nil }
            let said = String(decoding: ended.errors.suffix(300), as: UTF8.self)
            return "\(command[0]) ended with status \(ended.status). \(said)"
        } catch {
            return "\(command[0]) could not be run: \(error)"
        }
    }

    private var heartbeat: Heartbeat? {
        Heartbeat(http: http, clock: clock, redaction: redaction, host: Workplace.hostName) { environment[$0] }
    }

    /// `SENTINEL_APPROVERS=alice,bob@host`; if empty, everyone who can write to the store may approve.
    static func approvers(_ environment: Environment) -> Set<String> {
        let names = (environment["SENTINEL_APPROVERS"] ?? "").split { $0 == "," || $0 == " " }
        return Set(names.map(String.init))
    }

    private func narrator(_ access: ProviderAccess) -> Narrator? {
        let model = LanguageModel(access: access, http: http, clock: clock)
        guard model.isConfigured else { return nil }
        return Narrator(model: model.name) { job, onText in
            let answer = try await model.complete(
                system: job.system, prompt: job.user, maxTokens: NarrationJob.maxTokens, onText: onText)
            return (answer.text, answer.tokens)
        }
    }
}
