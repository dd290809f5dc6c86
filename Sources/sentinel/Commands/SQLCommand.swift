import Basics
import Configuration
import FoundationEssentials
import Glibc
import SQLPrompt
import SourceEngine
import SourceSpec
import Subprocess

extension Subcommand {
    static let sql = Subcommand(
        "sql", help: .sql,
        options: ["--format", "--file", "--limit", "--max-calls", "--timeout", "--save"],
        switches: ["--offline", "--explain", "--raw"],
        aliases: ["--stored": "--offline"], words: 1
    ) { arguments in
        let format = try RowFormat(arguments)
        let statement = try await statement(arguments)
        let limits = try limits(arguments)
        let composition = try Composition(arguments)
        if let name = arguments["--save"] { return try save(statement, as: name, composition.paths.ownQuestions) }
        for problem in composition.catalog.problems { Output.complain("\(problem)") }
        let display = SyncDisplay(isTerminal: isatty(2) == 1, delay: .seconds(1))
        if isatty(2) == 1 { await composition.engine.reportProgress { display.show($0) } }
        let session = SQLSession(
            engine: composition.engine, format: format, isOffline: arguments.has("--offline"),
            isExplaining: arguments.has("--explain"), isRaw: arguments.has("--raw"), limits: limits, display: display)
        guard let statement else { return try await ask(session, composition) }
        let answer = try await session.answer(statement)
        Output.writeUnmasked(answer.text)
        for warning in answer.warnings { Output.complain(warning) }
        return answer.isPartial ? .partial : .done
    }

    private static func save(_ statement: String?, as name: String, _ folder: String) throws -> ExitStatus {
        guard let statement else { throw UsageError.missing("statement", usage: "sentinel sql 'SELECT …' --save NAME") }
        do {
            Output.line(
                "Saved as \(try QuestionFolder(folder).save(name, statement)). Run it with `sentinel ask \(name)`.")
        } catch let problem as QuestionProblem {
            throw UsageError("\(problem)")
        }
        return .done
    }

    /// Reads statements one by one, from a prompt or a script.
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
            guard let number = Int(text), number > 0 else { throw .notPositive(option) }
            limits[keyPath: path] = number
        }
        if let text = arguments["--timeout"] {
            guard let seconds = Double(text), seconds > 0, seconds < 1e6 else {
                throw .notPositive("--timeout")
            }
            limits.time = .seconds(seconds)
        }
        return limits
    }

    /// The statement of the command line; nil if there is none.
    private static func statement(_ arguments: Arguments) async throws -> String? {
        switch (arguments.words.first, arguments["--file"]) {
        case (let words?, nil): return words
        case (nil, "-"?): return await StandardInput().rest()
        case (nil, let file?):
            do {
                return try String(contentsOfFile: file, encoding: .utf8)
            } catch {
                throw Failure.notReadable(file)
            }
        case (nil, nil): return nil
        case (_?, _?): throw UsageError.exclusive("a statement", "--file")
        }
    }
}
