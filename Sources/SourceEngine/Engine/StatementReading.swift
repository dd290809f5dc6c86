import Basics
import SourceSpec

/// A statement prepared for SQLite: parameters inserted, tables chosen, the dialect rewritten.
struct StatementReading: Sendable {
    let original: String
    let sql: RenderedSQL
    /// The statement for SQLite, nested.
    let nodes: [SQLNode]
    /// The schemas that it names, in order of their names.
    let schemas: [String]
    /// The result is the calls that the statement would make, not its rows.
    let isExplained: Bool

    init(_ sql: String, parameters: [Value], catalog: Catalog, now: Instant) throws(QueryError) {
        original = sql
        var tokens = try SQLToken.tokens(of: sql)
        while tokens.last?.isSymbol(";") ?? false { tokens.removeLast() }
        guard !tokens.isEmpty else {
            throw QueryError(.syntax, "The statement is empty.", remedy: "Write one like SELECT 1.")
        }
        if let second = tokens.first(where: { $0.isSymbol(";") }) {
            throw QueryError(
                .syntax, "A second statement starts at \(SQLToken.place(of: second.offset, in: sql)).",
                remedy: "Run one statement at a time.")
        }
        guard ["SELECT", "WITH", "VALUES", "EXPLAIN"].contains(tokens[0].text.uppercased()) else {
            throw QueryError(
                .refused, "\(tokens[0].text.uppercased()) is not allowed: statements are read-only.",
                remedy: "Start with SELECT or WITH.")
        }
        // `EXPLAIN QUERY PLAN` is SQLite's own.
        isExplained = tokens[0].isWord("EXPLAIN") && tokens.count > 1 && !tokens[1].isWord("QUERY")
        if isExplained { tokens.removeFirst() }
        try Self.place(parameters, in: &tokens)
        var routing = TableRouting(tokens: tokens, catalog: catalog, sql: sql)
        tokens = try routing.routed()
        schemas = routing.schemas.sorted()
        let names = DialectRewriter.Names(
            numericColumns: catalog.numericColumns, callable: catalog.callable)
        let nodes = try SQLNode.nest(tokens, of: sql)
        try ExpansionCount.check(nodes)
        self.nodes = try DialectRewriter(now: now, names: names).rewrite(nodes)
        self.sql = RenderedSQL(self.nodes)
    }

    /// Replaces `?` and `?1` by literals, so that conditions on them can be sent to an API.
    private static func place(_ parameters: [Value], in tokens: inout [SQLToken]) throws(QueryError) {
        var next = 0
        for index in tokens.indices where tokens[index].kind == .parameter {
            guard tokens[index].text.first == "?" else {
                throw QueryError(
                    .unsupported, "Named parameters like \(tokens[index].text) are not supported.",
                    remedy: "Use ? or ?1."
                )
            }
            let number = Int(tokens[index].text.dropFirst()) ?? next + 1
            guard parameters.indices.contains(number - 1) else {
                throw QueryError(
                    .syntax, "The statement has a parameter \(number), but only \(parameters.count) were given.")
            }
            next = max(next, number)
            tokens[index] = literal(parameters[number - 1], at: tokens[index].offset)
        }
    }

    private static func literal(_ value: Value, at offset: Int) -> SQLToken {
        switch value {
        case .null: SQLToken(kind: .word, text: "NULL", offset: offset)
        case .integer(let number): SQLToken(kind: .number, text: String(number), offset: offset)
        case .real(let number):
            number.isFinite
                ? SQLToken(kind: .number, text: String(number), offset: offset)
                : SQLToken(kind: .word, text: "NULL", offset: offset)
        // A NUL would end the statement's text.
        case .text(let text):
            SQLToken(kind: .string, text: MirrorSchema.literal(text.replacing("\0", with: "")), offset: offset)
        case .blob(let bytes):
            SQLToken(kind: .number, text: "x'\(Hexadecimal.text(of: bytes))'", offset: offset)
        }
    }
}

/// Finds the tables of a statement. Uses the live form of a mirrored table if the mirror does not have the rows: for another
/// repository, or with a filter that only the API supports.
struct TableRouting {
    private let tokens: [SQLToken]
    private let catalog: Catalog
    private let sql: String
    private(set) var schemas: Set<String> = []

    init(tokens: [SQLToken], catalog: Catalog, sql: String) {
        (self.tokens, self.catalog, self.sql) = (tokens, catalog, sql)
    }

    private struct Reference {
        var position: Int
        var name: QualifiedName
        var alias: String?
    }

    mutating func routed() throws(QueryError) -> [SQLToken] {
        let references = try references()
        var result = tokens
        for reference in references.reversed() {
            guard case .mirrored(let table, let twin) = catalog.entries[reference.name],
                needsTwin(reference, table, twin)
            else { continue }
            let offset = tokens[reference.position].offset
            result[reference.position + 2] = SQLToken(
                kind: .quotedName, text: MirrorSchema.quoted(twin.sqlName), offset: offset)
            if reference.alias == nil, isTablePlace(reference.position) {
                let name = SQLToken(kind: .quotedName, text: MirrorSchema.quoted(table.table.name), offset: offset)
                result.insert(
                    contentsOf: [SQLToken(kind: .word, text: "AS", offset: offset), name], at: reference.position + 3)
            }
        }
        return result
    }

    private mutating func references() throws(QueryError) -> [Reference] {
        var found: [Reference] = []
        for position in tokens.indices.dropLast(2) {
            guard let schema = tokens[position].name, tokens[position + 1].isSymbol("."),
                let table = tokens[position + 2].name, position == 0 || !tokens[position - 1].isSymbol(".")
            else { continue }
            let name = QualifiedName(schema, table)
            let isKnown = catalog.schemas.contains(schema) || schema == MetaTables.schema
            if isTablePlace(position) || isKnown && catalog.entries[name] != nil {
                if schema != MetaTables.schema {
                    guard isKnown, catalog.entries[name] != nil else { throw unknown(name, at: position) }
                }
                schemas.insert(schema)
                found.append(Reference(position: position, name: name, alias: alias(after: position + 3)))
            }
        }
        return found
    }

    private func isTablePlace(_ position: Int) -> Bool {
        position > 0 && (tokens[position - 1].isWord("FROM") || tokens[position - 1].isWord("JOIN"))
    }

    private func unknown(_ name: QualifiedName, at position: Int) -> QueryError {
        let known = catalog.schemas.contains(name.schema)
        let what = known ? "Unknown table \(name)" : "Unknown source \(name.schema)"
        return QueryError(
            .unknownTable, "\(what) (\(SQLToken.place(of: tokens[position].offset, in: sql))).",
            remedy: catalog.suggestion(for: name.description, among: catalog.entries.keys.map(\.description))
                ?? "The sources are \(catalog.schemas.sorted().joined(separator: ", ")).")
    }

    private func alias(after position: Int) -> String? {
        guard tokens.indices.contains(position) else { return nil }
        let isNamed = tokens[position].isWord("AS")
        guard tokens.indices.contains(position + (isNamed ? 1 : 0)) else { return nil }
        let token = tokens[position + (isNamed ? 1 : 0)]
        guard let name = token.name else { return nil }
        let isKeyword = token.kind == .word && DialectRewriter.keywords.contains(name.uppercased())
        return isKeyword ? nil : name
    }

    private func needsTwin(_ reference: Reference, _ table: MirrorTable, _ twin: LiveTableSpec) -> Bool {
        let prefixes = [reference.alias ?? reference.name.table]
        return tokens.indices.contains { position in
            guard let column = tokens[position].name,
                let place = twin.filters.first(where: { $0.value.name.lowercased() == column })?.key,
                belongs(position, prefixes), let values = comparedValues(at: position)
            else { return false }
            if let constant = table.constants[twin.filters[place]?.name ?? ""] {
                return values.contains { $0.lowercased() != constant.text?.lowercased() }
            }
            return twin.echoes.contains(place)
        }
    }

    private func belongs(_ position: Int, _ prefixes: [String]) -> Bool {
        guard position >= 2, tokens[position - 1].isSymbol(".") else { return true }
        return tokens[position - 2].name.map(prefixes.contains) ?? false
    }

    /// The literals that the column at `position` is compared with for equality; nil if there are none.
    private func comparedValues(at position: Int) -> [String]? {
        let rest = tokens[(position + 1)...]
        if let sign = rest.first, sign.isSymbol("=") || sign.isSymbol("==") {
            return rest.dropFirst().first?.literalText.map { [$0] }
        }
        if rest.first?.isWord("IN") == true, rest.dropFirst().first?.isSymbol("(") == true {
            return rest.dropFirst(2).prefix { !$0.isSymbol(")") }.compactMap(\.literalText)
        }
        // The literal may come first: `'x' = column`.
        var start = position
        if start >= 2, tokens[start - 1].isSymbol(".") { start -= 2 }
        guard start >= 2, tokens[start - 1].isSymbol("=") else { return nil }
        return tokens[start - 2].literalText.map { [$0] }
    }
}
