/// Text from outside, made harmless for the place where it is shown. Each receiver has its own rules: a terminal
/// (`CellGrid`), Slack and GitHub (`Actions`), and Markdown that may end in any of the three.
package enum UntrustedText {
    /// Without what no reader sees and some program obeys: control characters (line feeds stay, tabs become blanks),
    /// bidirectional controls, zero-width and tag characters, and floods of combining marks.
    ///
    /// Secrets are masked first, where such a character may be all that separates one from a word.
    package static func visible(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x0A }
        if isPlain { return text }
        let text = Redaction().apply(to: text)
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
    package static func line(_ text: String) -> String {
        text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
    }

    /// The first `limit` Unicode scalars of what `spell` makes of the characters, never half of one spelling; an ellipsis
    /// marks a cut.
    package static func bounded(
        _ text: String, limit: Int, spell: (Character) -> String = { String($0) }
    ) -> String {
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

    /// On one line of a Markdown document, a GitHub issue or a Slack message, cut to `limit` characters: no markup, no
    /// mention, no link, no issue reference. A URL is code, so that it can be copied and is not followed by mistake.
    ///
    /// Other signs are replaced by visible ones: an escape would show in one of the three, and an invisible character is what
    /// a terminal takes for an attack.
    package static func forMarkdown(_ text: some StringProtocol, limit: Int = 160) -> String {
        let scalars = Array(visible(String(text)).unicodeScalars.prefix(limit + 1))
        let kept = scalars.prefix(limit)
        var result = ""
        var index = 0
        while index < kept.count {
            let length = linkLength(in: kept, from: index)
            if length > 0 {
                result += "`"
                result.unicodeScalars.append(contentsOf: kept[index..<index + length])
                result += "`"
                index += length
                continue
            }
            let before = index > 0 ? scalars[index - 1] : " "
            let after = index + 1 < scalars.count ? scalars[index + 1] : " "
            result += markdownSpelling(of: scalars[index], between: before, and: after)
            index += 1
        }
        return scalars.count > limit ? result + "…" : result
    }

    /// The length of what GitHub or Slack would make a link of, from `start` on: a URL, or a reference such as `GH-7`.
    private static func linkLength(in scalars: ArraySlice<Unicode.Scalar>, from start: Int) -> Int {
        let rest = scalars[start...]
        func begins(with prefix: String) -> Bool {
            rest.count > prefix.unicodeScalars.count
                && zip(rest, prefix.unicodeScalars).allSatisfy { $0.properties.lowercaseMapping == String($1) }
        }
        let isWordStart = start == scalars.startIndex || !isWord(scalars[start - 1])
        let isReference = isWordStart && begins(with: "gh-") && scalars[start + 3].properties.numericType != nil
        guard begins(with: "http://") || begins(with: "https://") || isWordStart && begins(with: "www.") || isReference
        else { return 0 }
        let link = rest.prefix { !$0.properties.isWhitespace && !"`()[]<>\"'\\".unicodeScalars.contains($0) }
        return link.reversed().drop { ".,;:!?".unicodeScalars.contains($0) }.count
    }

    private static func markdownSpelling(
        of scalar: Unicode.Scalar, between before: Unicode.Scalar, and after: Unicode.Scalar
    ) -> String {
        switch scalar {
        case "\n": " "
        case "@": "(at)"
        case "#" where after.properties.numericType != nil: "no. "
        case "<": "‹"
        case ">": "›"
        case "`": "'"
        case "[": "("
        case "]": ")"
        case "*": "∗"
        case "~": "∼"
        case "\\": "∖"
        // Inside a word an underscore marks nothing up: max_tokens.
        case "_" where !(isWord(before) && isWord(after)): "ˍ"
        default: String(scalar)
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
