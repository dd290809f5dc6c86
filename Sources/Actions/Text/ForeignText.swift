/// Takes out of foreign text what no reader sees and some program obeys.
enum ForeignText {
    /// Without control characters (line feeds stay, tabs become blanks), bidirectional controls, zero-width and tag
    /// characters, and floods of combining marks.
    static func clean(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var marks = 0
        for scalar in text.unicodeScalars {
            if (0x20..<0x7F).contains(scalar.value) || scalar == "\n" {
                marks = 0
                result.append(scalar)
            } else if scalar.properties.canonicalCombiningClass != .notReordered
                || scalar.properties.generalCategory == .enclosingMark
            {
                marks += 1
                if marks <= 3 { result.append(scalar) }
            } else {
                marks = 0
                if !isInvisible(scalar) { result.append(scalar == "\t" ? " " : scalar) }
            }
        }
        return String(result)
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09: false
        case 0..<0x20, 0x7F..<0xA0: true
        case 0xAD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0: true
        case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFFF0...0xFFFB, 0xE0000...0xE0FFF: true
        default: false
        }
    }

    /// On one line, with single blanks.
    static func line(_ text: String) -> String {
        text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
    }

    /// The first `limit` Unicode scalars of what `spell` makes of the characters, never half of one spelling; an ellipsis
    /// marks a cut.
    static func bounded(_ text: String, limit: Int, spell: (Character) -> String = { String($0) }) -> String {
        var result = ""
        var used = 0
        /// Where to cut back to when the text turns out too long: one scalar is kept free for the ellipsis.
        var beforeEllipsis = result.endIndex
        for character in text {
            let spelling = spell(character)
            used += spelling.unicodeScalars.count
            if used > limit { return result[..<beforeEllipsis] + (limit > 0 ? "…" : "") }
            result += spelling
            if used < limit { beforeEllipsis = result.endIndex }
        }
        return result
    }
}
