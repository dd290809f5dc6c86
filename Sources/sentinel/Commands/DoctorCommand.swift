import Basics
import Configuration
import Glibc
import HTTPClient
import IncidentStore
import OnCallModel
import SourceEngine
import SourceFetch
import SourceSpec

extension Subcommand {
    static let doctor = Subcommand(
        "doctor", help: .doctor, options: ["--format"], words: 1
    ) { arguments in
        let format = try OutputFormat(arguments)
        var report = DoctorReport(arguments)
        switch arguments.words.first {
        case nil:
            await report.check()
            await report.checkNotices()
        case "slack": await report.checkSlack()
        case let word?: throw UsageError.unknownSubcommand(word, of: "doctor", among: ["slack"])
        }
        let rows = RowSet(columns: ["part", "state", "note"], rows: report.rows)
        format.write(rows.objects, or: TextTable(rows).text)
        return report.isFit ? .done : .failed
    }
}

/// Checks each part, with one call to each configured source.
struct DoctorReport {
    enum State: String {
        case ok
        /// Not there yet: a key is not set, a program is not installed, an agent is not running.
        case missing
        /// There, but not usable.
        case warn
        /// A source that does not answer, and one that rejects its key.
        case failed, refused
    }

    fileprivate(set) var rows: [[Value]] = []
    /// At least one source is configured, and all that are have answered.
    var isFit = true
    let arguments: Arguments
    let environment: Environment
    let paths: Paths

    init(_ arguments: Arguments) {
        self.arguments = arguments
        environment = Environment.current()
        paths = Paths(options: { arguments[$0] }, environment: environment)
    }

    mutating func check() async {
        let settings = checkSettings()
        await checkSources()
        checkEngine(settings.engine)
        checkApprovers(settings)
        await checkStore()
        let type = environment["TERM"]
        let isTerminal = isatty(1) == 1
        add(
            "terminal", isTerminal && type != nil ? .ok : .missing,
            isTerminal ? type ?? "TERM is not set" : "standard output is not a terminal")
    }

    mutating func add(_ part: String, _ state: State, _ note: String) {
        rows.append([.text(part), .text(state.rawValue), .text(note)])
    }

    mutating func checkSettings() -> Settings {
        do {
            let settings = try SettingsFile(
                path: paths.settings, fallbackPath: paths.shippedSettings, environment: environment.all
            ).load()
            add("settings", .ok, paths.settings)
            return settings
        } catch {
            add("settings", .warn, "\(error)")
            return Settings()
        }
    }

    /// Asks all configured sources at once.
    private mutating func checkSources() async {
        guard let composition = try? Composition(arguments) else { return reportUnreadableSources() }
        for problem in composition.catalog.problems { add("source \(problem.source)", .warn, "\(problem)") }
        let engine = composition.engine
        let names = composition.catalog.specs.map(\.name)
        let answers = await withTaskGroup(of: (String, SourceAnswer).self) { group in
            for name in names { group.addTask { (name, await engine.check(name)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for name in names { add(name, answers[name] ?? .notChecked) }
        if let fault = await composition.slackFault() {
            if fault != nil { isFit = false }
            add("slack posts", fault == nil ? .ok : .refused, fault ?? "Slack accepts the bot's token")
        }
        let isConfigured = answers.values.contains { if case .notConfigured = $0 { false } else { true } }
        if !isConfigured { isFit = false }
    }

    /// The settings are wrong, which is reported too, or there are no manifests.
    mutating func reportUnreadableSources() {
        isFit = false
        add("sources", .missing, "no source could be read: check the settings and \(paths.sources)")
    }

    private mutating func add(_ source: String, _ answer: SourceAnswer) {
        let part = "source \(source)"
        switch answer {
        case .ok: add(part, .ok, "answered")
        case .notConfigured(let sentence): add(part, .missing, sentence)
        case .notChecked: add(part, .ok, "configured; it has no table that can be read without a filter")
        case .failed(let error):
            isFit = false
            add(part, error.kind == .notAuthorised ? .refused : .failed, "\(error.reason) \(error.remedy)")
        }
    }

    private mutating func checkEngine(_ engine: Settings.Engine) {
        let name = "engine \(engine.rawValue)"
        switch engine {
        case .embedded: add(name, .ok, "Sentinel reads from the providers directly")
        case .coral:
            let path = CoralProgram(path: nil, environment: environment.all).path
            let remedy = "install coral on the PATH, or set SENTINEL_CORAL to its path"
            add(name, path == nil ? .missing : .ok, path ?? remedy)
        case .clickhouse:
            let missing = ClickHouseStore(client: HTTPClient(), inputs: { [environment] in environment[$0] }).missing
            add(name, missing == nil ? .ok : .missing, missing ?? "Langfuse is read from ClickHouse")
        }
    }

    mutating func checkNotices() async {
        guard let notices = try? await StoreReader(paths.database).read(.undeliveredNotices) else { return }
        for (provider, sentence) in notices.sentences { add("notices \(provider.rawValue)", .warn, sentence) }
    }

    private mutating func checkStore() async {
        let file = StoreFile(paths.database)
        let exists = access(paths.database, F_OK) == 0
        if let fault = await StoreProbe(paths.database).fault() {
            add("store", .warn, fault.sentence)
        } else {
            add("store", .ok, paths.database + (exists ? "" : " (created when the first agent starts)"))
        }
        add(
            "agent", file.isHeld ? .ok : .missing,
            file.isHeld ? "an agent is running on the store" : "no agent is running: start sentinel or sentinel agent")
    }
}
