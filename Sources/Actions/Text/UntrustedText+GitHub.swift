import Basics

extension UntrustedText {
    /// GitHub's Markdown: mentions, references to issues, HTML and images are broken up by a zero-width space, which shows
    /// as nothing, also inside code.
    static func forGitHub(_ text: String) -> String {
        let characters = Array(text)
        var result = ""
        for (position, character) in characters.enumerated() {
            result.append(character)
            let next = position + 1 < characters.count ? characters[position + 1] : " "
            if isObeyed(character, next: next, before: { word in ends(characters[..<position], with: word) }) {
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

    private static func ends(_ characters: ArraySlice<Character>, with word: String) -> Bool {
        characters.count >= word.count && String(characters.suffix(word.count)).lowercased() == word
    }

    /// Closes a code fence that the text opens and does not close, so that what follows is no code.
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
