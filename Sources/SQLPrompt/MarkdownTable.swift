package import Basics
import CellGrid

/// Rows as a table of GitHub's Markdown: markup is escaped, a line break is `<br>`, and control characters are replaced.
/// Columns of numbers are aligned to the right.
package enum MarkdownTable {
    /// Longer cells do not widen their column.
    private static let maxWidth = 60

    package static func text(of set: RowSet) -> String {
        guard !set.columns.isEmpty else { return "" }
        let header = set.columns.map { escaped($0) }
        let rows = set.rows.map { $0.map { escaped($0.spelling) } }
        let isNumeric = set.columns.indices.map { column in
            set.rows.contains { $0[column].isNumber }
                && set.rows.allSatisfy { $0[column].isNumber || $0[column].isNull }
        }
        let widths = header.indices.map { column in
            rows.reduce(max(3, TextWidth.of(header[column]))) { widest, row in
                let width = TextWidth.of(row[column])
                return width <= maxWidth ? max(widest, width) : widest
            }
        }
        func line(_ cells: [String]) -> String {
            let padded = cells.indices.map { column -> String in
                let space = String(repeating: " ", count: max(0, widths[column] - TextWidth.of(cells[column])))
                return isNumeric[column] ? space + cells[column] : cells[column] + space
            }
            return "| \(padded.joined(separator: " | ")) |\n"
        }
        let rule = widths.indices.map { column in
            String(repeating: "-", count: widths[column] - 1) + (isNumeric[column] ? ":" : "-")
        }
        return line(header) + line(rule) + rows.map(line).joined()
    }

    private static func escaped(_ text: String) -> String {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return lines.map { escapedLine(UntrustedText.forTerminal(String($0))) }.joined(separator: "<br>")
    }

    private static func escapedLine(_ text: String) -> String {
        let characters = Array(text)
        var line = ""
        for (place, character) in characters.enumerated() {
            switch character {
            case "\\", "|", "`", "*", "<", "[", "~": line += "\\"
            case "&" where isEntity(characters[(place + 1)...]): line += "\\"
            // Within a word, an underscore is not markup.
            case "_" where place == 0 || place == characters.count - 1 || !isWithinWord(characters, place): line += "\\"
            default: break
            }
            line.append(character)
        }
        return line
    }

    /// `&` and `rest` would be drawn as one character: `&lt;`.
    private static func isEntity(_ rest: ArraySlice<Character>) -> Bool {
        let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "#" }
        return !name.isEmpty && rest.dropFirst(name.count).first == ";"
    }

    private static func isWithinWord(_ characters: [Character], _ place: Int) -> Bool {
        [characters[place - 1], characters[place + 1]].allSatisfy { $0.isLetter || $0.isNumber }
    }
}

extension Value {
    fileprivate var isNumber: Bool {
        switch self {
        case .integer, .real: true
        case .null, .text, .blob: false
        }
    }
}
