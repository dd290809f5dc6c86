import Basics
import Configuration
import IncidentStore
import OnCallModel

extension Command {
    static let settings = Command(
        "settings", summary: "show and change settings",
        help: """
            sentinel settings                  every setting with its value
            sentinel settings set KEY VALUE    change one; a running agent takes it up at once

              --format table|json              how to print (default table)
            """,
        options: ["--format"], words: 3
    ) { arguments in
        let format = try OutputFormat(arguments)
        let environment = Environment.current()
        let paths = Paths(options: { arguments[$0] }, environment: environment)
        let file = SettingsFile(
            path: paths.settings, fallbackPath: paths.shippedSettings, environment: environment.all)
        switch arguments.words.first ?? "list" {
        case "list":
            let settings = try file.load()
            Output.write(format == .json ? settings.document.serialized + "\n" : table(settings))
            return .done
        case "set":
            guard arguments.words.count == 3 else { throw UsageError("Say sentinel settings set KEY VALUE.") }
            let (key, value) = (arguments.words[1], arguments.words[2])
            _ = try file.change(key, to: value)
            Output.line("\(key) is now \(TextTable.inert(value)) (\(paths.settings)).")
            return .done
        case let word: throw UsageError("“settings \(word)” is not list or set.")
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
