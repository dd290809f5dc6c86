import Basics
import CellGrid

/// The output format of a command.
enum OutputFormat: String, CaseIterable, Sendable {
    case table, json

    init(_ arguments: Arguments) throws(UsageError) { self = try arguments.choice("--format") ?? .table }

    /// Writes the result of a command in this format.
    @discardableResult
    func write(_ document: @autoclosure () -> JSONValue, or text: @autoclosure () -> String) -> ExitStatus {
        Output.write(self == .json ? document().serialized + "\n" : text())
        return .done
    }
}

/// Rows as a text table. Foreign text is made inert.
struct TextTable: Hashable, Sendable {
    private let columns: [String]
    private let rows: [[String]]
    private let isNumeric: [Bool]
    /// The maximum width of a column; longer values are truncated with an ellipsis.
    private let maxWidth: Int

    init(_ set: RowSet, maxWidth: Int = 60) {
        self.maxWidth = maxWidth
        columns = set.columns.map(Self.inert)
        rows = set.rows.map { row in row.map { Self.inert($0.spelling) } }
        isNumeric = set.columns.indices.map { index in
            set.rows.allSatisfy { row in
                switch row[index] {
                case .integer, .real, .null: true
                case .text, .blob: false
                }
            }
        }
    }

    init(_ columns: [String], _ rows: [[Value]], maxWidth: Int = 60) {
        self.init(RowSet(columns: columns, rows: rows), maxWidth: maxWidth)
    }

    /// One row per item; `empty` if there are no items.
    static func list<Item>(
        _ items: [Item], orElse empty: String, _ columns: [String], row: (Item) -> [Value]
    ) -> String {
        items.isEmpty ? empty + "\n" : TextTable(columns, items.map(row)).text
    }

    var text: String {
        guard !columns.isEmpty else { return "" }
        let widths = columns.indices.map { index in
            min(maxWidth, rows.reduce(TextWidth.of(columns[index])) { max($0, TextWidth.of($1[index])) })
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        let lines = [line(columns, widths), rule] + rows.map { line($0, widths) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let drawn = cells.indices.map { index -> String in
            let cell = TextWidth.truncated(cells[index], to: widths[index])
            let space = String(repeating: " ", count: max(0, widths[index] - TextWidth.of(cell)))
            return isNumeric[index] ? space + cell : cell + space
        }
        var line = drawn.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }

    /// One line without control sequences.
    static func inert(_ text: String) -> String { UntrustedText.forTerminal(text) }
}

extension RowSet {
    /// A list of objects by column name.
    var objects: JSONValue {
        .array(rows.map { row in .object(zip(columns, row).map { JSONValue.Member($0, JSONValue($1)) }) })
    }
}
