import Basics
import FoundationEssentials
import SourceEngine
import SourceSpec

extension Command {
    static let sql = Command(
        "sql", summary: "ask all sources with one SQL statement",
        help: """
            sentinel sql 'SELECT … FROM github.commits c JOIN sentry.issues i ON … JOIN langfuse.observations o ON …'

            One read-only statement in SQLite's dialect or DataFusion's. Schemas are the sources; `sentinel source list` names
            their tables. Mirrored tables are first brought up to date.

              --format table|json   json is one array of row objects on one line (default table)
              --file FILE           read the statement from a file, or from standard input with -
              --stored              make no call: what is mirrored is enough
              --limit N             at most this many rows (default 100000)

            Exit status 3 when the rows are not all there were; standard error says why.
            """,
        options: ["--format", "--file", "--limit"], switches: ["--stored"], words: 1
    ) { arguments in
        let format = try Format(arguments)
        let statement = try statement(arguments)
        var limits = QueryLimits()
        if let text = arguments["--limit"] {
            guard let limit = Int(text), limit > 0 else { throw UsageError("--limit is a number above 0.") }
            limits.rows = limit
        }
        let composition = try Composition(arguments)
        for problem in composition.catalog.problems { Output.complain("\(problem)") }
        let result = try await composition.engine.query(
            statement, freshness: arguments.has("--stored") ? .stored : .upTo(.seconds(60)), limits: limits)
        Output.write(format == .json ? json(result.rows) : table(result))
        for source in result.sources where source.state.isIncomplete {
            Output.complain(source.message ?? "\(source.source) gave less than everything.")
        }
        if result.isTruncated { Output.complain("the rows were cut off at a limit; there are more.") }
        return result.isPartial ? .partial : .done
    }

    private static func statement(_ arguments: Arguments) throws -> String {
        switch (arguments.words.first, arguments["--file"]) {
        case (let words?, nil): return words
        case (nil, let file?):
            do {
                return try String(contentsOfFile: file == "-" ? "/dev/stdin" : file, encoding: .utf8)
            } catch {
                throw Failure("\(file) cannot be read.")
            }
        case (nil, nil): throw UsageError("Give one statement: sentinel sql 'SELECT …'.")
        case (_?, _?): throw UsageError("Give the statement or --file, not both.")
        }
    }

    /// As Coral prints it: one array on one line, keys in the order of the columns, NULL as null.
    private static func json(_ rows: RowSet) -> String {
        let objects = rows.rows.map { row in
            JSONValue.object(zip(rows.columns, row).map { JSONValue.Member($0, JSONValue($1)) })
        }
        return JSONValue.array(objects).serialized + "\n"
    }

    private static func table(_ result: QueryResult) -> String {
        let count = result.rows.count
        let calls = result.calls == 0 ? "" : ", \(result.calls) call\(result.calls == 1 ? "" : "s")"
        return TextTable(result.rows).text
            + "\(count) row\(count == 1 ? "" : "s"), as of \(result.asOf.iso8601Seconds)\(calls)\n"
    }
}
