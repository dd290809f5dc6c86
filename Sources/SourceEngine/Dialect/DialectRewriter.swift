import Basics
import SourceFetch

/// Rewrites a statement of DataFusion's dialect, as Coral uses it, into SQLite's. SQLite's own dialect is unchanged.
struct DialectRewriter {
    /// Facts about names that the rewriting depends on.
    struct Names {
        /// Columns that contain numbers in some table, in lower case: their cast to a timestamp is not a cast of text.
        var numericColumns: Set<String>
        /// The allowed arguments of a name; nil if it is neither a table nor a function.
        var callable: (QualifiedName) -> Callable?
    }

    /// A table function, or a table that is called like one.
    struct Callable {
        /// In order.
        var arguments: [String]
        /// The table whose filters the arguments are; nil for a function.
        var table: String?
    }

    let now: Instant
    let names: Names

    static let keywords: Set<String> = [
        "SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "ON", "BETWEEN", "LIKE", "ILIKE", "THEN", "ELSE", "WHEN",
        "CASE", "END", "BY", "GROUP", "ORDER", "HAVING", "LIMIT", "AS", "IS", "NULL", "JOIN", "LEFT", "RIGHT", "FULL",
        "INNER", "OUTER", "CROSS", "UNION", "ALL", "EXCEPT", "INTERSECT", "DISTINCT", "WITH", "OFFSET", "USING",
        "INTERVAL", "VALUES", "FILTER", "OVER", "NATURAL", "WINDOW", "RETURNING", "EXISTS", "COLLATE", "ESCAPE",
    ]

    func rewrite(_ nodes: [SQLNode]) throws(QueryError) -> [SQLNode] {
        var output: [SQLNode] = []
        var position = 0
        while position < nodes.count {
            let node = nodes[position]
            if case .group(let inner, let offset) = node {
                output.append(.group(try rewrite(inner), offset: offset))
                position += 1
            } else if let used = try rewriteSpecial(nodes, position, &output) {
                position += used
            } else {
                output.append(normalized(node))
                position += 1
            }
        }
        return output
    }

    /// Rewrites the construct at `position`, and returns the number of its nodes; nil if there is none to rewrite.
    private func rewriteSpecial(
        _ nodes: [SQLNode], _ position: Int, _ output: inout [SQLNode]
    ) throws(QueryError) -> Int? {
        guard let token = nodes[position].token else { return nil }
        if token.isSymbol("::") { return try rewriteDoubleColon(nodes, position, &output) }
        guard token.kind == .word else { return nil }
        let isMember = output.last?.isSymbol(".") ?? false
        if isMember { return try rewriteTableFunction(nodes, position, &output) }
        let arguments = position + 1 < nodes.count ? nodes[position + 1].group : nil
        switch token.text.uppercased() {
        case "INTERVAL": return try rewriteInterval(nodes, position, &output)
        case "CAST", "TRY_CAST":
            guard let arguments else { return nil }
            try rewriteCast(arguments, at: token.offset, &output)
            return 2
        case "EXTRACT":
            guard let arguments, let from = arguments.firstIndex(where: { $0.isWord("FROM") }), from == 1,
                let field = arguments[0].token?.name ?? arguments[0].token?.stringValue
            else { return nil }
            appendPart(field, try rewrite(Array(arguments[(from + 1)...])), token.offset, &output)
            return 2
        case "DATE_PART", "DATEPART":
            guard let arguments else { return nil }
            let parts = SQLNode.split(arguments)
            guard parts.count == 2, let field = parts[0].first?.token?.stringValue else { return nil }
            appendPart(field, try rewrite(parts[1]), token.offset, &output)
            return 2
        case "CURRENT_TIMESTAMP", "LOCALTIMESTAMP", "CURRENT_DATE", "NOW":
            let isCall = arguments?.isEmpty == true
            guard isCall || !token.isWord("NOW") else { return nil }
            let time = now.iso8601
            output.append(.string(token.isWord("CURRENT_DATE") ? String(time.prefix(10)) : time, at: token.offset))
            return isCall ? 2 : 1
        case "TIMESTAMP", "TIMESTAMPTZ", "DATE":
            return rewriteTypedLiteral(nodes, position, &output)
        case "ILIKE":
            output.append(.word("LIKE", at: token.offset))
            return 1
        case "JSON_GET", "JSON_GET_STR", "JSON_AS_TEXT", "JSON_GET_BOOL", "JSON_GET_JSON", "JSON_GET_INT",
            "JSON_GET_FLOAT", "JSON_CONTAINS":
            guard let arguments else { return nil }
            output.append(try rewriteJSON(token, SQLNode.split(try rewrite(arguments))))
            return 2
        case "APPROX_DISTINCT":
            guard let arguments else { return nil }
            let inner = [.word("DISTINCT", at: token.offset)] + (try rewrite(arguments))
            output += SQLNode.call("count", [inner], at: token.offset)
            return 2
        default:
            guard arguments != nil, let name = Self.renamed[token.text.lowercased()] else { return nil }
            output.append(.word(name, at: token.offset))
            return 1
        }
    }

    private static let renamed = [
        "string_agg": "group_concat", "listagg": "group_concat", "array_agg": "json_group_array",
        "approx_median": "median", "approx_percentile_cont": "percentile", "percentile_cont": "percentile",
        "stddev_samp": "stddev", "to_timestamp_seconds": "from_unixtime", "char_length": "length",
        "character_length": "length", "btrim": "trim", "strpos": "instr",
        "array_length": "json_array_length", "json_length": "json_array_length", "nvl": "ifnull",
        "bool_or": "max", "bool_and": "min",
    ]

    /// `json_get_int(x, 'a', 0)` by SQLite's own functions.
    private func rewriteJSON(_ function: SQLToken, _ arguments: [[SQLNode]]) throws(QueryError) -> SQLNode {
        guard arguments.count > 1 else {
            throw QueryError(.syntax, "\(function.text) requires a column and at least one key.")
        }
        let offset = function.offset
        let path = SQLNode.call("json_path", Array(arguments.dropFirst()), at: offset)
        func extract(_ name: String) -> [SQLNode] { SQLNode.call(name, [arguments[0], path], at: offset) }
        func cast(_ type: String) -> [SQLNode] {
            let inner = extract("json_extract") + [.word("AS", at: offset), .word(type, at: offset)]
            return SQLNode.call("CAST", [inner], at: offset)
        }
        let nodes: [SQLNode] =
            switch function.text.uppercased() {
            case "JSON_GET_INT": cast("INTEGER")
            case "JSON_GET_FLOAT": cast("REAL")
            case "JSON_CONTAINS": extract("json_type") + ["IS", "NOT", "NULL"].map { .word($0, at: offset) }
            default: extract("json_extract")
            }
        return .group(nodes, offset: offset)
    }

    /// A text with a date and a time of day is compared as a time, whatever its form.
    private func normalized(_ node: SQLNode) -> SQLNode {
        guard let token = node.token, let text = token.stringValue, let time = TimeText.normalized(text), time != text
        else { return node }
        return .string(time, at: token.offset)
    }

    private func rewriteTypedLiteral(_ nodes: [SQLNode], _ position: Int, _ output: inout [SQLNode]) -> Int? {
        guard position + 1 < nodes.count, let literal = nodes[position + 1].token, let text = literal.stringValue,
            let instant = Instant(iso8601: text)
        else { return nil }
        let isDate = nodes[position].isWord("DATE")
        output.append(.string(isDate ? String(instant.iso8601.prefix(10)) : instant.iso8601, at: literal.offset))
        return 2
    }
}
