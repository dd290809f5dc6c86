import Basics
import CellGrid

/// The candidates at the cursor.
package struct Completion: Hashable, Sendable {
    /// The number of scalars before the cursor that a candidate replaces.
    package var typed: Int
    /// In display order. A blank at the end is inserted but not shown.
    package var candidates: [String]

    package init(typed: Int = 0, candidates: [String] = []) {
        self.typed = typed
        self.candidates = candidates
    }

    /// The text that Tab inserts for `text`, the typed part; nil if there is nothing to add.
    func insertion(for text: String) -> String? {
        guard let first = candidates.first else { return nil }
        let common = candidates.dropFirst().reduce(first) { common, next in
            String(zip(common, next).prefix { $0 == $1 }.map(\.0))
        }
        let isProgress = candidates.count == 1 ? common != text : common.count > text.count
        return isProgress ? common : nil
    }

    /// The candidates in columns, as many as fit; the last line counts the rest.
    func listing(width: Int, rows: Int) -> [String] {
        let names = candidates.map { name in
            UntrustedText.forTerminal(name.hasSuffix(" ") ? String(name.dropLast()) : name)
        }
        let cell = min(width, (names.map(TextWidth.of).max() ?? 0) + 2)
        let columns = max(1, width / max(1, cell))
        let needed = (names.count + columns - 1) / columns
        let height = needed <= rows ? needed : max(1, rows - 1)
        let shown = Array(names.prefix(columns * height))
        var lines = (0..<min(height, shown.count)).map { row -> String in
            let cells = stride(from: row, to: shown.count, by: height).map { TextWidth.truncated(shown[$0], to: width) }
            let padded = cells.dropLast().map { $0 + String(repeating: " ", count: max(0, cell - TextWidth.of($0))) }
            return padded.joined() + (cells.last ?? "")
        }
        if shown.count < names.count { lines.append("… and \(names.count - shown.count) more") }
        return lines
    }
}
