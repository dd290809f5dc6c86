import Basics

extension UntrustedText {
    /// GitHub's Markdown: a zero-width space, which is invisible also inside code, breaks up mentions, references to issues,
    /// HTML and images.
    static func forGitHub(_ text: String) -> String {
        let characters = Array(text)
        var result = ""
        for (position, character) in characters.enumerated() {
            result.append(character)
            let next = position + 1 < characters.count ? characters[position + 1] : " "
            let before = characters[..<position]
            if isObeyed(character, next: next, before: { ends(before, with: $0) }), !isInURL(character, after: before) {
                result += "\u{200B}"
            }
        }
        return result
    }

    private static func isObeyed(
        _ character: Character, next: Character, before: (String) -> Bool
    ) -> Bool {
        switch character {
        case "@": next.isLetter || next.isNumber
        case "#": next.isNumber
        case "<": next.isLetter || "/!?".contains(next)
        case "!": next == "["
        case "-": next.isNumber && before("gh")
        case "/": next.isNumber && (before("/issues") || before("/pull") || before("/discussions"))
        default: false
        }
    }

    /// A reference within a URL that is written as code stays as it is, so that the URL can be copied.
    private static func isInURL(_ character: Character, after text: ArraySlice<Character>) -> Bool {
        guard character == "/" || character == "#" else { return false }
        let word = text.reversed().prefix { !$0.isWhitespace && $0 != "`" }
        return String(word.reversed()).hasPrefix("http") && text.dropLast(word.count).last == "`"
    }

    private static func ends(_ characters: ArraySlice<Character>, with word: String) -> Bool {
        characters.count >= word.count && String(characters.suffix(word.count)).lowercased() == word
    }

    /// Closes a code fence that the text opens and does not close, so that the text after it is not code.
    static func withClosedFence(_ text: String) -> String {
        var open: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let content = line.drop { $0 == " " }
            guard let mark = content.first, mark == "`" || mark == "~" else { continue }
            let fence = content.prefix { $0 == mark }
            guard fence.count >= 3 else { continue }
            if let opened = open {
                let rest = content.dropFirst(fence.count)
                if opened.first == mark, fence.count >= opened.count, rest.allSatisfy(\.isWhitespace) { open = nil }
            } else {
                open = String(fence.prefix(90))
            }
        }
        return open.map { text + "\n" + $0 } ?? text
    }
}
