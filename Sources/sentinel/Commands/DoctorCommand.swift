import Basics
import Configuration
import Glibc
import IncidentStore
import SourceFetch
import SourceSpec

extension Command {
    static let doctor = Command(
        "doctor", summary: "check settings, sources, store and terminal",
        help: "Says for each part whether it can work, and what to do where it cannot. Makes no call.\n"
    ) { arguments in
        let environment = Environment.current()
        let paths = Paths(options: { arguments[$0] }, environment: environment)
        var rows: [[Value]] = []
        func check(_ part: String, _ isGood: Bool, _ note: String) {
            rows.append([.text(part), .text(isGood ? "ok" : "look"), .text(note)])
        }
        do {
            _ = try SettingsFile(
                path: paths.settings, fallbackPath: paths.shippedSettings, environment: environment.all
            ).load()
            check("settings", true, paths.settings)
        } catch {
            check("settings", false, "\(error)")
        }
        let catalog = SourceCatalog.load(paths)
        for problem in catalog.problems { check("source \(problem.source)", false, "\(problem)") }
        for spec in catalog.specs {
            let missing = spec.missingInputs { environment[$0] }
            check(
                "source \(spec.name)", missing.isEmpty,
                missing.isEmpty ? "configured" : "set \(missing.joined(separator: ", "))")
        }
        let file = StoreFile(paths.database)
        let exists = access(paths.database, F_OK) == 0
        check("store", true, paths.database + (exists ? "" : " (made by the first agent)"))
        check(
            "agent", file.isHeld, file.isHeld ? "one works on the store" : "none runs: start sentinel or sentinel agent"
        )
        check("terminal", isatty(1) == 1, environment["TERM"] ?? "TERM is not set")
        Output.write(TextTable(["part", "state", "note"], rows).text)
        return .done
    }
}
