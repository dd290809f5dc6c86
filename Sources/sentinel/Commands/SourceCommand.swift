import Basics
import Configuration
import FoundationEssentials
import SourceFetch
import SourceSpec

extension Command {
    static let source = Command(
        "source", summary: "list the sources and check a manifest",
        help: """
            sentinel source list               the sources with their tables, and what is not set
            sentinel source lint FILE          check a manifest; every problem with its line and column
            \(SourceSync.help)
            """,
        options: ["--format", "--since"], words: 20
    ) { arguments in
        let format = try Format(arguments)
        switch arguments.words.first ?? "list" {
        case "list": return try list(arguments, format)
        case "lint":
            guard arguments.words.count == 2 else { throw UsageError("Name the file: sentinel source lint FILE.") }
            return try lint(arguments.words[1])
        case "sync":
            return try await SourceSync.run(
                Array(arguments.words.dropFirst()), since: arguments["--since"], Composition(arguments))
        case let word: throw UsageError("“source \(word)” is not list, lint or sync.")
        }
    }

    private static func list(_ arguments: Arguments, _ format: Format) throws -> ExitStatus {
        let environment = Environment.current()
        let paths = Paths(options: { arguments[$0] }, environment: environment)
        let catalog = SourceCatalog.load(directory: paths.sources)
        for problem in catalog.problems { Output.complain("\(problem)") }
        let set = SourceList.rows(of: catalog.specs, environment: environment)
        if format == .json {
            let objects = set.rows.map { row in
                JSONValue.object(zip(set.columns, row).map { JSONValue.Member($0, JSONValue($1)) })
            }
            Output.line(JSONValue.array(objects).serialized)
        } else {
            Output.write(TextTable(set).text)
        }
        return catalog.problems.isEmpty ? .done : .partial
    }

    private static func lint(_ path: String) throws -> ExitStatus {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Failure("\(path) cannot be read as UTF-8 text.")
        }
        do {
            let spec = try ManifestParser.parse(text: text, file: path)
            Output.line("\(path): \(spec.name) \(spec.version), \(spec.tables.count) tables, nothing to complain about")
            return .done
        } catch {
            for diagnostic in error.all { Output.complain("\(diagnostic)") }
            return .failed
        }
    }
}

/// The sources as rows.
enum SourceList {
    static func rows(of specs: [SourceSpec], environment: Environment) -> RowSet {
        RowSet(
            columns: ["source", "version", "state", "missing", "tables"],
            rows: specs.map { spec in
                let missing = spec.missingInputs { environment[$0] }
                let tables = spec.tables.map(\.name) + spec.functions.map { "\($0.name)(…)" }
                return [
                    .text(spec.name), .text(spec.version), .text(missing.isEmpty ? "ready" : "not set"),
                    .text(missing.joined(separator: ", ")), .text(tables.joined(separator: " ")),
                ]
            })
    }
}
