import Actions
import AgentCore
import Basics
import Configuration
import Glibc
import HTTPClient
import IncidentStore
import Investigation
import OnCallModel
import SourceEngine
import SourceFetch
import SourceSpec

/// The composition root: creates all parts of the program from the environment and the paths.
struct Composition: Sendable {
    let environment: Environment
    let paths: Paths
    let clock = WallClock.system
    let http: HTTPClient
    let settingsFile: SettingsFile
    let catalog: SourceCatalog
    let engine: SourceEngine
    /// Hides the secrets of the environment: those of the sources, the actions and the engines.
    let redaction: Redaction
    private let secrets: [String]

    /// `database` and `settings` replace the paths of the arguments. `sources` limits the sources to these names.
    init(
        _ arguments: Arguments, environment: Environment = .current(), database: String? = nil, settings: String? = nil,
        sources: Set<String>? = nil
    ) throws {
        self.environment = environment
        let authorities = [environment["SSL_CERT_FILE"], environment["CURL_CA_BUNDLE"]]
        http = HTTPClient(certificateFile: authorities.lazy.compactMap { $0 }.first { !$0.isEmpty })
        var paths = Paths(options: { arguments[$0] }, environment: environment)
        if let database { paths.database = database }
        if let settings { (paths.settings, paths.shippedSettings) = (settings, nil) }
        self.paths = paths
        settingsFile = SettingsFile(
            path: paths.settings, fallbackPath: paths.shippedSettings, environment: environment.all)
        let inForce = try settingsFile.load()
        var catalog = SourceCatalog.load(paths)
        if let sources { catalog.specs.removeAll { !sources.contains($0.name) } }
        self.catalog = catalog
        secrets = environment.secrets(of: catalog.secretNames)
        redaction = Redaction(secrets: secrets)
        guard !catalog.specs.isEmpty || !catalog.problems.isEmpty else {
            throw Failure.noSources(in: paths.sources)
        }
        let inputs: @Sendable (String) -> String? = { environment[$0] }
        let pages = SourcePages(
            fetcher: SourceFetcher(client: http, inputs: inputs, clock: clock, redaction: redaction),
            scanner: FileScanner(inputs: inputs, clock: clock, redaction: redaction))
        let sums = catalog["langfuse"].map { LangfuseMetrics(source: $0, pages: pages) }
        engine = SourceEngine(
            SourceEngineConfiguration(
                mirrorDirectory: paths.mirrors, specs: catalog.specs,
                kind: EngineKind(rawValue: inForce.engine.rawValue) ?? .embedded, pages: pages,
                coral: CoralPages(
                    program: CoralProgram(path: nil, environment: environment.all, clock: clock), inputs: inputs,
                    clock: clock),
                clickHouse: ClickHouseStore(
                    client: http, inputs: inputs, clock: clock, redaction: redaction),
                hourlySums: sums, usesHourlySums: inForce.langfuseHistory == .metrics, inputs: inputs, clock: clock,
                retention: .days(Double(inForce.retentionDays))))
    }

    /// The author of intents and audit entries: `alice@host (console)`.
    func author(_ channel: String) -> String {
        let user = environment["SUDO_USER"] ?? environment["USER"] ?? environment["LOGNAME"] ?? "uid \(getuid())"
        return "\(user)@\(Self.hostName) (\(channel))"
    }

    /// An agent on this store. `listening` is the address of its loopback server; nil if it has none.
    func agent(killFlags: KillFlags, listening: String?) -> Agent {
        let access = ProviderAccess(otherSecrets: secrets) { environment[$0] }
        let probe = TraceProbe(engine: engine)
        let runner = ActionRunner(
            access: access, http: http, clock: clock,
            killing: KillPorts(
                flags: killFlags, address: listening,
                latestStep: { try await probe.progress(of: $0, age: .milliseconds(500)) }))
        return Agent(
            AgentConfiguration(
                storePath: paths.database, holder: "\(Self.hostName):\(getpid())", pid: getpid(), engine: engine,
                runner: runner, settingsFile: settingsFile, narrator: narrator(access),
                scope: InvestigationScope(
                    owner: environment["GITHUB_OWNER"],
                    repository: environment["GITHUB_REPO"] ?? environment["GITHUB_TARGET_REPO"],
                    channel: environment["SLACK_INCIDENTS_CHANNEL"]),
                redaction: redaction, clock: clock, approvers: approvers,
                isFrozen: environment["SENTINEL_FREEZE"].map { $0 != "0" && $0 != "false" } ?? false,
                listening: listening, killFlags: killFlags))
    }

    /// `SENTINEL_APPROVERS=alice,bob@host`; if empty, everyone who can write to the store may approve.
    private var approvers: Set<String> {
        let names = (environment["SENTINEL_APPROVERS"] ?? "").split { $0 == "," || $0 == " " }
        return Set(names.map(String.init))
    }

    private func narrator(_ access: ProviderAccess) -> Narrator? {
        let model = LanguageModel(access: access, http: http, clock: clock)
        guard model.isConfigured else { return nil }
        return { system, user, maximumTokens in
            (try await model.complete(system: system, prompt: user, maxTokens: maximumTokens), model.name)
        }
    }

    static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
