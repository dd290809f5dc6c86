import Basics

/// The completions at the cursor of a statement or a dot command.
package struct SQLCompletion: Hashable, Sendable {
    /// How many scalars before the cursor a candidate replaces.
    package private(set) var typed = 0
    /// Names are quoted where they must be. A blank at the end is inserted too.
    package private(set) var candidates: [String] = []

    /// - Parameters:
    ///   - before: the statement up to the cursor, its earlier lines included.
    ///   - after: the rest of the line, which may name the tables.
    package init(before: String, after: String = "", names: NameCatalog) {
        let start = before.drop(while: \.isWhitespace)
        if start.first == "." {
            completeCommand(start, names)
            return
        }
        let lexer = SQLLexer(before)
        let isInText = lexer.tokens.last.map { $0.isOpen && $0.kind != .quotedName } ?? false
        guard !isInText else { return }
        let cursor = Cursor(lexer.tokens, end: before.utf8.count)
        let rest = SQLLexer(after).tokens.filter { $0.kind != .comment }.prefix { !$0.isSymbol(";") }
        let tables = NamedTables(cursor.statement + rest, names)
        typed = cursor.typedScalars
        candidates = Offer(cursor: cursor, tables: tables, names: names).candidates
    }

    private mutating func completeCommand(_ line: Substring, _ names: NameCatalog) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        let last = words.last.map(String.init) ?? ""
        typed = last.unicodeScalars.count
        let all: [String] =
            switch (words.count, words.first?.lowercased()) {
            case (1, _):
                PromptCommand.names.map { [".tables", ".sources", ".help", ".quit"].contains($0) ? $0 : $0 + " " }
            case (2, ".format"): RowFormat.allCases.map(\.rawValue)
            case (2, ".offline"), (2, ".explain"): ["on", "off"]
            case (2, ".tables"): names.schemas.map(\.name)
            case (2, ".schema"):
                last.contains(".")
                    ? names.schemas.flatMap { schema in
                        schema.relations.map { "\(SQLName.quoted(schema.name)).\(SQLName.quoted($0.name))" }
                    } : names.schemas.map { SQLName.quoted($0.name) + "." }
            default: []
            }
        candidates = all.filter { $0.lowercased().hasPrefix(last.lowercased()) }
    }
}

/// The statement before the cursor, up to the cursor's word.
struct Cursor: Hashable, Sendable {
    /// Since the last semicolon, without comments and without the word at the cursor.
    private(set) var statement: [SQLToken]
    /// The letters of the word at the cursor.
    private(set) var prefix = ""
    private(set) var typedScalars = 0
    /// The word at the cursor starts with a quote.
    private(set) var isQuoted = false
    /// The names before the cursor's word, each followed by a dot: `["github", "commits"]`.
    private(set) var path: [String] = []
    /// The last token before the word and its path.
    private(set) var previous: SQLToken?
    /// The cursor is in a number or after the closing quote of a name, so there are no completions.
    private(set) var isTaken = false

    init(_ tokens: [SQLToken], end: Int) {
        statement = tokens.filter { $0.kind != .comment }
        if let last = statement.lastIndex(where: { $0.isSymbol(";") }) { statement.removeFirst(last + 1) }
        if let word = statement.last, word.bytes.upperBound == end {
            switch word.kind {
            case .word,
                .quotedName where word.isOpen:
                prefix = word.spelledName ?? ""
                typedScalars = word.text.unicodeScalars.count
                isQuoted = word.kind == .quotedName
                statement.removeLast()
            case .symbol: break
            case .quotedName, .number, .string, .parameter, .comment: isTaken = true
            }
        }
        var rest = statement[...]
        while rest.last?.isSymbol(".") ?? false, let name = rest.dropLast().last?.spelledName {
            path.insert(name, at: 0)
            rest.removeLast(2)
        }
        previous = rest.last
    }
}
