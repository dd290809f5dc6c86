import Basics
import SourceFetch

/// Renders a whole statement for ClickHouse, which then filters, joins and aggregates where the rows are.
///
/// Only constructs with the same meaning in ClickHouse are rendered. SQLite runs every other statement, over the rows that its
/// conditions select. A text with a time becomes a time.
struct ClickHouseRendering {
    /// A part whose meaning in ClickHouse may differ.
    struct NotCertain: Error {}

    private let relations: ClickHouseRelations
    private(set) var parameters: [String: String]
    private var used: Set<String> = []

    /// Nil when the statement must be run by SQLite.
    static func statement(
        _ reading: StatementReading, _ relations: ClickHouseRelations, project: String
    ) -> ClickHouseStatement? {
        guard reading.schemas == ["langfuse"] else { return nil }
        var rendering = ClickHouseRendering(relations: relations, parameters: ["project": project])
        guard let text = try? rendering.text(of: reading.nodes), !rendering.used.isEmpty else { return nil }
        guard let sql = rendering.withRelations(text, reading.nodes) else { return nil }
        return ClickHouseStatement(sql, parameters: rendering.parameters)
    }

    private init(relations: ClickHouseRelations, parameters: [String: String]) {
        (self.relations, self.parameters) = (relations, parameters)
    }

    /// Puts the relations before the statement's own common table expressions.
    private func withRelations(_ text: String, _ nodes: [SQLNode]) -> String? {
        let words = Set(Self.words(in: nodes))
        let bodies = !words.isDisjoint(with: ["input", "output", "metadata"]) || Self.selectsAll(nodes)
        let tables = used.sorted().compactMap { name in
            relations.select(name, withBodies: bodies).map { "\(Self.prefix)\(name) AS (\($0))" }
        }
        guard tables.count == used.count else { return nil }
        let list = tables.joined(separator: ", ")
        guard nodes.first?.isWord("WITH") ?? false else { return "WITH \(list) \(text)" }
        return "WITH \(list), \(text.dropFirst("WITH ".count))"
    }

    private static let prefix = "langfuse_"

    private static func words(in nodes: [SQLNode]) -> [String] {
        nodes.flatMap { node in node.group.map(words) ?? [node.token?.name].compactMap { $0 } }
    }

    /// `SELECT *`, or `t.*`; `count(*)` is none.
    private static func selectsAll(_ nodes: [SQLNode]) -> Bool {
        nodes.enumerated().contains { place, node in
            if let inner = node.group {
                let isCount = inner.count == 1 && inner[0].isSymbol("*")
                return !isCount && selectsAll(inner)
            }
            return node.isSymbol("*") && place > 0
                && (nodes[place - 1].isWord("SELECT") || nodes[place - 1].isSymbol(".")
                    || nodes[place - 1].isSymbol(","))
        }
    }

    private mutating func text(of nodes: [SQLNode]) throws -> String {
        var pieces: [String] = []
        var place = 0
        while place < nodes.count {
            if let table = relation(in: nodes, at: place) {
                pieces.append(Self.prefix + table)
                used.insert(table)
                if !(nodes.dropFirst(place + 3).first?.token?.isAlias ?? false) { pieces.append("AS \(table)") }
                place += 3
                continue
            }
            switch nodes[place] {
            case .group(let inner, _):
                let isCall = place > 0 && nodes[place - 1].token?.kind == .word
                pieces.append(isCall ? pieces.removeLast() + "(\(try text(of: inner)))" : "(\(try text(of: inner)))")
            case .token(let token):
                let isCalled = place + 1 < nodes.count && nodes[place + 1].group != nil
                pieces.append(try text(of: token, isCalled: isCalled, before: place > 0 ? nodes[place - 1] : nil))
            }
            place += 1
        }
        return pieces.joined(separator: " ").replacing(" . ", with: ".").replacing(" ,", with: ",")
    }

    /// `langfuse.observations` in the position of a table.
    private func relation(in nodes: [SQLNode], at place: Int) -> String? {
        guard place + 2 < nodes.count, nodes[place].token?.name == "langfuse", nodes[place + 1].isSymbol("."),
            let table = nodes[place + 2].token?.name, ClickHouseRelations.names.contains(table)
        else { return nil }
        return table
    }

    // MARK: Tokens

    private mutating func text(of token: SQLToken, isCalled: Bool, before: SQLNode?) throws -> String {
        switch token.kind {
        case .string:
            guard let value = token.stringValue else { throw NotCertain() }
            if TimeText.isNormal(value) { return "parseDateTime64BestEffort(\(parameter(value)), 3, 'UTC')" }
            // A day alone is compared as text here and as a moment there.
            if Instant(iso8601: value) != nil { throw NotCertain() }
            return Self.units.contains(value) ? "'\(value)'" : parameter(value)
        case .number:
            guard token.text.utf8.allSatisfy({ "0123456789.".utf8.contains($0) }) else { throw NotCertain() }
            return token.text
        case .symbol:
            guard Self.symbols.contains(token.text) else { throw NotCertain() }
            return token.text == "==" ? "=" : token.text
        case .quotedName: return try quoted(token.name ?? "")
        case .parameter, .comment: throw NotCertain()
        case .word: return try word(token.text, isCalled: isCalled, isMember: before?.isSymbol(".") ?? false)
        }
    }

    /// A backslash escapes in ClickHouse, and points and commas between pieces are found by the blanks around them.
    private func quoted(_ name: String) throws -> String {
        guard !["`", "\\", " . ", " ,"].contains(where: name.contains) else { throw NotCertain() }
        return "`\(name)`"
    }

    private func word(_ text: String, isCalled: Bool, isMember: Bool) throws -> String {
        // A character outside ASCII may be a blank in ClickHouse.
        guard text.utf8.allSatisfy({ (0x30...0x7A).contains($0) }) else { throw NotCertain() }
        let upper = text.uppercased()
        guard !Self.parameters.contains(text.lowercased()) else { throw NotCertain() }
        if isMember { return text.lowercased() }
        if upper == "LIKE" { return "ILIKE" }
        if isCalled {
            guard Self.functions.contains(text.lowercased()) || Self.callingKeywords.contains(upper) else {
                throw NotCertain()
            }
            return Self.callingKeywords.contains(upper) ? upper : text.lowercased()
        }
        if DialectRewriter.keywords.contains(upper) || Self.moreKeywords.contains(upper) {
            guard !Self.uncertainKeywords.contains(upper) else { throw NotCertain() }
            return upper
        }
        return text.lowercased()
    }

    private mutating func parameter(_ value: String) -> String {
        let name = "p\(parameters.count)"
        parameters[name] = value
        return "{\(name):String}"
    }

    /// Parameters of Langfuse's API, which returns the newest rows first; they are not columns.
    private static let parameters: Set<String> = [
        "from_start_time", "to_start_time", "from_timestamp", "to_timestamp",
    ]
    private static let units: Set<String> = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"]
    /// No division and no remainder: their types differ in ClickHouse.
    private static let symbols: Set<String> = [
        ",", ".", "*", "+", "-", "=", "==", "<", ">", "<=", ">=", "<>", "!=", "||",
    ]
    private static let functions: Set<String> = [
        "count", "sum", "min", "max", "avg", "coalesce", "ifnull", "nullif", "abs", "lower", "upper", "date_trunc",
        "row_number", "rank", "dense_rank",
    ]
    /// Words before a parenthesis that are not functions.
    private static let callingKeywords: Set<String> = [
        "IN", "AND", "OR", "NOT", "FROM", "JOIN", "WHERE", "OVER", "FILTER", "AS", "ON", "WHEN", "THEN", "ELSE",
        "EXISTS", "SELECT", "BY", "HAVING", "UNION", "ALL", "BETWEEN",
    ]
    private static let moreKeywords: Set<String> = [
        "ASC", "DESC", "PARTITION", "TRUE", "FALSE", "NULLS", "FIRST", "LAST",
    ]
    private static let uncertainKeywords: Set<String> = [
        "COLLATE", "ESCAPE", "RETURNING", "NATURAL", "INTERVAL", "WINDOW", "FULL", "EXCEPT", "INTERSECT", "VALUES",
    ]
}
