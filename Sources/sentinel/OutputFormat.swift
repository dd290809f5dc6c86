import Basics
import CellGrid

/// How a command prints data.
enum OutputFormat: String, CaseIterable, Sendable {
    case table, json

    init(_ arguments: Arguments) throws(UsageError) {
        let word = arguments["--format"] ?? "table"
        guard let format = OutputFormat(rawValue: word) else {
            throw UsageError("--format is table or json, not “\(word)”.")
        }
        self = format
    }
}

/// Rows as columns of text, for people. Text from outside is made inert.
struct TextTable: Hashable, Sendable {
    private let columns: [String]
    private let rows: [[String]]
    private let isNumeric: [Bool]

    /// The widest that a column is drawn; longer values are cut with an ellipsis.
    private let widest: Int

    init(_ set: RowSet, widest: Int = 60) {
        self.widest = widest
        columns = set.columns.map(Self.inert)
        rows = set.rows.map { row in row.map { Self.inert(Self.spell($0)) } }
        isNumeric = set.columns.indices.map { index in
            set.rows.allSatisfy { row in
                switch row[index] {
                case .integer, .real, .null: true
                case .text, .blob: false
                }
            }
        }
    }

    init(_ columns: [String], _ rows: [[Value]], widest: Int = 60) {
        self.init(RowSet(columns: columns, rows: rows), widest: widest)
    }

    var text: String {
        guard !columns.isEmpty else { return "" }
        let widths = columns.indices.map { index in
            min(widest, rows.reduce(TextWidth.of(columns[index])) { max($0, TextWidth.of($1[index])) })
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

    private static func spell(_ value: Value) -> String {
        switch value {
        case .null: ""
        case .integer(let number): String(number)
        case .real(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes): Hexadecimal.text(of: bytes)
        }
    }

    /// One line without anything that a terminal obeys.
    static func inert(_ text: String) -> String {
        ForeignText.inert(text)
    }
}
