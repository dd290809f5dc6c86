import CellGrid

/// What a terminal of the xterm kind shows, from the bytes that a program wrote to it.
///
/// It knows the sequences that ncurses writes for `xterm-256color`, and ignores colours. Bytes that it does not know are
/// collected in ``unknown``, so that a test can say that there were none.
package struct TerminalScreen: Sendable {
    package private(set) var width: Int
    package private(set) var height: Int
    /// Rows of cells; the cell behind a wide character is empty.
    private var cells: [[String]]
    package private(set) var unknown: [String] = []
    /// The modes that are set: `?1049` is the alternate screen, `?2004` marks pasted text, `?25` shows the cursor.
    package private(set) var modes: Set<String> = ["?25", "?7"]

    private var cursor = (x: 0, y: 0)
    private var saved = (x: 0, y: 0)
    private var scrolling: ClosedRange<Int>
    private var wrapsNext = false
    private var last = " "
    private var ordinary: [[String]]?
    private var parser = Parser()

    package init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        cells = Self.blank(width, height)
        scrolling = 0...(height - 1)
    }

    private static func blank(_ width: Int, _ height: Int) -> [[String]] {
        Array(repeating: Array(repeating: " ", count: width), count: height)
    }

    /// The lines without trailing spaces.
    package var lines: [String] {
        cells.map { row in
            var text = row.joined()
            while text.last == " " { text.removeLast() }
            return text
        }
    }

    package var text: String { lines.joined(separator: "\n") }

    package mutating func resize(width: Int, height: Int) {
        cells = Self.fitted(cells, width, height)
        ordinary = ordinary.map { Self.fitted($0, width, height) }
        (self.width, self.height) = (width, height)
        scrolling = 0...(height - 1)
        cursor = (min(cursor.x, width - 1), min(cursor.y, height - 1))
        wrapsNext = false
    }

    private static func fitted(_ cells: [[String]], _ width: Int, _ height: Int) -> [[String]] {
        var rows = cells.prefix(height).map { row in
            Array(row.prefix(width)) + Array(repeating: " ", count: max(0, width - row.count))
        }
        rows += blank(width, max(0, height - rows.count))
        return rows
    }

    package mutating func take(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if let action = parser.take(byte) { apply(action) }
        }
    }

    // MARK: what the sequences do

    private mutating func apply(_ action: Parser.Action) {
        switch action {
        case .character(let scalar): write(scalar)
        case .control(let byte): control(byte)
        case .escape(let text): escape(text)
        case .sequence(let sequence): apply(sequence)
        }
    }

    private mutating func write(_ scalar: Unicode.Scalar) {
        let text = String(Character(scalar))
        let columns = TextWidth.of(text)
        guard columns > 0 else {
            let place = wrapsNext ? cursor.x : cursor.x - 1
            if cells[cursor.y].indices.contains(place) { cells[cursor.y][place] += text }
            return
        }
        if wrapsNext || cursor.x + columns > width {
            cursor.x = 0
            lineFeed()
        }
        cells[cursor.y][cursor.x] = text
        for place in cursor.x + 1..<max(cursor.x + 1, min(width, cursor.x + columns)) { cells[cursor.y][place] = "" }
        last = text
        wrapsNext = cursor.x + columns >= width
        cursor.x = min(width - 1, cursor.x + columns)
    }

    private mutating func control(_ byte: UInt8) {
        switch byte {
        case 0x07, 0x0E, 0x0F: break
        case 0x08: move(x: cursor.x - 1)
        case 0x09: move(x: (cursor.x / 8 + 1) * 8)
        case 0x0A, 0x0B, 0x0C: lineFeed()
        case 0x0D: move(x: 0)
        default: unknown.append("control \(byte)")
        }
    }

    private mutating func escape(_ text: String) {
        switch text {
        case "7": saved = cursor
        case "8": move(x: saved.x, y: saved.y)
        case "M": reverseLineFeed()
        case "D": lineFeed()
        case "E":
            move(x: 0)
            lineFeed()
        case "=", ">", "(B", ")B", ")0", "(0": break
        case "c": self = TerminalScreen(width: width, height: height)
        default: unknown.append("ESC \(text)")
        }
    }

    private mutating func apply(_ sequence: Parser.Sequence) {
        let count = max(1, sequence[0] ?? 1)
        switch sequence.final {
        case "A": move(y: cursor.y - count)
        case "B", "e": move(y: cursor.y + count)
        case "C", "a": move(x: cursor.x + count)
        case "D": move(x: cursor.x - count)
        case "G", "`": move(x: count - 1)
        case "d": move(y: count - 1)
        case "H", "f": move(x: max(1, sequence[1] ?? 1) - 1, y: count - 1)
        case "J": eraseScreen(sequence[0] ?? 0)
        case "K": eraseLine(sequence[0] ?? 0)
        case "X": blank(row: cursor.y, from: cursor.x, to: cursor.x + count)
        case "P": shift(by: -count)
        case "@": shift(by: count)
        case "L": scroll(cursor.y...max(cursor.y, scrolling.upperBound), by: -count)
        case "M": scroll(cursor.y...max(cursor.y, scrolling.upperBound), by: count)
        case "S": scroll(scrolling, by: count)
        case "T": scroll(scrolling, by: -count)
        case "b": for _ in 0..<count { for scalar in last.unicodeScalars { write(scalar) } }
        case "r": setScrolling(sequence)
        case "h", "l": setModes(sequence)
        case "m", "t", "n", "c", "q": break
        default: unknown.append("CSI \(sequence.text)")
        }
    }

    private mutating func setScrolling(_ sequence: Parser.Sequence) {
        let top = min(height, max(1, sequence[0] ?? 1)) - 1
        let bottom = min(height, max(1, sequence[1] ?? height)) - 1
        scrolling = min(top, bottom)...max(top, bottom)
        move(x: 0, y: 0)
    }

    private mutating func setModes(_ sequence: Parser.Sequence) {
        for number in sequence.numbers.compactMap(\.self) {
            let mode = "\(sequence.isPrivate ? "?" : "")\(number)"
            guard sequence.final == "h" else {
                if mode == "?1049", modes.contains(mode), let kept = ordinary { cells = kept }
                modes.remove(mode)
                continue
            }
            if mode == "?1049", modes.insert(mode).inserted {
                ordinary = cells
                cells = Self.blank(width, height)
            }
            modes.insert(mode)
        }
    }

    private mutating func move(x: Int? = nil, y: Int? = nil) {
        cursor = (min(max(0, x ?? cursor.x), width - 1), min(max(0, y ?? cursor.y), height - 1))
        wrapsNext = false
    }

    private mutating func lineFeed() {
        wrapsNext = false
        if cursor.y == scrolling.upperBound { scroll(scrolling, by: 1) } else { move(y: cursor.y + 1) }
    }

    private mutating func reverseLineFeed() {
        if cursor.y == scrolling.lowerBound { scroll(scrolling, by: -1) } else { move(y: cursor.y - 1) }
    }

    /// Up by `count` rows; down where it is negative.
    private mutating func scroll(_ rows: ClosedRange<Int>, by count: Int) {
        let old = cells
        for row in rows {
            let source = row + count
            cells[row] = rows.contains(source) ? old[source] : Array(repeating: " ", count: width)
        }
    }

    private mutating func shift(by count: Int) {
        var row = cells[cursor.y]
        let rest = row[cursor.x...]
        let blanks = Array(repeating: " ", count: min(abs(count), rest.count))
        row.replaceSubrange(
            cursor.x..., with: count < 0 ? Array(rest.dropFirst(-count)) + blanks : blanks + rest.dropLast(blanks.count)
        )
        cells[cursor.y] = row
    }

    private mutating func eraseLine(_ part: Int) {
        blank(row: cursor.y, from: part == 0 ? cursor.x : 0, to: part == 1 ? cursor.x + 1 : width)
    }

    private mutating func eraseScreen(_ part: Int) {
        if part > 1 { return cells = Self.blank(width, height) }
        eraseLine(part)
        for row in part == 0 ? cursor.y + 1..<height : 0..<cursor.y { blank(row: row, from: 0, to: width) }
    }

    private mutating func blank(row: Int, from start: Int, to end: Int) {
        for x in start..<max(start, min(end, width)) { cells[row][x] = " " }
        wrapsNext = false
    }
}
