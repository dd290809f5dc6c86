/// One token of a statement, with its position in the user's text.
struct SQLToken: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case word
        /// `"name"`, `` `name` `` or `[name]`, quotes included.
        case quotedName
        /// `'text'`, quotes included.
        case string
        /// Also `x'4142'`, a blob.
        case number
        /// `?`, `?1`, `:name`.
        case parameter
        case symbol
    }

    var kind: Kind
    var text: String
    /// Byte offset in the original statement.
    var offset: Int

    /// The name of a word or a quoted name, in lower case; nil for other tokens.
    var name: String? {
        switch kind {
        case .word: text.lowercased()
        case .quotedName: String(text.dropFirst().dropLast()).replacing("\"\"", with: "\"").lowercased()
        default: nil
        }
    }

    /// The value of a string token.
    var stringValue: String? {
        kind == .string ? String(text.dropFirst().dropLast()).replacing("''", with: "'") : nil
    }

    func isWord(_ keyword: String) -> Bool { kind == .word && text.uppercased() == keyword }
    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
}

/// Cuts a statement into tokens: strings, quoted names and comments are respected.
struct SQLTokenizer {
    private let bytes: [UInt8]
    private var position = 0

    init(_ sql: String) {
        bytes = Array(sql.utf8)
    }

    static func tokens(of sql: String) throws(QueryError) -> [SQLToken] {
        var tokenizer = SQLTokenizer(sql)
        var tokens: [SQLToken] = []
        while let token = try tokenizer.next() { tokens.append(token) }
        return tokens
    }

    private static let longSymbols = ["->>", "::", "->", "=>", "||", "<>", "<=", ">=", "!=", "==", "<<", ">>"]

    private mutating func next() throws(QueryError) -> SQLToken? {
        try skipSpace()
        guard position < bytes.count else { return nil }
        let start = position
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "'"): return try quoted(.string, until: byte, start)
        case UInt8(ascii: "\""), UInt8(ascii: "`"): return try quoted(.quotedName, until: byte, start)
        case UInt8(ascii: "["): return try quoted(.quotedName, until: UInt8(ascii: "]"), start)
        case UInt8(ascii: "?"):
            position += 1
            take(while: Self.isDigit)
            return token(.parameter, start)
        default: break
        }
        let next = position + 1 < bytes.count ? bytes[position + 1] : 0
        if byte | 0x20 == UInt8(ascii: "x"), next == UInt8(ascii: "'") {
            position += 1
            _ = try quoted(.string, until: next, start)
            return token(.number, start)
        }
        if Self.isNameStart(byte) {
            take(while: Self.isNamePart)
            return token(.word, start)
        }
        if Self.isDigit(byte) || byte == UInt8(ascii: ".") && Self.isDigit(next) { return number(start) }
        if ":@$#".utf8.contains(byte), Self.isNameStart(next) {
            position += 1
            take(while: Self.isNamePart)
            return token(.parameter, start)
        }
        let length = Self.longSymbols.first { bytes[position...].starts(with: $0.utf8) }?.utf8.count ?? 1
        position += length
        return token(.symbol, start)
    }

    private mutating func number(_ start: Int) -> SQLToken {
        take { Self.isNamePart($0) || $0 == UInt8(ascii: ".") }
        // An exponent's sign belongs to the number.
        if let last = bytes[start..<position].last, last | 0x20 == UInt8(ascii: "e"), position < bytes.count,
            [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]),
            !bytes[start..<position].contains(UInt8(ascii: "x"))
        {
            position += 1
            take(while: Self.isDigit)
        }
        return token(.number, start)
    }

    private mutating func quoted(
        _ kind: SQLToken.Kind, until end: UInt8, _ start: Int
    ) throws(QueryError) -> SQLToken {
        position += 1
        while position < bytes.count {
            if bytes[position] == end {
                let isDoubled = end != UInt8(ascii: "]") && position + 1 < bytes.count && bytes[position + 1] == end
                guard isDoubled else {
                    position += 1
                    return token(kind, start)
                }
                position += 1
            }
            position += 1
        }
        let what = kind == .string ? "text" : "name"
        throw QueryError(
            .syntax, "The quoted \(what) that starts at \(place(of: start)) is not closed.",
            remedy: "Add the closing quote.")
    }

    private mutating func skipSpace() throws(QueryError) {
        while position < bytes.count {
            let rest = bytes[position...]
            if [0x20, 0x09, 0x0A, 0x0D, 0x0C].contains(bytes[position]) {
                position += 1
            } else if rest.starts(with: "--".utf8) {
                take { $0 != 0x0A }
            } else if rest.starts(with: "/*".utf8) {
                let start = position
                position += 2
                while position < bytes.count, !bytes[position...].starts(with: "*/".utf8) { position += 1 }
                guard position < bytes.count else {
                    throw QueryError(
                        .syntax, "The comment that starts at \(place(of: start)) is not closed.",
                        remedy: "Add */ at its end.")
                }
                position += 2
            } else {
                return
            }
        }
    }

    private mutating func take(while condition: (UInt8) -> Bool) {
        while position < bytes.count, condition(bytes[position]) { position += 1 }
    }

    private func token(_ kind: SQLToken.Kind, _ start: Int) -> SQLToken {
        SQLToken(kind: kind, text: String(decoding: bytes[start..<position], as: UTF8.self), offset: start)
    }

    private func place(of offset: Int) -> String {
        Self.place(of: offset, in: String(decoding: bytes, as: UTF8.self))
    }

    /// `line 2, column 7`, counted from 1.
    static func place(of offset: Int, in sql: String) -> String {
        let before = sql.utf8.prefix(offset)
        let line = before.count { $0 == 0x0A } + 1
        let start = before.lastIndex(of: 0x0A).map { before.index(after: $0) } ?? before.startIndex
        let column = String(decoding: before[start...], as: UTF8.self).count + 1
        return "line \(line), column \(column)"
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isNameStart(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) && byte < 0x80 || byte == 0x5F || byte >= 0x80
    }
    private static func isNamePart(_ byte: UInt8) -> Bool {
        isNameStart(byte) || isDigit(byte) || byte == UInt8(ascii: "$")
    }
}
