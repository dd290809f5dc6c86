/// One word, symbol, text or comment of SQL, possibly incomplete.
struct SQLLexeme: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case word, number, symbol, comment
        /// `"name"`, `` `name` `` or `[name]`.
        case quotedName
        /// `'text'`.
        case string
    }

    var kind: Kind
    /// As written, quotes included.
    var text: String
    /// In the bytes of the text that was cut.
    var bytes: Range<Int>
    /// The text ended before the quote or the comment did.
    var isOpen = false

    /// The name of a word or a quoted name.
    var name: String? {
        switch kind {
        case .word: return text
        case .quotedName:
            let inner = isOpen ? text.dropFirst() : text.dropFirst().dropLast()
            let quote = text.first == "[" ? "]" : String(text.prefix(1))
            return String(inner).replacing(quote + quote, with: quote)
        case .number, .symbol, .comment, .string: return nil
        }
    }

    func isSymbol(_ symbol: Character) -> Bool { kind == .symbol && text == String(symbol) }
    func isWord(_ word: String) -> Bool { kind == .word && text.uppercased() == word }
}

/// Splits SQL as it is typed: never fails, and can continue in a quote or comment of an earlier line.
struct SQLLexer {
    /// What a line has left open.
    enum Opening: Hashable, Sendable {
        case quote(UInt8)
        case blockComment
    }

    private let bytes: [UInt8]
    private var position = 0
    private(set) var lexemes: [SQLLexeme] = []
    private(set) var opening: Opening?

    init(_ text: some StringProtocol, within opening: Opening? = nil) {
        bytes = Array(text.utf8)
        switch opening {
        case .quote(let quote): takeQuoted(until: quote, from: 0)
        case .blockComment: takeBlockComment(from: 0)
        case nil: break
        }
        while position < bytes.count { takeOne() }
    }

    private mutating func takeOne() {
        let start = position
        let byte = bytes[position]
        let next = position + 1 < bytes.count ? bytes[position + 1] : 0
        position += 1
        switch byte {
        case 0x20, 0x09...0x0D: return
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): takeQuoted(until: byte, from: start)
        case UInt8(ascii: "["): takeQuoted(until: UInt8(ascii: "]"), from: start)
        case UInt8(ascii: "-") where next == byte:
            take { $0 != 0x0A }
            append(.comment, start, isOpen: position == bytes.count)
        case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
            position += 1
            takeBlockComment(from: start)
        case _ where Self.isNameStart(byte):
            take(while: Self.isNamePart)
            append(.word, start)
        case _ where Self.isDigit(byte):
            take { Self.isNamePart($0) || $0 == UInt8(ascii: ".") }
            append(.number, start)
        default: append(.symbol, start)
        }
    }

    private mutating func takeQuoted(until quote: UInt8, from start: Int) {
        let kind: SQLLexeme.Kind = quote == UInt8(ascii: "'") ? .string : .quotedName
        while position < bytes.count {
            let isQuote = bytes[position] == quote
            position += 1
            guard isQuote else { continue }
            let isDoubled = quote != UInt8(ascii: "]") && position < bytes.count && bytes[position] == quote
            guard isDoubled else { return append(kind, start) }
            position += 1
        }
        opening = .quote(quote)
        append(kind, start, isOpen: true)
    }

    private mutating func takeBlockComment(from start: Int) {
        while position < bytes.count {
            if bytes[position...].starts(with: "*/".utf8) {
                position += 2
                return append(.comment, start)
            }
            position += 1
        }
        opening = .blockComment
        append(.comment, start, isOpen: true)
    }

    private mutating func take(while condition: (UInt8) -> Bool) {
        while position < bytes.count, condition(bytes[position]) { position += 1 }
    }

    private mutating func append(_ kind: SQLLexeme.Kind, _ start: Int, isOpen: Bool = false) {
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        lexemes.append(SQLLexeme(kind: kind, text: text, bytes: start..<position, isOpen: isOpen))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isNameStart(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F || byte >= 0x80
    }
    private static func isNamePart(_ byte: UInt8) -> Bool {
        isNameStart(byte) || isDigit(byte) || byte == UInt8(ascii: "$")
    }
}
