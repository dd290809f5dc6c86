import Basics
import CellGrid
import Glibc
import SQLPrompt
import SourceEngine

/// Answers statements, one after another: of the command line, of a script, of the prompt.
struct SQLSession: Sendable {
    let engine: SourceEngine
    var format: RowFormat
    /// Makes no call: what is mirrored is enough.
    var isStored = false
    /// Tells which calls a statement would make, and makes none.
    var isExplaining = false
    var limits = QueryLimits()
    /// Shows how far a reading has come while a statement waits for it.
    var display: SyncDisplay?

    struct Answer: Hashable, Sendable {
        /// For standard output.
        var text = ""
        /// Why the rows are not all there were, as sentences.
        var warnings: [String] = []
        var isPartial = false
    }

    func answer(_ statement: String) async throws -> Answer {
        let freshness: Freshness = isStored ? .stored : .upTo(.seconds(60))
        if isExplaining {
            return Answer(
                text: text(of: try await engine.explain(statement, freshness: freshness, limits: limits).rows))
        }
        if !isStored { await tellOfMuch(statement, freshness) }
        defer { display?.clear() }
        let result = try await engine.answer(typed: statement, freshness: freshness, limits: limits)
        var warnings = result.sources.filter(\.state.isIncomplete).map { source in
            TextTable.inert(source.message ?? "\(source.source) gave less than everything.")
        }
        if result.isTruncated { warnings.append("the rows were cut off at a limit; there are more.") }
        let tail = format == .table ? Self.tail(of: result) : ""
        return Answer(text: text(of: result.rows) + tail, warnings: warnings, isPartial: result.isPartial)
    }

    /// Above so many calls a statement says first what it will take.
    private static let manyCalls = 1000

    /// A first reading of a long history is no surprise.
    private func tellOfMuch(_ statement: String, _ freshness: Freshness) async {
        guard let ahead = try? await engine.readingAhead(of: statement, freshness: freshness) else { return }
        for step in ahead.steps {
            guard let calls = step.calls else {
                guard isatty(2) == 1 else { continue }
                Output.remark(
                    "\(step.table) is read for the first time: at least \(step.minimum) call\(step.minimum == 1 ? "" : "s")."
                )
                continue
            }
            guard calls > Self.manyCalls else { continue }
            Output.remark(
                "\(step.table): about \(Figures.grouped(calls)) calls come first. Ctrl-C stops them; what was read is kept."
            )
        }
    }

    /// The rows in the session's format. On a terminal, no text from outside is anything that it obeys.
    func text(of rows: RowSet) -> String {
        switch format {
        case .table: TextTable(rows).text
        case .json: Self.inert(Self.json(rows))
        case .csv: Self.inert(CSVText.text(of: rows))
        case .markdown: MarkdownTable.text(of: rows)
        }
    }

    private static func inert(_ text: String) -> String {
        Output.isTerminal ? ForeignText.lines(text).joined(separator: "\n") : text
    }

    /// As Coral prints it: one array on one line, keys in the order of the columns, NULL as null.
    private static func json(_ rows: RowSet) -> String {
        let objects = rows.rows.map { row in
            JSONValue.object(zip(rows.columns, row).map { JSONValue.Member($0, JSONValue($1)) })
        }
        return JSONValue.array(objects).serialized + "\n"
    }

    private static func tail(of result: QueryResult) -> String {
        let count = result.rows.count
        let calls = result.calls == 0 ? "" : ", \(result.calls) call\(result.calls == 1 ? "" : "s")"
        return "\(count) row\(count == 1 ? "" : "s"), as of \(result.asOf.iso8601Seconds)\(calls)\n"
    }
}

extension RowFormat {
    init(_ arguments: Arguments) throws(UsageError) {
        let word = arguments["--format"] ?? "table"
        guard let format = RowFormat(rawValue: word) else {
            throw UsageError("--format is \(RowFormat.words(joinedBy: ", ")), not “\(word)”.")
        }
        self = format
    }
}
