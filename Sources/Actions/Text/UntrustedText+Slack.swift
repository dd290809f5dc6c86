import Basics

extension UntrustedText {
    /// Slack's mrkdwn: `& < >` are escaped, so that no `<!channel>`, `<@U…>` or disguised link survives, and an at sign is
    /// parted from the name that follows it.
    static func forSlack(_ text: String, limit: Int) -> String {
        bounded(text, limit: limit) { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "@": "@\u{200B}"
            default: String(character)
            }
        }
    }

    /// One line of a `plain_text` object, where nothing is escaped but a name after an at sign may still notify.
    static func forSlackPlain(_ text: String, limit: Int) -> String {
        bounded(text, limit: limit) { character in
            character == "@" ? "@\u{200B}" : character == "<" ? "‹" : character == ">" ? "›" : String(character)
        }
    }

    /// Markdown as mrkdwn. Headings and `**strong**` become `*bold*`, list marks become bullets. Whole lines are kept while they fit; a first
    /// line that is longer than the limit is cut.
    static func forSlack(markdown: String, limit: Int) -> String {
        let lines = markdown.split(separator: "\n", omittingEmptySubsequences: false).map { mrkdwn(String($0)) }
        var result = ""
        var used = 0
        for line in lines {
            let size = line.unicodeScalars.count + 1
            if used + size > limit - 2 {
                if result.isEmpty { return bounded(line, limit: limit) }
                return result.trimmed + "\n…"
            }
            result += line + "\n"
            used += size
        }
        return result.trimmed
    }

    private static func mrkdwn(_ text: String) -> String {
        let content = text.drop { $0 == " " }
        let marks = content.prefix { $0 == "#" }
        if !marks.isEmpty, marks.count <= 6, content.dropFirst(marks.count).first == " " {
            let title = String(content.dropFirst(marks.count)).trimmed.replacing("*", with: "")
            return title.isEmpty ? "" : "*" + forSlack(title, limit: 3000) + "*"
        }
        let isItem = content.hasPrefix("- ") || content.hasPrefix("* ")
        let body = isItem ? "• " + content.dropFirst(2) : text
        return forSlack(body.replacing("**", with: "*"), limit: 3000)
    }
}
