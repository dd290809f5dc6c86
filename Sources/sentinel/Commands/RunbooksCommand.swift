import Basics
import CellGrid
import Configuration
import IncidentStore
import OnCallModel

extension Subcommand {
    static let runbooks = Subcommand("runbooks", help: .runbooks, options: ["--format"], words: 2) { arguments in
        let format = try OutputFormat(arguments)
        let client = try StoreClient(arguments)
        let folder = RunbookFolder(client.composition.paths.runbooks)
        switch arguments.words.first ?? "list" {
        case "list":
            for problem in folder.problems { Output.complain(problem) }
            let rows = RowSet(
                columns: ["name", "title", "serves"],
                rows: folder.runbooks.map { book in
                    [
                        .text(book.named.name), .text(book.named.title),
                        .text(book.rules.map(\.phrase).joined(separator: "; ")),
                    ]
                })
            let none = "No runbooks in \(client.composition.paths.runbooks).\n"
            format.write(rows.objects, or: folder.runbooks.isEmpty ? none : TextTable(rows).text)
            return folder.problems.isEmpty ? .done : .partial
        case "show":
            guard arguments.words.count == 2 else {
                throw UsageError.missing("runbook", usage: "sentinel runbooks show NAME")
            }
            guard let book = folder.runbooks.first(where: { $0.named.name == arguments.words[1] }) else {
                throw Failure.noRunbook(arguments.words[1], among: folder.runbooks.map(\.named.name))
            }
            let lines = UntrustedText.linesForTerminal(book.text).joined(separator: "\n")
            return format.write(
                ["name": .string(book.named.name), "title": .string(book.named.title), "text": .string(book.text)],
                or: lines + "\n")
        case "check":
            let occasions = try await client.reader.read(StoreQuery<[Runbook.Occasion]> { try $0.served() })
            let problems = RunbookCheck(folder, occasions: occasions).problems
            format.write(
                .array(problems.map(JSONValue.string)),
                or: problems.isEmpty
                    ? "\(folder.runbooks.count) runbooks, no problems.\n"
                    : problems.map { TextTable.inert($0) + "\n" }.joined())
            return problems.isEmpty ? .done : .failed
        case let word: throw UsageError.unknownSubcommand(word, of: "runbooks", among: ["list", "show", "check"])
        }
    }
}

extension RunbookFolder {
    /// Of what a program reads at its start: problems are listed by `sentinel runbooks check`.
    static func served(_ path: String) -> @Sendable () -> [Runbook] { { RunbookFolder(path).runbooks } }
}
