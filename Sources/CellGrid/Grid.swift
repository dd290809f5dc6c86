import Basics

/// A rectangle on the screen, in cells from the upper left corner.
package struct Rect: Hashable, Sendable {
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int

    package init(x: Int, y: Int, width: Int, height: Int) {
        (self.x, self.y) = (x, y)
        (self.width, self.height) = (max(0, width), max(0, height))
    }

    /// The first `count` rows, and the remaining ones.
    package func splitTop(_ count: Int) -> (top: Rect, rest: Rect) {
        let taken = min(max(0, count), height)
        return (
            Rect(x: x, y: y, width: width, height: taken),
            Rect(x: x, y: y + taken, width: width, height: height - taken)
        )
    }

    /// One row, counted from the top.
    package func row(_ y: Int) -> Rect { Rect(x: x, y: self.y + y, width: width, height: 1) }

    /// The first `count` columns, and the remaining ones.
    package func splitLeft(_ count: Int) -> (left: Rect, rest: Rect) {
        let taken = min(max(0, count), width)
        return (
            Rect(x: x, y: y, width: taken, height: height),
            Rect(x: x + taken, y: y, width: width - taken, height: height)
        )
    }

    package func inset(_ columns: Int, _ rows: Int) -> Rect {
        Rect(x: x + columns, y: y + rows, width: width - 2 * columns, height: height - 2 * rows)
    }
}

/// One cell of the screen.
package struct Cell: Hashable, Sendable {
    /// One character; empty in the second cell of a wide one.
    package var text: String
    package var role: Role

    package static let blank = Cell(text: " ", role: .text)

    package init(text: String, role: Role) {
        (self.text, self.role) = (text, role)
    }
}

/// The cells of a screen or a part of one. All drawing is clipped to its rectangle, and every character passes through
/// ``UntrustedText/forTerminal(_:)``.
package struct Grid: Hashable, Sendable {
    package let width: Int
    package let height: Int
    package private(set) var cells: [Cell]

    package init(width: Int, height: Int) {
        self.width = max(0, width)
        self.height = max(0, height)
        cells = Array(repeating: .blank, count: self.width * self.height)
    }

    package var bounds: Rect { Rect(x: 0, y: 0, width: width, height: height) }

    package subscript(x: Int, y: Int) -> Cell {
        cells[y * width + x]
    }

    /// The cells of one row.
    package func row(_ y: Int) -> ArraySlice<Cell> {
        cells[y * width..<(y + 1) * width]
    }

    /// Writes text on one line, clipped at the edges of `area` and of the grid. With a width, longer text is truncated to it with
    /// an ellipsis, and shorter text can be aligned to the right. Returns the column after the text.
    @discardableResult
    package mutating func write(
        _ text: String, at x: Int, _ y: Int, width: Int? = nil, isRight: Bool = false, role: Role = .text,
        in area: Rect? = nil
    ) -> Int {
        let area = area ?? bounds
        guard y >= max(0, area.y), y < min(height, area.y + area.height) else { return x }
        let inert = UntrustedText.forTerminal(text)
        let shown = width.map { TextWidth.truncated(inert, to: $0) } ?? inert
        let edge = min(self.width, area.x + area.width)
        var column = isRight ? x + (width ?? 0) - TextWidth.of(shown) : x
        for character in shown {
            let width = TextWidth.of(character)
            if column + width > edge { break }
            if column >= max(0, area.x), width > 0 { put(character, width: width, at: column, y, role) }
            column += width
        }
        return column
    }

    private mutating func put(_ character: Character, width: Int, at x: Int, _ y: Int, _ role: Role) {
        let index = y * self.width + x
        // The other half of an overwritten wide character becomes a blank.
        if cells[index].text.isEmpty, x > 0 { cells[index - 1].text = " " }
        if x + width < self.width, cells[index + width].text.isEmpty { cells[index + width].text = " " }
        if width == 2 { cells[index + 1] = Cell(text: "", role: role) }
        cells[index] = Cell(text: String(character), role: role)
    }

    /// Fills a rectangle with blanks in a role.
    package mutating func clear(_ area: Rect, role: Role = .text) {
        let blanks = String(repeating: " ", count: area.width)
        for y in area.y..<area.y + area.height { write(blanks, at: area.x, y, role: role) }
    }

    /// Draws a frame with a title.
    package mutating func frame(_ area: Rect, title: String = "", role: Role = .border, titleRole: Role = .title) {
        guard area.width >= 2, area.height >= 2 else { return }
        let line = String(repeating: "─", count: area.width - 2)
        write("┌" + line + "┐", at: area.x, area.y, role: role)
        for y in area.y + 1..<area.y + area.height - 1 {
            write("│", at: area.x, y, role: role)
            write("│", at: area.x + area.width - 1, y, role: role)
        }
        write("└" + line + "┘", at: area.x, area.y + area.height - 1, role: role)
        guard !title.isEmpty, area.width > 6 else { return }
        let end = write(" " + title, at: area.x + 2, area.y, width: area.width - 5, role: titleRole)
        write(" ", at: end, area.y, role: titleRole)
    }

    /// The grid in ASCII.
    package var ascii: Grid {
        var copy = self
        for index in copy.cells.indices { copy.cells[index].text = UntrustedText.asASCII(copy.cells[index].text) }
        return copy
    }

    /// The form of goldens, two lines per row: the characters, and below them the letters of their roles.
    package var golden: String {
        (0..<height).map { y in
            let characters = row(y).map(\.text).joined()
            let roles = String(row(y).map { $0.role.letter })
            return "|\(characters)|\n|\(roles)|\n"
        }.joined()
    }
}
