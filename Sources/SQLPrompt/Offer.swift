import Basics

/// Chooses the names that are valid at the cursor.
struct Offer {
    let cursor: Cursor
    let tables: NamedTables
    let names: NameCatalog

    var candidates: [String] {
        guard !cursor.isTaken else { return [] }
        switch cursor.path.count {
        case 0: return bare
        case 1: return columns(of: cursor.path[0]) + relations(of: cursor.path[0])
        case 2: return columns(names[cursor.path[0]]?[cursor.path[1]])
        default: return []
        }
    }

    // MARK: after a dot

    private func columns(of alias: String) -> [String] { columns(tables.relations[alias.lowercased()]) }

    private func columns(_ relation: NameCatalog.Relation?) -> [String] {
        fitting(relation?.columns.map(\.name) ?? []).map(written)
    }

    private func relations(of schema: String) -> [String] {
        (names[schema]?.relations ?? []).filter { fits($0.name) }.map { written($0.name) + ($0.isFunction ? "(" : " ") }
    }

    // MARK: anywhere else

    private var bare: [String] {
        guard !cursor.isQuoted else { return isTablePlace ? schemas : unique(columnsInScope) }
        if isTablePlace { return schemas.isEmpty ? qualified : schemas }
        if let previous = cursor.previous, previous.isWord("AS") { return [] }
        if isAfterOperand { return keywords }
        let operands = unique(columnsInScope) + fitting(tables.names).map { written($0) + "." }
        guard !cursor.prefix.isEmpty else { return operands.isEmpty ? keywords : operands }
        return operands + keywords + fitting(SQLName.functions).map { $0 + "(" }
    }

    /// The position of a table: after FROM and JOIN, and after a comma in the list of FROM.
    private var isTablePlace: Bool {
        guard let previous = cursor.previous else { return false }
        if previous.isWord("FROM") || previous.isWord("JOIN") { return true }
        guard previous.isSymbol(",") else { return false }
        var depth = 0
        for token in cursor.statement.reversed() {
            if token.isSymbol(")") { depth += 1 }
            if token.isSymbol("(") { depth -= 1 }
            if depth < 0 { return false }
            guard depth == 0, token.kind == .word else { continue }
            if token.isWord("FROM") { return true }
            let isOther = ["SELECT", "WHERE", "BY", "ON", "USING", "HAVING", "VALUES", "WITH", "IN"]
                .contains(token.text.uppercased())
            if isOther { return false }
        }
        return false
    }

    /// A value or a table is before the cursor, so a keyword follows.
    private var isAfterOperand: Bool {
        guard let previous = cursor.previous else { return false }
        switch previous.kind {
        case .quotedName, .number, .string, .parameter: return true
        case .comment: return false
        case .symbol: return previous.isSymbol(")") || previous.isSymbol("*") && isAllColumns
        case .word:
            let ends: Set = ["NULL", "END", "TRUE", "FALSE", "CURRENT_TIMESTAMP", "ASC", "DESC"]
            let word = previous.text.uppercased()
            return ends.contains(word) || !Self.expecting.contains(word)
        }
    }

    /// The asterisk before the cursor means all columns; it is not a multiplication.
    private var isAllColumns: Bool {
        guard let left = cursor.statement.dropLast().last else { return false }
        return left.isWord("SELECT") || left.isWord("DISTINCT") || [".", ",", "("].contains { left.isSymbol($0) }
    }

    /// Keywords that are followed by an expression or another keyword.
    private static let expecting = SQLName.reserved.union([
        "ASC", "DESC", "CAST", "PARTITION", "NULLS", "LAST", "FIRST",
    ])

    private var schemas: [String] {
        fitting(names.schemas.map(\.name)).map { written($0) + "." }
            + fitting(tables.commonTables).map { written($0) + " " }
    }

    /// Tables of any source that begin with what was typed.
    private var qualified: [String] {
        names.schemas.flatMap { schema in
            schema.relations.filter { fits($0.name) }.map { relation in
                "\(SQLName.quoted(schema.name)).\(written(relation.name))" + (relation.isFunction ? "(" : " ")
            }
        }
    }

    private var columnsInScope: [String] {
        tables.names.compactMap { tables.relations[$0.lowercased()] }.flatMap { columns($0) }
    }

    /// In capitals, unless the statement is written in small letters.
    private var keywords: [String] {
        let sample = cursor.prefix.isEmpty ? cursor.statement.first?.text ?? "" : cursor.prefix
        let isSmall = sample.first?.isLowercase ?? false
        return fitting(SQLName.keywords).map { (isSmall ? $0.lowercased() : $0) + " " }
    }

    private func fits(_ name: String) -> Bool { name.lowercased().hasPrefix(cursor.prefix.lowercased()) }
    private func fitting(_ all: [String]) -> [String] { all.filter(fits) }

    private func written(_ name: String) -> String {
        cursor.isQuoted ? "\"\(name.replacing("\"", with: "\"\""))\"" : SQLName.quoted(name)
    }

    private func unique(_ all: [String]) -> [String] {
        var known: Set<String> = []
        return all.filter { known.insert($0).inserted }
    }
}
