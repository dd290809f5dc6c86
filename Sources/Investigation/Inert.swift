/// Foreign text made harmless for a Markdown document, a GitHub issue or a Slack message: it stays readable and does
/// nothing.
///
/// No line break, no markup, no mention, no link, no issue reference, no closing keyword that works.
package enum Inert {
    /// `text` on one line, cut to `limit` characters.
    package static func quoted(_ text: some StringProtocol, limit: Int = 160) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else {
                result += "…"
                break
            }
            count += 1
            result += replacement(for: scalar)
        }
        return result.replacing("://", with: ":\u{2060}//").replacing("www.", with: "www\u{2060}.")
    }

    /// A word joiner after the sign keeps it from being a mention or a reference; it has no width.
    private static func replacement(for scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{2028}", "\u{2029}": " "
        case "\u{200B}"..."\u{200F}", "\u{202A}"..."\u{202E}", "\u{2060}"..."\u{2069}", "\u{FEFF}": ""
        case "@", "#": "\(scalar)\u{2060}"
        case "<": "‹"
        case ">": "›"
        case "`": "'"
        case "[": "("
        case "]": ")"
        case "*", "_", "~", "|", "\\": "\\\(scalar)"
        default: String(scalar)
        }
    }
}
