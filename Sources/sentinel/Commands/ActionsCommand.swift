import Actions
import Basics
import Configuration
import IncidentStore
import OnCallModel

extension Subcommand {
    static let actions = Subcommand(
        "actions", help: .actions, options: ["--format", "--incident"], words: 2
    ) { arguments in
        let format = try OutputFormat(arguments)
        switch arguments.words.first ?? "list" {
        case "list":
            let composition = try Composition(arguments)
            let rows = try composition.settingsFile.load().executors
            let runner = composition.lister
            let lines = rows.map { ExecutorLine(row: $0, missing: runner.missing(for: $0)) }
            return format.write(.array(lines.map(\.json)), or: ExecutorLine.table(lines))
        case "request":
            guard arguments.words.count == 2, let incident = arguments["--incident"] else {
                throw UsageError.missing("kind or --incident", usage: "sentinel actions request KIND --incident N")
            }
            guard let kind = ExecutorKind(rawValue: arguments.words[1]) else {
                throw UsageError.unknownSubcommand(
                    arguments.words[1], of: "actions request", among: ExecutorKind.allCases.map(\.rawValue))
            }
            guard let number = Int64(incident) else { throw UsageError.notANumber(incident, of: "incident") }
            return try await StoreClient(arguments).ask(.requestExecutor(kind, incident: number))
        case let word: throw UsageError.unknownSubcommand(word, of: "actions", among: ["list", "request"])
        }
    }
}

/// One executor of the settings as the command line prints it.
private struct ExecutorLine: Hashable, Sendable {
    var row: ExecutorRow
    /// What is not configured for it; nil if it can be used.
    var missing: String?

    private var step: String {
        switch row.kind.purpose {
        case .firstRung: "kill"
        case .rung: row.isWide ? "next, wide" : "next"
        case .record: "record"
        }
    }

    static func table(_ lines: [ExecutorLine]) -> String {
        TextTable.list(
            lines, orElse: "No executors are configured: every kill uses the kill flag and AGENT_KILL_URL.",
            ["agent", "feature", "step", "kind", "target", "state"]
        ) { line in
            [
                .text(line.row.agent.isEmpty ? "*" : line.row.agent), .text(line.row.feature), .text(line.step),
                .text(line.row.kind.rawValue), .text(line.row.name), .text(line.missing ?? "ok"),
            ]
        }
    }

    var json: JSONValue {
        row.json.adding(
            .fields([
                "step": .string(step), "wide": .bool(row.isWide), "undo": .bool(row.kind.hasUndo),
                "missing": missing.map(JSONValue.string),
            ]))
    }
}
