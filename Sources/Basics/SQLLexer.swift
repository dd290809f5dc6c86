/// One word, sign, text or comment of SQL, as it is written.
package struct SQLToken: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case word, symbol, comment
        /// `"name"`, `` `name` `` or `[name]`, quotes included.
        case quotedName
        /// `'text'`, quotes included.
        case string
        /// Also `x'4142'`, a blob.
        case number
        /// `?`, `?1`, `:name`.
        case parameter
    }

    package var kind: Kind
    package var text: String
    /// Byte offset in the text that was cut.
    package var offset: Int
    /// The text ended before the quote or the comment did.
    package var isOpen: Bool

    package init(kind: Kind, text: String, offset: Int, isOpen: Bool = false) {
        (self.kind, self.text, self.offset, self.isOpen) = (kind, text, offset, isOpen)
    }

    package var bytes: Range<Int> { offset..<offset + text.utf8.count }

    /// The name that a word or a quoted name spells, in the case in which it is written; nil for the rest.
    package var spelledName: String? {
        switch kind {
        case .word: return text
        case .quotedName:
            let inner = isOpen ? text.dropFirst() : text.dropFirst().dropLast()
            let quote = text.first == "[" ? "]" : String(text.prefix(1))
            return String(inner).replacing(quote + quote, with: quote)
        case .number, .symbol, .comment, .string, .parameter: return nil
        }
    }

    package func isWord(_ keyword: String) -> Bool { kind == .word && text.uppercased() == keyword }
    package func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
}

/// Cuts SQL into tokens. Never fails: what has no end yet is an open token, and a later line can go on in it.
package struct SQLLexer {
    /// What the text has left open.
    package enum Opening: Hashable, Sendable {
        case quote(UInt8)
        case blockComment
    }

    private let bytes: [UInt8]
    private var position = 0
    package private(set) var tokens: [SQLToken] = []
    package private(set) var opening: Opening?

    package init(_ text: some StringProtocol, within opening: Opening? = nil) {
        bytes = Array(text.utf8)
        switch opening {
        case .quote(let quote): takeQuoted(until: quote, from: 0)
        case .blockComment: takeBlockComment(from: 0)
        case nil: break
        }
        while position < bytes.count { takeOne() }
    }

    private static let longSymbols = ["->>", "::", "->", "=>", "||", "<>", "<=", ">=", "!=", "==", "<<", ">>"]

    private mutating func takeOne() {
        let start = position
        let byte = bytes[position]
        let next = position + 1 < bytes.count ? bytes[position + 1] : 0
        position += 1
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0C, 0x0D: return
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): takeQuoted(until: byte, from: start)
        case UInt8(ascii: "["): takeQuoted(until: UInt8(ascii: "]"), from: start)
        case UInt8(ascii: "?"):
            take(while: Self.isDigit)
            append(.parameter, start)
        case UInt8(ascii: "-") where next == byte:
            take { $0 != 0x0A }
            append(.comment, start, isOpen: position == bytes.count)
        case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
            position += 1
            takeBlockComment(from: start)
        case _ where byte | 0x20 == UInt8(ascii: "x") && next == UInt8(ascii: "'"):
            position += 1
            takeQuoted(until: next, from: start, as: .number)
        case _ where Self.isNameStart(byte):
            take(while: Self.isNamePart)
            append(.word, start)
        case _ where Self.isDigit(byte) || byte == UInt8(ascii: ".") && Self.isDigit(next): takeNumber(from: start)
        case _ where ":@$#".utf8.contains(byte) && Self.isNameStart(next):
            take(while: Self.isNamePart)
            append(.parameter, start)
        default:
            position = start + (Self.longSymbols.first { bytes[start...].starts(with: $0.utf8) }?.utf8.count ?? 1)
            append(.symbol, start)
        }
    }

    private mutating func takeNumber(from start: Int) {
        take { Self.isNamePart($0) || $0 == UInt8(ascii: ".") }
        // An exponent's sign belongs to the number.
        if bytes[position - 1] | 0x20 == UInt8(ascii: "e"), position < bytes.count,
            [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]),
            !bytes[start..<position].contains(UInt8(ascii: "x"))
        {
            position += 1
            take(while: Self.isDigit)
        }
        append(.number, start)
    }

    private mutating func takeQuoted(until quote: UInt8, from start: Int, as kind: SQLToken.Kind? = nil) {
        let kind = kind ?? (quote == UInt8(ascii: "'") ? .string : .quotedName)
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

    private mutating func append(_ kind: SQLToken.Kind, _ start: Int, isOpen: Bool = false) {
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        tokens.append(SQLToken(kind: kind, text: text, offset: start, isOpen: isOpen))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isNameStart(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) && byte < 0x80 || byte == 0x5F || byte >= 0x80
    }
    private static func isNamePart(_ byte: UInt8) -> Bool {
        isNameStart(byte) || isDigit(byte) || byte == UInt8(ascii: "$")
    }
}
