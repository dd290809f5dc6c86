import Basics
import Configuration
import FoundationEssentials
import Glibc
import SQLPrompt
import SourceEngine
import SourceSpec
import Subprocess

extension Command {
    static let sql = Command(
        "sql", summary: "ask all sources in SQL: one statement, or a prompt",
        help: """
            sentinel sql 'SELECT … FROM github.commits c JOIN sentry.issues i ON … JOIN langfuse.observations o ON …'
            sentinel sql                   a prompt on a terminal; else the statements of standard input, up to one that fails

            Statements are read-only, in SQLite's dialect or DataFusion's. Schemas are the sources; `.tables` of the prompt and
            `sentinel source list` name their tables. Mirrored tables are first brought up to date.

              --format FORMAT       table, json (one array of row objects on one line), csv or markdown (default table)
              --file FILE           read the statement from a file, or from standard input with -
              --stored              make no call: what is mirrored is enough
              --explain             tell which calls the statement would make, and make none
              --max-calls N         at most this many calls for the rows of a join or an IN list (default 500)
              --limit N             at most this many rows (default 100000)
              --timeout SECONDS     stop the statement after this long, calls included (default 60)

            In the prompt a statement ends with ; and `.help` tells the commands. PAGER, where it is set, shows long results.
            Exit status 3 when the rows are not all there were; standard error says why.
            """,
        options: ["--format", "--file", "--limit", "--max-calls", "--timeout"], switches: ["--stored", "--explain"],
        words: 1
    ) { arguments in
        let format = try RowFormat(arguments)
        let statement = try await statement(arguments)
        let limits = try limits(arguments)
        let composition = try Composition(arguments)
        for problem in composition.catalog.problems { Output.complain("\(problem)") }
        let display = SyncDisplay(isTerminal: isatty(2) == 1, delay: .seconds(1))
        if isatty(2) == 1 { await composition.engine.tellProgress { display.show($0) } }
        let session = SQLSession(
            engine: composition.engine, format: format, isStored: arguments.has("--stored"),
            isExplaining: arguments.has("--explain"), limits: limits, display: display)
        guard let statement else { return try await ask(session, composition) }
        let answer = try await session.answer(statement)
        Output.write(answer.text)
        for warning in answer.warnings { Output.complain(warning) }
        return answer.isPartial ? .partial : .done
    }

    /// The statements come one by one: from people, or from a script.
    private static func ask(_ sql: SQLSession, _ composition: Composition) async throws -> ExitStatus {
        let session = await PromptSession(sql, composition: composition)
        guard isatty(0) == 1, Output.isTerminal else {
            var script = StatementScript(session)
            return try await script.run()
        }
        var prompt = try await InteractivePrompt(
            session, history: composition.paths.sqlHistory, pager: .ofUser)
        return await prompt.run()
    }

    private static func limits(_ arguments: Arguments) throws(UsageError) -> QueryLimits {
        var limits = QueryLimits()
        for (option, path) in [("--limit", \QueryLimits.rows), ("--max-calls", \QueryLimits.liveScans)] {
            guard let text = arguments[option] else { continue }
            guard let number = Int(text), number > 0 else { throw UsageError("\(option) is a number above 0.") }
            limits[keyPath: path] = number
        }
        if let text = arguments["--timeout"] {
            guard let seconds = Double(text), seconds > 0, seconds < 1e6 else {
                throw UsageError("--timeout is a number of seconds above 0.")
            }
            limits.time = .seconds(seconds)
        }
        return limits
    }

    /// The one statement of the command line; nil where there is none.
    private static func statement(_ arguments: Arguments) async throws -> String? {
        switch (arguments.words.first, arguments["--file"]) {
        case (let words?, nil): return words
        case (nil, "-"?): return await StandardInput().rest()
        case (nil, let file?):
            do {
                return try String(contentsOfFile: file, encoding: .utf8)
            } catch {
                throw Failure("\(file) cannot be read.")
            }
        case (nil, nil): return nil
        case (_?, _?): throw UsageError("Give the statement or --file, not both.")
        }
    }
}
