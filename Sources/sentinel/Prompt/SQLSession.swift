import Basics
import CellGrid
import Glibc
import SQLPrompt
import SourceEngine

/// Runs statements from the command line, a script or the prompt.
struct SQLSession: Sendable {
    let engine: SourceEngine
    var format: RowFormat
    /// Makes no calls: statements read mirrored rows only.
    var isOffline = false
    /// Lists the calls that a statement would make, and makes none.
    var isExplaining = false
    /// Shows secrets in rows as they are.
    var isRaw = false
    var limits = QueryLimits()
    /// Shows the progress of a read that a statement waits for.
    var display: SyncDisplay?

    struct Answer: Hashable, Sendable {
        /// For standard output.
        var text = ""
        /// Why rows are missing, as sentences.
        var warnings: [String] = []
        var isPartial = false
    }

    func answer(_ statement: String) async throws -> Answer {
        let freshness: Freshness = isOffline ? .stored : .upTo(.seconds(60))
        if isExplaining {
            let plan = try await engine.explain(statement, freshness: freshness, limits: limits)
            return Answer(text: text(of: plan.rows))
        }
        if !isOffline { await warnOfManyCalls(statement, freshness) }
        defer { display?.clear() }
        let result = try await engine.answer(typed: statement, freshness: freshness, limits: limits)
        var warnings = result.sources.filter(\.state.isIncomplete).map { source in
            TextTable.inert(source.message ?? Notice.partialData(source.source))
        }
        if result.isTruncated { warnings.append(Notice.rowsTruncated) }
        let tail = format == .table ? Self.tail(of: result) : ""
        return Answer(text: text(of: result.rows) + tail, warnings: warnings, isPartial: result.isPartial)
    }

    /// A statement that needs more calls than this prints a notice first.
    private static let manyCalls = 1000

    /// Announces the first read of a table and reads that take many calls.
    private func warnOfManyCalls(_ statement: String, _ freshness: Freshness) async {
        guard let ahead = try? await engine.readingAhead(of: statement, freshness: freshness) else { return }
        for step in ahead.steps {
            if let calls = step.calls {
                if calls > Self.manyCalls { Output.remark(Notice.manyCalls("\(step.table)", Format.grouped(calls))) }
            } else if isatty(2) == 1 {
                Output.remark(Notice.firstRead("\(step.table)", atLeast: step.minimum))
            }
        }
    }

    /// The rows in the session's format. On a terminal, control sequences in foreign text are made inert.
    func text(of rows: RowSet) -> String {
        let rows = isRaw ? rows : rows.redacted(by: Output.redaction.withLock { $0 })
        return switch format {
        case .table: TextTable(rows).text
        // As Coral prints it: one array on one line, keys in the order of the columns, NULL as null.
        case .json: Self.inert(rows.objects.serialized + "\n")
        case .csv: Self.inert(CSVText.text(of: rows))
        case .markdown: MarkdownTable.text(of: rows)
        }
    }

    private static func inert(_ text: String) -> String {
        Output.isTerminal ? UntrustedText.linesForTerminal(text).joined(separator: "\n") : text
    }

    private static func tail(of result: QueryResult) -> String {
        let count = result.rows.count
        let calls = result.calls == 0 ? "" : ", \(result.calls) call\(result.calls == 1 ? "" : "s")"
        return "\(count) row\(count == 1 ? "" : "s"), as of \(result.asOf.iso8601Seconds)\(calls)\n"
    }
}

extension RowFormat {
    init(_ arguments: Arguments) throws(UsageError) { self = try arguments.choice("--format") ?? .table }
}
