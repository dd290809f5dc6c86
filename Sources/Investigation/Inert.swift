/// Foreign text made harmless for a Markdown document, a GitHub issue or a Slack message: it stays readable and does
/// nothing.
///
/// No line break, no markup, no mention, no link, no issue reference. Signs are replaced by visible ones: an escape would
/// show in one of the three, and an invisible character is what a terminal takes for an attack.
package enum Inert {
    /// `text` on one line, cut to `limit` characters.
    package static func quoted(_ text: some StringProtocol, limit: Int = 160) -> String {
        let scalars = Array(text.unicodeScalars.prefix(limit + 1))
        var result = ""
        for (index, scalar) in scalars.prefix(limit).enumerated() {
            let before = index > 0 ? scalars[index - 1] : " "
            let after = index + 1 < scalars.count ? scalars[index + 1] : " "
            result += replacement(for: scalar, between: before, and: after)
        }
        if scalars.count > limit { result += "…" }
        for (link, harmless) in [("://", ":∕∕"), ("www.", "www․"), ("GH-", "GH–"), ("gh-", "gh–")] {
            result = result.replacing(link, with: harmless)
        }
        return result
    }

    private static func replacement(
        for scalar: Unicode.Scalar, between before: Unicode.Scalar, and after: Unicode.Scalar
    ) -> String {
        switch scalar {
        case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{2028}", "\u{2029}": " "
        case "\u{200B}"..."\u{200F}", "\u{202A}"..."\u{202E}", "\u{2060}"..."\u{2069}", "\u{FEFF}": ""
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
        // An underscore inside a word is not markup: max_tokens.
        case "_" where !(isWord(before) && isWord(after)): "ˍ"
        default: String(scalar)
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
