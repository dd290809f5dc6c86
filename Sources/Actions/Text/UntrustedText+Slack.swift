import Basics

extension UntrustedText {
    /// Slack's mrkdwn: `& < >` are escaped, so that no `<!channel>`, `<@U…>` or disguised link survives, and an at sign is
    /// separated from the name that follows it.
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
}
