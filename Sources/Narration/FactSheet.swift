import Basics

/// What a text may state, read from a document of facts.
struct FactSheet {
    /// The amounts in US dollars, and all other numbers.
    private(set) var amounts: [Double] = []
    private(set) var numbers: [Double] = []
    /// `03:12`, `03:12:40` and `2026-11-30`.
    private(set) var times: Set<String> = []
    /// All texts that license a name, and all texts, also those that only a quote may repeat.
    private var names = WordText()
    private var texts = WordText()
    private var hashes: [String] = []

    private let foreignMembers: Set<String>

    init(_ job: NarrationJob) {
        foreignMembers = job.foreignMembers
        read(job.facts, of: "", isForeign: false)
    }

    private mutating func read(_ value: JSONValue, of member: String, isForeign: Bool) {
        switch value {
        case .null, .bool: break
        case .integer(let number): add(Double(number), of: member)
        case .number(let number): add(number, of: member)
        case .string(let text): read(text, isForeign: isForeign)
        case .array(let elements):
            numbers.append(Double(elements.count))
            for element in elements { read(element, of: member, isForeign: isForeign) }
        case .object(let members):
            for inner in members {
                read(inner.value, of: inner.name, isForeign: isForeign || foreignMembers.contains(inner.name))
            }
        }
    }

    /// A number of a member that has a currency's name may be written as an amount.
    private mutating func add(_ number: Double, of member: String) {
        numbers.append(number)
        let isAmount = ["cost", "spend", "price", "amount", "budget", "usd", "mean", "median", "baseline", "saved"]
            .contains { member.contains($0) }
        if isAmount { amounts.append(number) }
    }

    private mutating func read(_ text: String, isForeign: Bool) {
        let text = text.lowercased()
        texts.add(text)
        guard !isForeign else { return }
        names.add(text)
        hashes += text.split { !($0.isLetter || $0.isNumber) }.filter { $0.count >= 7 }.map(String.init)
        var rest = text
        for word in text.split(whereSeparator: { $0.isWhitespace || "(),;".contains($0) }) {
            let forms = TimeForms(word)
            guard !forms.isEmpty else { continue }
            times.formUnion(forms.all)
            rest = rest.replacing(word, with: " ")
        }
        for figure in Figure.all(in: rest) {
            numbers.append(figure.value)
            if figure.isMoney { amounts.append(figure.value) }
        }
    }

    func licenses(_ figure: Figure) -> Bool {
        let known = figure.isMoney ? amounts : numbers
        if known.contains(where: figure.states) { return true }
        return figure.isPercent && numbers.contains { figure.states($0 * 100) }
    }

    /// Whether the texts have this name as a whole word or a part of a path.
    func licenses(name: String) -> Bool { names.contains(name) }

    /// Whether a hash or its start is in the texts.
    func licenses(hash: String) -> Bool { hashes.contains { $0.hasPrefix(hash) } }

    func licenses(quote: String) -> Bool { texts.contains(quote) }
}

/// Texts in lower case with single spaces, in which whole words are looked up.
private struct WordText {
    private var bytes: [UInt8] = [space]
    private static let space = UInt8(ascii: " ")

    mutating func add(_ text: String) { bytes += Self.normal(text) + [Self.space] }

    /// Whether the words are in it, with no letter or digit beside them.
    func contains(_ words: String) -> Bool {
        let wanted = Self.normal(words)
        guard !wanted.isEmpty, wanted.count < bytes.count else { return false }
        return (1..<bytes.count - wanted.count).contains { start in
            bytes[start] == wanted[0] && bytes[start..<start + wanted.count].elementsEqual(wanted)
                && !Self.isWord(bytes[start - 1]) && !Self.isWord(bytes[start + wanted.count])
        }
    }

    private static func normal(_ text: String) -> [UInt8] {
        Array(text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ").utf8)
    }

    /// A letter, a digit, or a part of a letter beyond ASCII.
    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}

/// The ways to write the moment or the time of day that a word is.
struct TimeForms {
    private(set) var all: Set<String> = []
    var isEmpty: Bool { all.isEmpty }

    /// `2026-11-30t03:12:40.000z`, `2026-11-30`, `03:12`, `03:12:40z`; empty for all else.
    init(_ word: some StringProtocol) {
        let word = word.lowercased().drop { "(“\"'".contains($0) }.prefix { !")”\"'".contains($0) }
        let halves = word.split(separator: "t", maxSplits: 1)
        for half in halves {
            let bare = half.prefix { "0"..."9" ~= $0 || $0 == ":" || $0 == "-" }
            let isDate = bare.split(separator: "-").map(\.count) == [4, 2, 2]
            let parts = bare.split(separator: ":").map(\.count)
            let isClock = parts == [2, 2] || parts == [2, 2, 2]
            guard isDate || isClock else { continue }
            all.insert(String(bare))
            if isClock { all.insert(String(bare.prefix(5))) }
        }
    }
}
