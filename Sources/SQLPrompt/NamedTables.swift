import Basics

/// The tables that a statement names, and their aliases.
struct NamedTables {
    /// By alias, or by table name where there is none; in lower case.
    private(set) var relations: [String: NameCatalog.Relation] = [:]
    /// Aliases as they were written, and the names of `WITH`.
    private(set) var names: [String] = []
    private(set) var commonTables: [String] = []

    init(_ tokens: [SQLToken], _ catalog: NameCatalog) {
        for place in tokens.indices {
            if let table = Self.table(at: place, tokens, catalog) {
                let alias = Self.alias(after: place + 3, tokens) ?? table.name
                if relations.updateValue(table, forKey: alias.lowercased()) == nil { names.append(alias) }
            } else if place + 2 < tokens.count, tokens[place + 1].isWord("AS"), tokens[place + 2].isSymbol("("),
                let name = tokens[place].spelledName, place == 0 || !tokens[place - 1].isSymbol(".")
            {
                commonTables.append(name)
            }
        }
    }

    /// The table that `schema.table` names, if it exists.
    private static func table(
        at place: Int, _ tokens: [SQLToken], _ catalog: NameCatalog
    ) -> NameCatalog.Relation? {
        guard place + 2 < tokens.count, tokens[place + 1].isSymbol("."), let schema = tokens[place].spelledName,
            let name = tokens[place + 2].spelledName, place == 0 || !tokens[place - 1].isSymbol(".")
        else { return nil }
        return catalog[schema]?[name]
    }

    private static func alias(after place: Int, _ tokens: [SQLToken]) -> String? {
        var place = place
        if place < tokens.count, tokens[place].isSymbol("(") { place = end(ofGroupAt: place, tokens) }
        if place < tokens.count, tokens[place].isWord("AS") { place += 1 }
        guard place < tokens.count, let name = tokens[place].spelledName else { return nil }
        let isKeyword = tokens[place].kind == .word && SQLName.reserved.contains(name.uppercased())
        return isKeyword ? nil : name
    }

    /// The position after the bracket that closes the one at `place`.
    private static func end(ofGroupAt place: Int, _ tokens: [SQLToken]) -> Int {
        var depth = 0
        for index in place..<tokens.count {
            if tokens[index].isSymbol("(") { depth += 1 }
            if tokens[index].isSymbol(")") { depth -= 1 }
            if depth == 0 { return index + 1 }
        }
        return tokens.count
    }
}
