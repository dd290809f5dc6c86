import Basics
import Configuration
import Glibc
import HTTPClient
import IncidentStore
import OnCallModel
import SourceFetch
import SourceSpec

extension Command {
    static let doctor = Command(
        "doctor", summary: "check settings, sources, engine, store and terminal",
        help: """
            Says for each part whether it can work, and what to do where it cannot. Makes no call.

              --format table|json   how to print (default table)
            """,
        options: ["--format"]
    ) { arguments in
        let format = try OutputFormat(arguments)
        var examination = Examination(arguments)
        examination.examine()
        let rows = RowSet(columns: ["part", "state", "note"], rows: examination.rows)
        Output.write(format == .json ? rows.objects.serialized + "\n" : TextTable(rows).text)
        return .done
    }
}

/// Looks at each part without asking anything of the network.
private struct Examination {
    private(set) var rows: [[Value]] = []
    private let environment: Environment
    private let paths: Paths

    init(_ arguments: Arguments) {
        environment = Environment.current()
        paths = Paths(options: { arguments[$0] }, environment: environment)
    }

    mutating func examine() {
        let settings = examineSettings()
        examineSources(under: settings.engine)
        examineEngine(settings.engine)
        examineStore()
        note("terminal", isatty(1) == 1, environment["TERM"] ?? "TERM is not set")
    }

    private mutating func note(_ part: String, _ isGood: Bool, _ note: String) {
        rows.append([.text(part), .text(isGood ? "ok" : "look"), .text(note)])
    }

    private mutating func examineSettings() -> Settings {
        do {
            let settings = try SettingsFile(
                path: paths.settings, fallbackPath: paths.shippedSettings, environment: environment.all
            ).load()
            note("settings", true, paths.settings)
            return settings
        } catch {
            note("settings", false, "\(error)")
            return Settings()
        }
    }

    private mutating func examineSources(under engine: Settings.Engine) {
        let catalog = SourceCatalog.load(paths)
        for problem in catalog.problems { note("source \(problem.source)", false, "\(problem)") }
        for spec in catalog.specs {
            let isElsewhere = engine == .clickhouse && spec.name == ClickHouseStore.source
            if engine == .coral || isElsewhere {
                note(
                    "source \(spec.name)", true,
                    engine == .coral ? "read by coral, with its keys" : "read from ClickHouse")
                continue
            }
            let missing = spec.missingInputs { environment[$0] }
            note(
                "source \(spec.name)", missing.isEmpty,
                missing.isEmpty ? "configured" : "set \(missing.joined(separator: ", "))")
        }
    }

    private mutating func examineEngine(_ engine: Settings.Engine) {
        let name = "engine \(engine.rawValue)"
        switch engine {
        case .embedded: note(name, true, "Sentinel asks the providers itself")
        case .coral:
            let path = CoralProgram(path: nil, environment: environment.all).path
            note(name, path != nil, path ?? "put coral on the PATH, or name it in SENTINEL_CORAL")
        case .clickhouse:
            let missing = ClickHouseStore(client: HTTPClient(), inputs: { [environment] in environment[$0] }).missing
            note(name, missing == nil, missing ?? "Langfuse is read from ClickHouse")
        }
    }

    private mutating func examineStore() {
        let file = StoreFile(paths.database)
        let exists = access(paths.database, F_OK) == 0
        note("store", true, paths.database + (exists ? "" : " (made by the first agent)"))
        note(
            "agent", file.isHeld, file.isHeld ? "one works on the store" : "none runs: start sentinel or sentinel agent"
        )
    }
}
