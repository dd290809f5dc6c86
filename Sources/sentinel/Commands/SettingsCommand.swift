import Basics
import Configuration
import IncidentStore
import OnCallModel

extension Subcommand {
    static let settings = Subcommand(
        "settings", help: .settings, options: ["--format"], words: 3
    ) { arguments in
        let format = try OutputFormat(arguments)
        let environment = Environment.current()
        let paths = Paths(options: { arguments[$0] }, environment: environment)
        let file = SettingsFile(
            path: paths.settings, fallbackPath: paths.shippedSettings, environment: environment.all)
        switch arguments.words.first ?? "list" {
        case "list":
            let settings = try file.load()
            return format.write(settings.document, or: table(settings))
        case "set":
            guard arguments.words.count == 3 else {
                throw UsageError.missing("key or value", usage: "sentinel settings set KEY VALUE")
            }
            let (key, value) = (arguments.words[1], arguments.words[2])
            _ = try file.change(key, to: value)
            Output.line("\(key) set to \(TextTable.inert(value)) in \(paths.settings).")
            return .done
        case let word: throw UsageError.unknownSubcommand(word, of: "settings", among: ["list", "set"])
        }
    }

    private static func table(_ settings: Settings) -> String {
        TextTable(
            ["setting", "value", "unit", "meaning"],
            Settings.specs.map { spec in
                [
                    .text(spec.key), .text(settings.value(of: spec.key)?.serialized ?? ""), .text(spec.unit),
                    .text(spec.meaning),
                ]
            }
        ).text
    }
}
