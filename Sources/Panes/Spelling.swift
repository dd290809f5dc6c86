import Basics
import CellGrid
import OnCallModel

/// How severities, detection types and rows of numbers are written on the screen.
enum Spelling {
    /// Severity is a letter and a word, never colour alone.
    static func severity(_ severity: Severity) -> (text: String, role: Role) {
        switch severity {
        case .critical: ("!! CRIT", .critical)
        case .high: ("!  HIGH", .high)
        case .medium: ("·  MED ", .medium)
        case .info: ("   note", .info)
        }
    }

    static func type(_ type: DetectionType) -> String {
        switch type {
        case .costSpike: "cost spike"
        case .errorCascade: "error cascade"
        case .promptDrift: "prompt drift"
        case .agentLoop: "agent loop"
        case .toolFailure: "tool failure"
        }
    }

    /// Eight heights for a row of figures.
    static func sparkline(_ values: [Double]) -> String {
        let marks = Array("▁▂▃▄▅▆▇█")
        guard let top = values.max(), top > 0 else { return String(repeating: "▁", count: values.count) }
        return String(values.map { marks[min(7, max(0, Int(($0 / top * 7).rounded())))] })
    }
}

/// A column of a list: its heading, its width, and whether it is cut first when room is short.
struct Column {
    var title: String
    var width: Int
    var isRight = false
}

extension Grid {
    /// One row of a list: each cell cut to its column, the last one taking what is left.
    mutating func row(
        _ cells: [(text: String, role: Role)], columns: [Column], at y: Int, in area: Rect, isSelected: Bool
    ) {
        write(isSelected ? "▌" : " ", at: area.x, y, role: .selection, in: area)
        var x = area.x + 2
        let edge = area.x + area.width
        for (index, cell) in cells.enumerated() {
            guard x < edge else { return }
            let isLast = index == cells.count - 1
            let width = isLast ? edge - x : min(columns[index].width, edge - x)
            let text = TextWidth.truncated(ForeignText.inert(cell.text), to: width)
            let start = columns[index].isRight && !isLast ? x + width - TextWidth.of(text) : x
            write(text, at: start, y, role: isSelected && cell.role == .text ? .selection : cell.role, in: area)
            x += width + 2
        }
    }

    mutating func headings(_ columns: [Column], at y: Int, in area: Rect) {
        let cells = columns.map { (text: $0.title, role: Role.dim) }
        row(cells, columns: columns, at: y, in: area, isSelected: false)
    }

    /// Lines from the top of an area, as far as they fit.
    mutating func lines(_ lines: [(text: String, role: Role)], in area: Rect, from first: Int = 0) {
        let start = min(max(0, first), max(0, lines.count - area.height))
        for (row, line) in lines.dropFirst(start).prefix(area.height).enumerated() {
            write(line.text, at: area.x, area.y + row, role: line.role, in: area)
        }
    }
}

/// The rows of a list that are on the screen, so that the cursor is among them.
struct Window {
    let first: Int
    let count: Int

    init(total: Int, height: Int, position: Int) {
        count = max(0, min(total, height))
        first = min(max(0, position - max(0, height - 1) / 2), max(0, total - count))
    }
}
