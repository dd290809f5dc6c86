import Basics
import Configuration
import Glibc
import HTTPClient
import IncidentStore
import OnCallModel
import SourceFetch
import SourceSpec

extension Subcommand {
    static let doctor = Subcommand(
        "doctor", help: .doctor,
        options: ["--format"]
    ) { arguments in
        let format = try OutputFormat(arguments)
        var report = DoctorReport(arguments)
        report.check()
        let rows = RowSet(columns: ["part", "state", "note"], rows: report.rows)
        return format.write(rows.objects, or: TextTable(rows).text)
    }
}

/// Checks each part without a network call.
private struct DoctorReport {
    private enum State: String {
        case ok
        /// Not there yet: a key is not set, a program is not installed, an agent is not running.
        case missing
        /// There, but not usable.
        case warn
    }

    private(set) var rows: [[Value]] = []
    private let environment: Environment
    private let paths: Paths

    init(_ arguments: Arguments) {
        environment = Environment.current()
        paths = Paths(options: { arguments[$0] }, environment: environment)
    }

    mutating func check() {
        let settings = checkSettings()
        checkSources(under: settings.engine)
        checkEngine(settings.engine)
        checkStore()
        let type = environment["TERM"]
        let isTerminal = isatty(1) == 1
        add(
            "terminal", isTerminal && type != nil ? .ok : .missing,
            isTerminal ? type ?? "TERM is not set" : "standard output is not a terminal")
    }

    private mutating func add(_ part: String, _ state: State, _ note: String) {
        rows.append([.text(part), .text(state.rawValue), .text(note)])
    }

    private mutating func checkSettings() -> Settings {
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

    private mutating func checkSources(under engine: Settings.Engine) {
        let catalog = SourceCatalog.load(paths)
        for problem in catalog.problems { add("source \(problem.source)", .warn, "\(problem)") }
        for spec in catalog.specs {
            let isElsewhere = engine == .clickhouse && spec.name == ClickHouseStore.source
            if engine == .coral || isElsewhere {
                add(
                    "source \(spec.name)", .ok,
                    engine == .coral ? "read by coral, with coral's own keys" : "read from ClickHouse")
                continue
            }
            let missing = spec.missingInputs { environment[$0] }
            add(
                "source \(spec.name)", missing.isEmpty ? .ok : .missing,
                missing.isEmpty ? "configured" : "set \(missing.joined(separator: ", "))")
        }
    }

    private mutating func checkEngine(_ engine: Settings.Engine) {
        let name = "engine \(engine.rawValue)"
        switch engine {
        case .embedded: add(name, .ok, "Sentinel reads from the providers directly")
        case .coral:
            let path = CoralProgram(path: nil, environment: environment.all).path
            add(
                name, path == nil ? .missing : .ok,
                path ?? "install coral on the PATH, or set SENTINEL_CORAL to its path")
        case .clickhouse:
            let missing = ClickHouseStore(client: HTTPClient(), inputs: { [environment] in environment[$0] }).missing
            add(name, missing == nil ? .ok : .missing, missing ?? "Langfuse is read from ClickHouse")
        }
    }

    private mutating func checkStore() {
        let file = StoreFile(paths.database)
        let exists = access(paths.database, F_OK) == 0
        add("store", .ok, paths.database + (exists ? "" : " (created when the first agent starts)"))
        add(
            "agent", file.isHeld ? .ok : .missing,
            file.isHeld ? "an agent is running on the store" : "no agent is running: start sentinel or sentinel agent")
    }
}
