import Basics
import SQLPrompt
import SourceEngine
import SourceSpec

/// Carries out what the prompt's machine made of its input.
struct PromptSession: Sendable {
    private(set) var sql: SQLSession
    let names: NameCatalog
    private let sources: RowSet

    init(_ sql: SQLSession, composition: Composition) async {
        self.sql = sql
        var names = NameCatalog(specs: composition.catalog.specs)
        // The engine knows the columns of the tables that describe all others.
        for table in ["tables", "columns"] {
            let empty = try? await sql.engine.query("SELECT * FROM coral.\(table) LIMIT 0", freshness: .stored)
            if let columns = empty?.rows.columns { names.add(table: table, of: "coral", columns: columns) }
        }
        self.names = names
        sources = SourceList.rows(of: composition.catalog.specs, environment: composition.environment)
    }

    /// What a step gives; nil ends the input.
    ///
    /// - Throws: what is wrong, as a sentence.
    mutating func carryOut(_ step: PromptMachine.Step) async throws -> SQLSession.Answer? {
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
            return format == nil ? "The format is \(sql.format.rawValue).\n" : ""
        case .stored(let isOn):
            sql.isStored = isOn ?? sql.isStored
            return sql.isStored ? "Stored rows only: no call is made.\n" : "Sources are asked where rows are old.\n"
        case .explain(let isOn):
            sql.isExplaining = isOn ?? sql.isExplaining
            return sql.isExplaining ? "Statements are explained and not run.\n" : "Statements are run.\n"
        case .help: return PromptCommand.overview
        case .quit: return ""
        }
    }
}
