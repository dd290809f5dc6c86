import Basics
import CellGrid

/// A text and its role.
typealias Line = (text: String, role: Role)

/// Lines of a given width, added from top to bottom. Every text is wrapped.
struct TextBlock {
    let width: Int
    private(set) var lines: [Line] = []

    init(width: Int) {
        self.width = width
    }

    mutating func add(_ text: String, _ role: Role = .text) { add(text, role, first: "", rest: "") }

    mutating func bullet(_ text: String, _ role: Role = .text) { add(text, role, first: "• ", rest: "  ") }

    mutating func quoted(_ text: String) { add(text, .quoted, first: "› ", rest: "› ") }

    mutating func indented(_ text: String) {
        if !text.isEmpty { add(text, .dim, first: "    ", rest: "    ") }
    }

    /// One line, cut at the width.
    mutating func line(_ text: String, _ role: Role = .text) {
        lines.append((TextWidth.truncated(UntrustedText.forTerminal(text), to: width), role))
    }

    mutating func blank() { lines.append(("", .text)) }

    /// A heading and what `body` adds below it; nothing if it adds nothing.
    mutating func section(_ title: String, _ role: Role = .heading, _ body: (inout TextBlock) -> Void) {
        var block = TextBlock(width: width)
        body(&block)
        if !block.lines.isEmpty { lines += [("", .text), (title, role)] + block.lines }
    }

    /// Adds the lines of a block, at most `height`; the last one then counts the rest.
    mutating func add(_ block: TextBlock, height: Int) {
        lines += block.lines.prefix(height)
        let left = block.lines.count - height
        if left > 0, height > 0 { lines[lines.count - 1].text = "  … \(left + 1) more lines" }
    }

    private mutating func add(_ text: String, _ role: Role, first: String, rest: String) {
        let wrapped = TextWidth.wrapped(UntrustedText.forTerminal(text), width: max(1, width - first.count))
        for (index, line) in wrapped.enumerated() { lines.append(((index == 0 ? first : rest) + line, role)) }
    }
}

extension TextWidth {
    static func of(_ parts: [Line]) -> Int { parts.reduce(0) { $0 + of($1.text) } }
}

extension Grid {
    /// Writes parts one after the other on one line. Returns the column after them.
    mutating func write(_ parts: [Line], at x: Int, _ y: Int, in area: Rect) -> Int {
        parts.reduce(x) { write($1.text, at: $0, y, role: $1.role, in: area) }
    }

    /// The lines of a block from the top of an area, as far as they fit.
    mutating func write(_ block: TextBlock, in area: Rect, from first: Int = 0) {
        let start = min(max(0, first), max(0, block.lines.count - area.height))
        for (row, line) in block.lines.dropFirst(start).prefix(area.height).enumerated() {
            write(line.text, at: area.x, area.y + row, role: line.role, in: area)
        }
    }

    /// Fills a block of an area's width and writes it there.
    mutating func write(in area: Rect, from first: Int = 0, _ fill: (inout TextBlock) -> Void) {
        var block = TextBlock(width: area.width)
        fill(&block)
        write(block, in: area, from: first)
    }
}
