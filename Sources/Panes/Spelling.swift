import Basics
import CellGrid
import OnCallModel

/// How figures, times and severities are written on the screen.
enum Spelling {
    /// `$41.20`; below a dollar with four digits, as loops cost.
    static func dollars(_ amount: Double) -> String {
        guard amount.isFinite, abs(amount) < 1e12 else { return "$?" }
        let isSmall = amount != 0 && abs(amount) < 1
        let scale: Double = isSmall ? 10_000 : 100
        let units = Int64((abs(amount) * scale).rounded())
        let digits = String(units % Int64(scale))
        let fraction = String(repeating: "0", count: (isSmall ? 4 : 2) - digits.count) + digits
        return (amount < 0 ? "-" : "") + "$\(units / Int64(scale)).\(fraction)"
    }

    /// `14 s`, `3 min`, `2 h`, `5 d`.
    static func span(_ span: Span) -> String {
        let seconds = max(0, span.seconds)
        if seconds < 60 { return "\(Int(seconds)) s" }
        if seconds < 3600 { return "\(Int(seconds / 60)) min" }
        if seconds < 86_400 { return "\(Int(seconds / 3600)) h" }
        return "\(Int(seconds / 86_400)) d"
    }

    /// A time left that counts down: `3:59:04`, `4:03`.
    static func countdown(_ span: Span) -> String {
        let seconds = max(0, Int(span.seconds.rounded(.up)))
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        let tail = two(seconds % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(tail)" : "\(minutes):\(tail)"
    }

    static func ago(_ instant: Instant, _ now: Instant) -> String {
        "\(span(now - instant)) ago"
    }

    /// `03:12`, or with the date where it is not of today.
    static func time(_ instant: Instant, _ now: Instant) -> String {
        let text = instant.iso8601Seconds
        let isToday = text.prefix(10) == now.iso8601Seconds.prefix(10)
        return isToday
            ? String(text.dropFirst(11).prefix(5)) : String(text.dropFirst(5).prefix(11).map { $0 == "T" ? " " : $0 })
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Severity is a letter and a word, never colour alone.
    static func severity(_ severity: Severity) -> (text: String, role: Role) {
        switch severity {
        case .critical: ("!! CRIT", .critical)
        case .high: ("!  HIGH", .high)
        case .medium: ("·  MED ", .medium)
        case .info: ("   note", .info)
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
