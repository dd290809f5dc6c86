import Basics

/// How names are written in a statement.
enum SQLName {
    /// The name, in double quotes if it is a keyword or has characters that an unquoted name cannot have.
    static func quoted(_ name: String) -> String {
        isPlain(name) ? name : "\"\(name.replacing("\"", with: "\"\""))\""
    }

    private static func isPlain(_ name: String) -> Bool {
        guard let token = SQLLexer(name).tokens.first, token.kind == .word, token.text == name else { return false }
        return !reserved.contains(name.uppercased())
    }

    /// In the order in which they are offered.
    static let keywords = [
        "SELECT", "DISTINCT", "FROM", "JOIN", "LEFT JOIN", "CROSS JOIN", "ON", "USING", "WHERE", "AND", "OR", "NOT",
        "IN", "IS", "NULL", "LIKE", "ILIKE", "BETWEEN", "EXISTS", "GROUP BY", "HAVING", "ORDER BY", "ASC", "DESC",
        "NULLS LAST", "LIMIT", "OFFSET", "WITH", "AS", "CASE", "WHEN", "THEN", "ELSE", "END", "CAST", "INTERVAL",
        "UNION ALL", "UNION", "EXCEPT", "INTERSECT", "OVER", "PARTITION BY", "FILTER", "VALUES", "EXPLAIN", "TRUE",
        "FALSE", "CURRENT_TIMESTAMP",
    ]

    /// Functions that are often wanted; the engine has more.
    static let functions = [
        "abs", "avg", "coalesce", "count", "date_bin", "date_part", "date_trunc", "from_unixtime", "group_concat",
        "iif", "ifnull", "instr", "json_extract", "lag", "lead", "length", "lower", "max", "median", "min", "now",
        "nullif", "percentile", "rank", "replace", "round", "row_number", "stddev", "strftime", "substr", "sum",
        "to_date", "to_timestamp", "to_unixtime", "total", "trim", "upper",
    ]

    /// Words that end a table's name rather than being its alias.
    static let reserved: Set<String> = [
        "ADD", "ALL", "ALTER", "AND", "AS", "AUTOINCREMENT", "BETWEEN", "BY", "CASE", "CHECK", "COLLATE", "COMMIT",
        "CONSTRAINT", "CREATE", "CROSS", "DEFAULT", "DEFERRABLE", "DELETE", "DISTINCT", "DROP", "ELSE", "END",
        "ESCAPE", "EXCEPT", "EXISTS", "EXPLAIN", "FILTER", "FOREIGN", "FROM", "FULL", "GROUP", "HAVING", "ILIKE", "IN",
        "INDEX", "INNER", "INSERT", "INTERSECT", "INTERVAL", "INTO", "IS", "ISNULL", "JOIN", "LEFT", "LIKE", "LIMIT",
        "NATURAL", "NOT", "NOTHING", "NOTNULL", "NULL", "OFFSET", "ON", "OR", "ORDER", "OUTER", "OVER", "PRIMARY",
        "REFERENCES", "RETURNING", "RIGHT", "SELECT", "SET", "TABLE", "THEN", "TO", "TRANSACTION", "UNION", "UNIQUE",
        "UPDATE", "USING", "VALUES", "WHEN", "WHERE", "WINDOW", "WITH",
    ]
}
