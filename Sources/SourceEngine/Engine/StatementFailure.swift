import Basics
import SQLiteKit
import SourceFetch
import SourceSpec

/// Explains the failure of a statement, with positions in the statement that the user wrote.
struct StatementFailure {
    let reading: StatementReading
    let catalog: Catalog
    let tables: Set<QualifiedName>

    func error(from failure: any Error) -> QueryError {
        switch failure {
        case let error as QueryError: return error
        case let error as SourceError: return Self.error(from: error)
        case let refusal as VirtualTableRefusal: return QueryError(.missingFilter, refusal.reason)
        case let error as SQLiteError: return self.error(from: error, refusal: nil, offset: nil)
        case is BlockingBridge.DeadlinePassed:
            return QueryError(
                .timedOut, "The sources did not answer in time.",
                remedy: "Narrow the statement, or raise --timeout.")
        case is CancellationError: return .cancelled
        default: return QueryError(.sourceFailed, "\(failure)")
        }
    }

    static func error(from error: SourceError) -> QueryError {
        let kind: QueryError.Kind =
            switch error.kind {
            case .notConfigured: .notConfigured
            case .missingFilter: .missingFilter
            case .unsupported: .unsupported
            case .timedOut: .timedOut
            default: .sourceFailed
            }
        return QueryError(kind, error.sentence, remedy: error.remedy)
    }

    static func stopped(_ limits: StatementLimits) -> QueryError {
        limits.isCancelled
            ? .cancelled
            : QueryError(
                .timedOut, "The statement took longer than \(Int(limits.query.time.seconds)) s and was stopped.",
                remedy: "Narrow it, or raise --timeout.")
    }

    func error(from error: SQLiteError, refusal: String?, offset: Int?) -> QueryError {
        let message = error.message
        if let refusal, message.contains("no query solution") { return missing(refusal) }
        if let name = Self.tail(of: message, after: "no such table: ") { return unknownTable(name) }
        if let name = Self.tail(of: message, after: "no such column: ") { return unknownColumn(name, offset) }
        if let name = Self.tail(of: message, after: "no such function: ") {
            return QueryError(
                .syntax, "Unknown function \(name)\(place(offset)).",
                remedy: "SQLite's functions and the common ones of DataFusion are there.")
        }
        if error.isDenied { return QueryError(.refused, "The statement is not allowed: \(message).") }
        if error.primaryCode == 18 || error.primaryCode == 7 {
            return QueryError(.tooLarge, "The statement is too large: \(message).")
        }
        if error.isCorrupt {
            return QueryError(
                .storage, "A mirror file is corrupt (\(message)).",
                remedy: "Run the statement again; the file is rebuilt.")
        }
        if error.primaryCode == 1 { return QueryError(.syntax, "\(Self.capitalised(message))\(place(offset)).") }
        return QueryError(.storage, "\(Self.capitalised(message)) (SQLite \(error.code)).")
    }

    private func missing(_ refusal: String) -> QueryError {
        let hints = catalog.unmirrored.filter { refusal.hasPrefix($0.key.description) }.map(\.value)
        return QueryError(.missingFilter, refusal, remedy: hints.first.map { "Or set its inputs: \($0)" } ?? "")
    }

    private func unknownTable(_ name: String) -> QueryError {
        QueryError(
            .unknownTable, "Unknown table \(name).",
            remedy: catalog.suggestion(for: name, among: catalog.entries.keys.map(\.description))
                ?? "Use its source as the schema, like github.commits.")
    }

    private func unknownColumn(_ name: String, _ offset: Int?) -> QueryError {
        let wanted = name.split(separator: ".").last.map(String.init) ?? name
        let columns = Set(tables.compactMap(catalog.owner(of:)).flatMap(columns(of:)))
        return QueryError(
            .unknownColumn, "Unknown column \(name)\(place(offset)).",
            remedy: catalog.suggestion(for: wanted, among: columns) ?? "See coral.columns.")
    }

    private func columns(of name: QualifiedName) -> [String] {
        catalog.specs.filter { $0.name.lowercased() == name.schema }.flatMap { $0.tables + $0.functions }
            .filter { $0.name.lowercased() == name.table }.flatMap { $0.columns.map(\.name) }
    }

    private func place(_ offset: Int?) -> String {
        guard let offset else { return "" }
        return " (\(SQLToken.place(of: reading.sql.original(of: offset), in: reading.original)))"
    }

    private static func tail(of message: String, after prefix: String) -> String? {
        message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : nil
    }

    /// A message without its full stop, starting with a capital letter, unless it starts with the name of a function.
    private static func capitalised(_ text: String) -> String {
        let text = text.hasSuffix(".") ? text.dropLast() : text[...]
        let startsWithName = text.prefix { !$0.isWhitespace }.contains("_")
        return startsWithName ? String(text) : text.prefix(1).uppercased() + text.dropFirst()
    }
}
