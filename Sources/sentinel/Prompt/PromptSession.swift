import Basics
import SQLPrompt
import SourceEngine
import SourceSpec

/// Runs the steps of the prompt's machine.
struct PromptSession: Sendable {
    private(set) var sql: SQLSession
    let names: NameCatalog
    private let sources: RowSet

    init(_ sql: SQLSession, composition: Composition) async {
        self.sql = sql
        var names = NameCatalog(specs: composition.catalog.specs)
        // The columns of the catalog tables are defined by the engine.
        for table in ["tables", "columns"] {
            let empty = try? await sql.engine.query("SELECT * FROM coral.\(table) LIMIT 0", freshness: .stored)
            if let columns = empty?.rows.columns { names.add(table: table, of: "coral", columns: columns) }
        }
        self.names = names
        sources = SourceList.rows(of: composition.catalog.specs, environment: composition.environment)
    }

    /// The answer to a step; nil ends the input.
    ///
    /// - Throws: an error whose description is a sentence.
    mutating func run(_ step: PromptMachine.Step) async throws -> SQLSession.Answer? {
        switch step {
        case .statement(let text): return try await sql.answer(text)
        case .complaint(let sentence): throw Failure(sentence)
        case .command(.quit): return nil
        case .command(let command): return SQLSession.Answer(text: try text(of: command))
        }
    }

    private mutating func text(of command: PromptCommand) throws -> String {
        switch command {
        case .tables(let source): return sql.text(of: try names.tables(of: source))
        case .schema(let table): return sql.text(of: try names.columns(of: table))
        case .sources: return sql.text(of: sources)
        case .format(let format):
            sql.format = format ?? sql.format
            return format == nil ? "Format: \(sql.format.rawValue)\n" : ""
        case .offline(let isOn):
            sql.isOffline = isOn ?? sql.isOffline
            return sql.isOffline ? "Offline: no calls are made.\n" : "Online: sources are read when rows are old.\n"
        case .explain(let isOn):
            sql.isExplaining = isOn ?? sql.isExplaining
            return sql.isExplaining ? "Statements are explained, not run.\n" : "Statements are run.\n"
        case .help: return PromptCommand.overview
        case .quit: return ""
        }
    }
}
