import Basics
import CellGrid

/// An input is two bytes, the positions at which the following text and its second half are written into a grid.
///
/// The gate never returns control, invisible or bidirectional characters. Its output passes unchanged through the gate again, and
/// each character has the width of its first scalar. A row of a grid is as wide as the grid.
enum TextSubject {
    static func check(_ bytes: [UInt8]) {
        let text = String(decoding: bytes.dropFirst(2), as: UTF8.self)
        let inert = UntrustedText.forTerminal(text)
        checkScalars(inert)
        promise("what is inert stays as it is", UntrustedText.forTerminal(inert) == inert)
        for line in UntrustedText.linesForTerminal(text) { checkScalars(line) }
        checkASCII(UntrustedText.asASCII(inert), of: inert)
        for width in [0, 1, 7] { checkWidths(inert, width) }
        checkGrid(text, bytes.first ?? 0, bytes.dropFirst().first ?? 0)
    }

    private static func checkScalars(_ text: String) {
        for character in text {
            for (place, scalar) in character.unicodeScalars.enumerated() {
                promise("U+\(String(scalar.value, radix: 16)) comes out", isHarmless(scalar))
                let takesNoColumn = TextWidth.of(Character(scalar)) == 0
                promise(
                    "U+\(String(scalar.value, radix: 16)) at \(place) of “\(character)” takes columns",
                    (place == 0) != takesNoColumn)
            }
            promise("a character has at most two marks", character.unicodeScalars.count <= 3)
        }
    }

    /// By the standard's own classes: no control, format, private, unassigned or separating character but the blank.
    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: !scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    private static func checkASCII(_ ascii: String, of inert: String) {
        promise("ASCII is ASCII", ascii.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
        promise("each character becomes one", ascii.utf8.count == inert.count)
    }

    private static func checkWidths(_ text: String, _ width: Int) {
        promise("a text cut to \(width) fits", TextWidth.of(TextWidth.truncated(text, to: width)) <= width)
        promise("a prefix of \(width) fits", TextWidth.of(TextWidth.prefix(text, width: width)) <= width)
        guard width > 1 else { return }
        for line in TextWidth.wrapped(text, width: width) {
            promise("a line wrapped at \(width) fits", TextWidth.of(line) <= width)
        }
    }

    private static func checkGrid(_ text: String, _ first: UInt8, _ second: UInt8) {
        var grid = Grid(width: 16, height: 2)
        let half = text.index(text.startIndex, offsetBy: text.count / 2)
        grid.write(text, at: Int(first % 24) - 4, 0)
        grid.write(String(text[half...]), at: Int(second % 24) - 4, 0)
        grid.write(text, at: Int(second % 24) - 4, 1, in: Rect(x: 3, y: 0, width: Int(first % 12), height: 2))
        for y in 0..<grid.height {
            var x = 0
            while x < grid.width {
                let width = TextWidth.of(grid[x, y].text)
                promise("“\(grid[x, y].text)” at \(x) is one character", grid[x, y].text.count == 1 && width > 0)
                let covered = (x + 1..<x + width).allSatisfy { $0 < grid.width && grid[$0, y].text.isEmpty }
                promise("“\(grid[x, y].text)” at \(x) has its \(width) cells", covered)
                x += width
            }
            let drawn = String(grid.row(y).map(\.text).joined())
            promise("a row is as wide as the grid", TextWidth.of(drawn) == grid.width)
            checkScalars(drawn)
        }
    }
}
