import Basics
import Configuration
import FoundationEssentials
import Glibc
import OnCallModel
import Testing

@Suite("Generated: settings")
struct GeneratedSettingsTests {
    @Test("settings.json is the defaults, byte for byte")
    func shippedSettings() throws {
        try expect("settings.json", toBe: Settings().document.prettyPrinted)
    }

    @Test("docs/SETTINGS.md describes every setting")
    func document() throws {
        var text = """
            # Settings

            Settings are in `settings.json`. Change them in the console's Settings pane or with `sentinel settings set KEY VALUE`.
            A running agent applies a change without a restart. A missing setting has its default.

            | key | default | allowed values | meaning |
            |---|---|---|---|

            """
        for spec in Settings.specs {
            let value = Settings().value(of: spec.key)?.serialized ?? ""
            let unit = spec.unit.isEmpty ? "" : " \(spec.unit)"
            text += "| `\(spec.key)` | `\(value)` | \(spec.range)\(unit) | \(spec.meaning) |\n"
        }
        for spec in Settings.specs {
            guard case .table(let columns, let required) = spec.kind else { continue }
            text +=
                "\n## `\(spec.key)`\n\n\(spec.meaning) `sentinel settings add \(spec.key) MEMBER=TEXT ...` adds a row.\n\n"
            text += "| member | required | allowed values | meaning |\n|---|---|---|---|\n"
            for column in columns {
                let unit = column.unit.isEmpty ? "" : " \(column.unit)"
                let need = required.contains(column.key) ? "yes" : "no"
                text += "| `\(column.key)` | \(need) | \(column.range)\(unit) | \(column.meaning) |\n"
            }
        }
        text += "\nThese environment variables take precedence over the file: "
        text += SettingsFile.variables.keys.sorted().map { "`\($0)`" }.joined(separator: ", ") + ".\n"
        try expect("docs/SETTINGS.md", toBe: text)
    }

    /// With RECORD=1 the file is written anew, and the test fails so that nobody records unawares.
    private func expect(_ path: String, toBe text: String) throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        if getenv("RECORD") != nil {
            try Files.replace("\(root)/\(path)", with: Array(text.utf8), mode: 0o644)
            Issue.record("\(path) was recorded")
        }
        let stored = try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
        #expect(stored == text, "\(path) is out of date: run `make record`")
    }
}

/// A path in the temporary folder that nothing else uses.
func temporaryPath() -> String {
    "\(FileManager.default.temporaryDirectory.path)/sentinel-\(UUID().uuidString).json"
}
