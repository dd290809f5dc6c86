import Basics
import Configuration
import IncidentStore
import OnCallModel

extension Subcommand {
    static let settings = Subcommand(
        "settings", help: .settings, options: ["--format"], words: 16
    ) { arguments in
        let format = try OutputFormat(arguments)
        let environment = Environment.current()
        let paths = Paths(options: { arguments[$0] }, environment: environment)
        let file = SettingsFile(
            path: paths.settings, fallbackPath: paths.shippedSettings, environment: environment.all)
        let words = Array(arguments.words.dropFirst())
        switch arguments.words.first ?? "list" {
        case "list":
            let settings = try file.load()
            return format.write(settings.document, or: table(settings))
        case "show":
            guard words.count == 1 else { throw UsageError.missing("key", usage: "sentinel settings show KEY") }
            let settings = try file.load()
            guard let value = settings.value(of: words[0]) else { throw Settings.unknown(words[0]) }
            return format.write(value, or: rows(of: words[0], value) ?? value.serialized + "\n")
        case "set":
            guard words.count == 2 else {
                throw UsageError.missing("key or value", usage: "sentinel settings set KEY VALUE")
            }
            _ = try file.change(words[0], to: words[1])
            Output.line("\(words[0]) set to \(TextTable.inert(words[1])) in \(paths.settings).")
            return .done
        case "add":
            let usage = "sentinel settings add KEY MEMBER=TEXT ..."
            guard words.count > 1 else { throw UsageError.missing("key or member", usage: usage) }
            try file.addRow(to: words[0], words.dropFirst().map { try member($0, usage) })
            Output.line("Added a row to \(words[0]) in \(paths.settings).")
            return .done
        case "remove":
            guard words.count == 2 else {
                throw UsageError.missing("key or row", usage: "sentinel settings remove KEY N")
            }
            guard let number = Int(words[1]) else { throw UsageError.notANumber(words[1], of: "row") }
            try file.removeRow(number, of: words[0])
            Output.line("Removed row \(number) of \(words[0]) in \(paths.settings).")
            return .done
        case let word:
            throw UsageError.unknownSubcommand(
                word, of: "settings", among: ["list", "show", "set", "add", "remove"])
        }
    }

    private static func member(_ word: String, _ usage: String) throws(UsageError) -> (name: String, text: String) {
        guard let equals = word.firstIndex(of: "=") else { throw .unexpectedArgument(word, usage: usage) }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }

    private static func table(_ settings: Settings) -> String {
        TextTable(
            ["setting", "value", "unit", "meaning"],
            Settings.specs.map { spec in
                [
                    .text(spec.key), .text(settings.value(of: spec.key).map(spec.brief) ?? ""), .text(spec.unit),
                    .text(spec.meaning),
                ]
            }
        ).text
    }

    /// The rows of a table with their numbers; nil for another setting.
    private static func rows(of key: String, _ value: JSONValue) -> String? {
        guard let columns = try? Settings.columns(of: key), let rows = value.array else { return nil }
        return TextTable.list(
            Array(rows.enumerated()), orElse: "No rows. docs/SETTINGS.md lists the members.",
            ["row"] + columns.map(\.key)
        ) { number, row in
            [.integer(Int64(number + 1))]
                + columns.map { column in
                    row[column.key].map { .text($0.string ?? $0.serialized) } ?? .text("")
                }
        }
    }
}
