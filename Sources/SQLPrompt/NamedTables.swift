/// The tables that a statement names, and what it calls them. Made from all of it that has been typed.
struct NamedTables {
    /// By alias, or by table name where there is none; in lower case.
    private(set) var relations: [String: NameCatalog.Relation] = [:]
    /// Aliases as they were written, and the names of `WITH`.
    private(set) var names: [String] = []
    private(set) var commonTables: [String] = []

    init(_ lexemes: [SQLLexeme], _ catalog: NameCatalog) {
        for place in lexemes.indices {
            if let table = Self.table(at: place, lexemes, catalog) {
                let alias = Self.alias(after: place + 3, lexemes) ?? table.name
                if relations.updateValue(table, forKey: alias.lowercased()) == nil { names.append(alias) }
            } else if place + 2 < lexemes.count, lexemes[place + 1].isWord("AS"), lexemes[place + 2].isSymbol("("),
                let name = lexemes[place].name, place == 0 || !lexemes[place - 1].isSymbol(".")
            {
                commonTables.append(name)
            }
        }
    }

    /// `schema.table`, where there is such a table.
    private static func table(
        at place: Int, _ lexemes: [SQLLexeme], _ catalog: NameCatalog
    ) -> NameCatalog.Relation? {
        guard place + 2 < lexemes.count, lexemes[place + 1].isSymbol("."), let schema = lexemes[place].name,
            let name = lexemes[place + 2].name, place == 0 || !lexemes[place - 1].isSymbol(".")
        else { return nil }
        return catalog[schema]?[name]
    }

    private static func alias(after place: Int, _ lexemes: [SQLLexeme]) -> String? {
        var place = place
        if place < lexemes.count, lexemes[place].isSymbol("(") { place = end(ofGroupAt: place, lexemes) }
        if place < lexemes.count, lexemes[place].isWord("AS") { place += 1 }
        guard place < lexemes.count, let name = lexemes[place].name else { return nil }
        let isKeyword = lexemes[place].kind == .word && SQLName.reserved.contains(name.uppercased())
        return isKeyword ? nil : name
    }

    /// The position after the bracket that closes the one at `place`.
    private static func end(ofGroupAt place: Int, _ lexemes: [SQLLexeme]) -> Int {
        var depth = 0
        for index in place..<lexemes.count {
            if lexemes[index].isSymbol("(") { depth += 1 }
            if lexemes[index].isSymbol(")") { depth -= 1 }
            if depth == 0 { return index + 1 }
        }
        return lexemes.count
    }
}
