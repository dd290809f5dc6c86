import Basics

/// Something that Datadog's searches find: a log line, a span, an event.
protocol DatadogSearchable {
    var id: String { get }
    var time: Instant { get }
    /// The text to search for words without a key.
    var words: String { get }
    /// The values of a reserved attribute, a tag (`env`) or an attribute (`@http.status_code`).
    func values(of key: String) -> [String]
    var row: JSONValue { get }
}

/// The search language that Datadog, GitHub and Sentry have in common: words and `"phrases"`, `key:value`, groups in
/// parentheses, also of one key's values, `-` and `NOT`, and `OR`, which binds weaker than juxtaposition. Nil for ranges in brackets
/// and for unclosed groups.
struct SearchQuery: Hashable, Sendable {
    private indirect enum Node: Hashable, Sendable {
        case all([Node])
        case any([Node])
        case not(Node)
        /// Without a key, the value is searched in the words.
        case term(key: String?, value: String)
    }

    private let root: Node

    init?(_ text: String) {
        guard let pieces = Self.pieces(of: text) else { return nil }
        var rest = pieces[...]
        guard let root = Self.alternatives(&rest, key: nil), rest.isEmpty else { return nil }
        self.root = root
    }

    /// Cuts at spaces and around parentheses, but not inside quotes.
    private static func pieces(of text: String) -> [String]? {
        var (pieces, piece, isQuoted) = ([String](), "", false)
        func end() {
            if !piece.isEmpty { pieces.append(piece) }
            piece = ""
        }
        for character in text {
            switch character {
            case "\"": isQuoted.toggle()
            case _ where isQuoted: piece.append(character)
            case " ": end()
            case "[", "]": return nil
            case "(", ")":
                end()
                pieces.append(String(character))
            default: piece.append(character)
            }
        }
        end()
        return isQuoted ? nil : pieces
    }

    /// Up to the end or a closing parenthesis, which stays.
    private static func alternatives(_ rest: inout ArraySlice<String>, key: String?) -> Node? {
        var (found, side) = ([Node](), [Node]())
        while let piece = rest.first, piece != ")" {
            switch piece {
            case "OR":
                rest.removeFirst()
                found.append(.all(side))
                side = []
            case "AND", "*", "*:*": rest.removeFirst()
            default:
                guard let node = operand(&rest, key: key) else { return nil }
                side.append(node)
            }
        }
        return found.isEmpty ? .all(side) : .any(found + [.all(side)])
    }

    /// A term, a group, or a negation.
    private static func operand(_ rest: inout ArraySlice<String>, key: String?) -> Node? {
        guard let piece = rest.popFirst() else { return nil }
        if piece == "NOT" || piece == "-" { return operand(&rest, key: key).map(Node.not) }
        if piece == "(" {
            guard let group = alternatives(&rest, key: key), rest.popFirst() == ")" else { return nil }
            return group
        }
        if piece.hasPrefix("-") {
            rest = [String(piece.dropFirst())] + rest
            return operand(&rest, key: key).map(Node.not)
        }
        guard let colon = piece.firstIndex(of: ":"), colon != piece.startIndex, !piece[..<colon].contains(" ") else {
            return .term(key: key, value: piece)
        }
        let (name, value) = (String(piece[..<colon]), String(piece[piece.index(after: colon)...]))
        return value.isEmpty && rest.first == "(" ? operand(&rest, key: name) : .term(key: name, value: value)
    }

    /// As Datadog matches: a value may have `*` in it.
    func matches(_ words: String, _ values: (String) -> [String]) -> Bool {
        matches(words) { key, value in values(key).contains { Self.matches($0, value) } }
    }

    /// True if every word is in the text and `holds` is true for every key.
    func matches(_ words: String, holds: (_ key: String, _ value: String) -> Bool?) -> Bool {
        Self.matches(root, words.lowercased(), holds) ?? true
    }

    private static func matches(_ node: Node, _ words: String, _ holds: (String, String) -> Bool?) -> Bool? {
        switch node {
        case .all(let nodes): nodes.allSatisfy { matches($0, words, holds) ?? true }
        case .any(let nodes): nodes.contains { matches($0, words, holds) ?? true }
        case .not(let node): matches(node, words, holds).map { !$0 }
        case .term(let key?, let value): holds(key, value)
        case .term(nil, let value): words.contains(value.lowercased().filter { $0 != "*" })
        }
    }

    /// `*` matches any characters; case is ignored.
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
        guard sign == "-" || sign == "+", let length = Span(period: offset.dropFirst()) else { return nil }
        return sign == "-" ? now - length : now + length
    }
}

extension Span {
    /// `90s`, `15m`, `24h`, `14d` or `2w`.
    init?(period: Substring) {
        guard let count = Double(period.dropLast()), let unit = period.last,
            let seconds = ["s": 1.0, "m": 60, "h": 3600, "d": 86400, "w": 604_800][unit]
        else { return nil }
        self = .seconds(count * seconds)
    }
}
