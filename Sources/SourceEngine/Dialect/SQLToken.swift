import Basics

extension SQLToken {
    /// The name of a word or a quoted name, in lower case; nil for other tokens.
    var name: String? { spelledName?.lowercased() }

    /// True if it is an alias of the table before it, or AS.
    var isAlias: Bool {
        guard let name else { return false }
        return isWord("AS") || kind == .quotedName || !DialectRewriter.keywords.contains(name.uppercased())
    }

    /// The value of a string token.
    var stringValue: String? {
        kind == .string ? String(text.dropFirst().dropLast()).replacing("''", with: "'") : nil
    }

    /// The value of a string or a number, as text.
    var literalText: String? { stringValue ?? (kind == .number ? text : nil) }

    /// The tokens of a statement, without its comments.
    ///
    /// - Throws: ``QueryError`` where a quote or a comment has no end.
    static func tokens(of sql: String) throws(QueryError) -> [SQLToken] {
        let lexer = SQLLexer(sql)
        if lexer.opening != nil, let open = lexer.tokens.last {
            let place = place(of: open.offset, in: sql)
            if open.kind == .comment {
                throw QueryError(
                    .syntax, "The comment that starts at \(place) has no end.", remedy: "Close it with */.")
            }
            let what = open.kind == .quotedName ? "name" : "text"
            throw QueryError(
                .syntax, "The quoted \(what) that starts at \(place) has no end.", remedy: "Close its quote.")
        }
        return lexer.tokens.filter { $0.kind != .comment }
    }

    /// `line 2, column 7`, counted from 1.
    static func place(of offset: Int, in sql: String) -> String {
        let before = sql.utf8.prefix(offset)
        let line = before.count { $0 == 0x0A } + 1
        let start = before.lastIndex(of: 0x0A).map { before.index(after: $0) } ?? before.startIndex
        let column = String(decoding: before[start...], as: UTF8.self).count + 1
        return "line \(line), column \(column)"
    }
}
