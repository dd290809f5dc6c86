package import Basics

/// The only gate through which untrusted text enters a cell or a line of output.
///
/// Control characters become visible: C0 controls as their pictures (␛ for ESC), C1 controls and bidirectional or invisible
/// characters as U+FFFD. Characters whose width differs between terminals are reduced: of several scalars, the first is kept
/// with at most two combining marks, so that no joiner, variation selector, flag or excess of marks shifts later columns. The
/// result never forms one character with its neighbour.
extension UntrustedText {
    /// The text on one line. Tabs and line breaks become spaces.
    package static func forTerminal(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var result = String.UnicodeScalarView()
        for character in text { append(character, to: &result) }
        return String(result)
    }

    /// The text line by line.
    package static func linesForTerminal(_ text: String) -> [String] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map { forTerminal(String($0)) }
    }

    /// What ``forTerminal(_:)`` returned in ASCII, for terminals that support nothing else.
    package static func asASCII(_ text: String) -> String {
        String(text.map { character in character.isASCII ? character : replacement(for: character) })
    }

    private static func append(_ character: Character, to result: inout String.UnicodeScalarView) {
        let scalars = character.unicodeScalars
        guard let first = scalars.first else { return }
        let base = scalars.count > 1 ? Hangul.syllable(of: scalars) ?? first : first
        let visible = visible(base)
        result.append(visible)
        guard visible == first, scalars.count > 1 else { return }
        for mark in scalars.dropFirst().prefix(while: TextWidth.isCombining).prefix(2) where isKept(mark) {
            result.append(mark)
        }
    }

    /// Not a variation selector, not invisible, and not a virama, which joins a letter to the next.
    private static func isKept(_ mark: Unicode.Scalar) -> Bool {
        mark.value < 0xFE00 && mark.properties.canonicalCombiningClass != .virama
            && !mark.properties.isDefaultIgnorableCodePoint
    }

    private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: return " "
        case 0x00..<0x20: return Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
        case 0x7F: return "\u{2421}"
        case 0x80..<0xA0: return "\u{FFFD}"
        case 0x1F1E6...0x1F1FF: return Unicode.Scalar(scalar.value - 0x1F1E6 + 0x41) ?? "\u{FFFD}"
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator:
            return "\u{FFFD}"
        case .nonspacingMark, .enclosingMark, .spacingMark:
            // A combining mark without a base letter.
            return "\u{FFFD}"
        default:
            return isInvisible(scalar) || joins(scalar) ? "\u{FFFD}" : scalar
        }
    }

    /// True if the scalar forms one character with a letter before or after it: a part of a Hangul syllable, a skin tone, or a
    /// letter of a script that combines neighbours.
    private static func joins(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x300 { return false }
        if Hangul.isPart(scalar) { return true }
        return String(String.UnicodeScalarView(["a", scalar])).count == 1
            || String(String.UnicodeScalarView([scalar, "a"])).count == 1
    }

    /// Letters by category that are invisible: the Hangul fillers.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        [0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800].contains(scalar.value)
    }

    private static func replacement(for character: Character) -> Character {
        switch character {
        case "…": "~"
        case "×": "x"
        case "─", "━": "-"
        case "│", "┃", "▌", "▏", "▎", "▍": "|"
        case "┌", "┐", "└", "┘", "├", "┤", "┬", "┴", "┼": "+"
        case "╭", "╮": "."
        case "╰": "`"
        case "╯": "'"
        case "●", "■", "▶", "►": "*"
        case "◉": "@"
        case "○": "o"
        case "□", "·", "•": "."
        case "›", "▸", "→": ">"
        case "‹": "<"
        case "↑": "^"
        case "↓": "v"
        case "✓": "+"
        case "✗": "x"
        case "▁", "▂": "_"
        case "▃", "▄": "-"
        case "▅", "▆": "="
        case "▇", "█", "▉", "▊", "▋", "▐": "#"
        case "⚠": "!"
        default: "?"
        }
    }
}
