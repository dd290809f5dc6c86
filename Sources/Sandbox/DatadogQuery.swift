import Basics

/// Something that Datadog's searches find: a log line, a span, an event.
protocol DatadogSearchable {
    var id: String { get }
    var time: Instant { get }
    /// What words without a key are looked for in.
    var words: String { get }
    /// The values of a reserved attribute, a tag (`env`) or an attribute (`@http.status_code`).
    func values(of key: String) -> [String]
    var row: JSONValue { get }
}

/// The part of Datadog's search language that the sandbox reads: words and `"phrases"`, `key:value` with `*`, `-` for not,
/// and `OR`, which binds weaker than standing side by side. Nil for anything in parentheses or brackets.
struct DatadogQuery: Hashable, Sendable {
    private struct Term: Hashable {
        var isNegated: Bool
        var key: String?
        var value: String
    }

    private let alternatives: [[Term]]

    init?(_ text: String) {
        guard let pieces = Self.pieces(of: text) else { return nil }
        alternatives = pieces.split(separator: "OR", omittingEmptySubsequences: false).map { group in
            group.filter { $0 != "AND" && $0 != "*" && $0 != "*:*" }.map(Self.term)
        }
    }

    /// Cuts at spaces outside quotes.
    private static func pieces(of text: String) -> [String]? {
        var (pieces, piece, isQuoted) = ([String](), "", false)
        for character in text {
            switch character {
            case "\"": isQuoted.toggle()
            case " " where !isQuoted:
                if !piece.isEmpty { pieces.append(piece) }
                piece = ""
            case "(", ")", "[",
                "]" where !isQuoted:
                return nil
            default: piece.append(character)
            }
        }
        return isQuoted ? nil : piece.isEmpty ? pieces : pieces + [piece]
    }

    private static func term(_ text: String) -> Term {
        let isNegated = text.hasPrefix("-")
        let rest = isNegated ? text.dropFirst() : text[...]
        guard let colon = rest.firstIndex(of: ":"), colon != rest.startIndex, !rest[..<colon].contains(" ") else {
            return Term(isNegated: isNegated, key: nil, value: String(rest))
        }
        return Term(isNegated: isNegated, key: String(rest[..<colon]), value: String(rest[rest.index(after: colon)...]))
    }

    func matches(_ words: String, _ values: (String) -> [String]) -> Bool {
        alternatives.contains { terms in
            terms.allSatisfy { term in
                let isFound =
                    term.key.map { key in values(key).contains { Self.matches($0, term.value) } }
                    ?? words.lowercased().contains(term.value.lowercased().filter { $0 != "*" })
                return isFound != term.isNegated
            }
        }
    }

    /// `*` stands for any characters; letters' case does not count.
    private static func matches(_ value: String, _ pattern: String) -> Bool {
        let parts = pattern.lowercased().split(separator: "*", omittingEmptySubsequences: false).map(String.init)
        let value = value.lowercased()
        guard parts.count > 1 else { return value == parts.first }
        var rest = value[...]
        for (index, part) in parts.enumerated() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            if index == 0, range.lowerBound != value.startIndex { return false }
            if index == parts.count - 1 { return rest.hasSuffix(part) }
            rest = rest[range.upperBound...]
        }
        return true
    }
}

/// A moment as Datadog takes it: ISO 8601, milliseconds since the epoch, or `now` with an offset such as `now-15m`.
enum DatadogTime {
    static func read(_ value: JSONValue, now: Instant) -> Instant? {
        guard let text = value.string else { return value.int.map { Instant(milliseconds: Int64($0)) } }
        if let milliseconds = Int64(text) { return Instant(milliseconds: milliseconds) }
        guard text.hasPrefix("now") else { return Instant(iso8601: text) }
        let offset = text.dropFirst(3)
        guard let sign = offset.first else { return now }
        guard sign == "-" || sign == "+", let unit = offset.last, let count = Double(offset.dropFirst().dropLast()),
            let length = ["s": 1.0, "m": 60, "h": 3600, "d": 86400, "w": 604_800][unit]
        else { return nil }
        return sign == "-" ? now - .seconds(count * length) : now + .seconds(count * length)
    }
}
