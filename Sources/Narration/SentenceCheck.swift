import Basics

/// Checks one sentence of a model against the facts.
///
/// A sentence may be refused although it is true: nothing is lost then but the sentence. What is kept has no hash, figure,
/// time or name that is not in the facts, no markup that notifies or links, and no advice.
struct SentenceCheck {
    let facts: FactSheet
    let kind: NarrationJob.Kind

    /// Why the sentence is dropped, as a phrase: "it names deadbee, which is not among the facts". Nil if it is kept.
    func objection(to sentence: String) -> String? {
        if let mark = Self.markup.first(where: { sentence.lowercased().contains($0) }) {
            return "it contains “\(mark)”"
        }
        let (own, quotes) = Self.split(sentence)
        if let quote = quotes.first(where: { !facts.licenses(quote: $0) }) {
            return "it quotes “\(quote)”, which is not among the facts"
        }
        return adviceObjection(own) ?? claimObjection(own) ?? hashObjection(own) ?? figureObjection(own)
            ?? nameObjection(own)
    }

    private static let markup = [
        "```", "](", "://", "<!", "<@", "@channel", "@here", "@everyone", "</", "<a", "<i", "<s",
    ]

    /// The sentence without its quotes, and the quotes. A longer quote is the model's own text.
    private static func split(_ sentence: String) -> (own: String, quotes: [String]) {
        var (own, quotes, rest) = ("", [String](), sentence[...])
        let pairs: [Character: Character] = ["“": "”", "\"": "\""]
        while let start = rest.firstIndex(where: { pairs[$0] != nil }), let close = pairs[rest[start]] {
            let inside = rest[rest.index(after: start)...]
            guard let end = inside.firstIndex(of: close), inside[..<end].count <= 120 else { break }
            own += rest[..<start] + " "
            quotes.append(String(inside[..<end]))
            rest = inside[inside.index(after: end)...]
        }
        return (own + rest, quotes)
    }

    // MARK: claims

    /// Advice, reassurance and talk about the task: what to do is said by Sentinel, and a text among the facts may have asked
    /// for all of these.
    private func claimObjection(_ text: String) -> String? {
        let text = " " + text.lowercased().split { !($0.isLetter || $0 == "'") }.joined(separator: " ") + " "
        let claims = kind == .digest ? Self.claims : Self.claims + Self.endings
        return claims.first { text.contains(" \($0) ") }.map { "it says “\($0)”" }
    }

    private func adviceObjection(_ sentence: String) -> String? {
        let first = sentence.lowercased().split { !$0.isLetter }.first.map(String.init) ?? ""
        return Self.imperatives.contains(first) ? "it begins with “\(first)”, as advice does" : nil
    }

    private static let imperatives: Set<String> = [
        "add", "ask", "block", "check", "close", "consider", "contact", "decrease", "delete", "deploy", "drop",
        "enable",
        "ensure", "escalate", "increase", "investigate", "kill", "lower", "merge", "monitor", "notify", "open", "raise",
        "remove", "restart", "restore", "revert", "review", "roll", "rollback", "run", "set", "stop", "switch", "turn",
        "use", "verify", "wait",
    ]

    private static let claims = [
        "no action", "false alarm", "not an incident", "no incident", "nothing is wrong", "nothing wrong", "safe",
        "can be ignored", "may be ignored", "ignore", "all clear", "no impact", "harmless", "approve", "approved by me",
        "instruction", "instructions", "as an ai", "language model", "i cannot", "i can't", "sorry", "here is",
        "here's",
        "system prompt", "password", "please", "you should", "you must", "must be", "should be", "execute", "click",
        "visit", "download", "install", "disable", "sudo", "curl",
    ]
    private static let endings = ["resolved", "fixed", "is over", "has ended", "no longer", "recovered"]

    // MARK: hashes, times and figures

    private func hashObjection(_ text: String) -> String? {
        let unknown = Self.parts(of: text).filter(Self.isHash).first { !facts.licenses(hash: $0) }
        return unknown.map { "it names \($0), which is not among the facts" }
    }

    private func figureObjection(_ text: String) -> String? {
        var rest = text
        for hash in Self.parts(of: text.lowercased()).filter(Self.isHash) {
            rest = rest.replacing(hash, with: " ").replacing(hash.uppercased(), with: " ")
        }
        for word in rest.split(whereSeparator: \.isWhitespace) {
            let forms = TimeForms(word)
            guard !forms.isEmpty else { continue }
            guard forms.all.isSubset(of: facts.times) else {
                return "it states the time \(word), which is not among the facts"
            }
            rest = rest.replacing(word, with: " ")
        }
        if let figure = Figure.all(in: rest).first(where: { !facts.licenses($0) }) {
            return "it states \(Self.spelling(figure)), which is not among the facts"
        }
        let words = Set(Self.parts(of: rest.lowercased()))
        return Self.sums.first { words.contains($0) && !facts.licenses(name: $0) }.map {
            "it says “\($0)”, which is not among the facts"
        }
    }

    /// Figures in words.
    private static let sums = [
        "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "dozen", "dozens",
        "hundred",
        "hundreds", "thousand", "thousands", "million", "millions", "billion", "billions", "twice", "doubled",
        "tripled",
        "tenfold", "half", "halved", "quarter",
    ]

    private static func spelling(_ figure: Figure) -> String {
        let number = Format.decimal(figure.value, digits: figure.value == figure.value.rounded() ? 0 : 2)
        return (figure.isMoney ? "$" : "") + number + (figure.isPercent ? " %" : "")
    }

    /// Commit hashes, trace ids and the like: hexadecimal words of seven digits or more.
    private static func isHash(_ word: String) -> Bool {
        guard (7...64).contains(word.count), word.allSatisfy(\.isHexDigit) else { return false }
        // Seven hexadecimal letters may be an English word: "defaced".
        return word.contains(where: \.isNumber) || word.count > 7
    }

    private static func parts(of text: String) -> [String] {
        text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.map(String.init)
    }

    // MARK: names

    private func nameObjection(_ text: String) -> String? {
        let words = text.split(whereSeparator: { $0.isWhitespace || "(),;/".contains($0) })
        for (index, word) in words.enumerated() {
            let name = NameWord(word, isFirst: index == 0)
            if name.isName, !facts.licenses(name: name.text) {
                return "it names \(name.text), which is not among the facts"
            }
        }
        return nil
    }
}
