package import Basics

/// A table or a table function of a source.
package struct TableSpec: Hashable, Sendable {
    package var name: String
    package var description = ""
    package var guide = ""
    /// The filters of a table; the arguments of a function.
    package var filters: [FilterSpec] = []
    /// Coral's silent limit of rows. Sentinel marks the result as truncated when it is reached.
    package var fetchLimitDefault: Int?
    package var request: RequestSpec
    /// Other routes, each used when all of its filters are given; the one with the most filters wins.
    package var routes: [RouteSpec] = []
    package var response = ResponseSpec()
    package var pagination = PaginationSpec()
    package var columns: [ColumnSpec]
    package var kind = Kind.table
    /// Always set if ``kind`` is a search.
    package var searchLimits: SearchLimits?

    /// The kind of a function; a table is always a ``table``.
    package enum Kind: String, CaseIterable, Hashable, Sendable { case table, search }
}

extension TableSpec {
    package init(name: String, request: RequestSpec, columns: [ColumnSpec]) {
        self.init(name: name, description: "", request: request, columns: columns)
    }

    /// The route with the most of its filters given, the first of equals; else the table's own request.
    package func request(given filters: Set<String>) -> RequestSpec {
        var best: RouteSpec?
        for route in routes where filters.isSuperset(of: route.whenFilters) {
            if route.whenFilters.count > best?.whenFilters.count ?? -1 { best = route }
        }
        return best?.request ?? request
    }
}

/// `search_limits`: a provider's search ranks, so a statement takes the best rows and not all of them.
package struct SearchLimits: Hashable, Sendable {
    /// The rows of a statement without LIMIT.
    package var defaultTopK: Int
    /// The maximum rows of one request.
    package var maximumTopK: Int
    /// The maximum requests of one statement.
    package var maximumCalls: Int

    /// The maximum rows of one statement, regardless of its LIMIT.
    package var maximumRows: Int { maximumTopK * maximumCalls }
}

package enum ColumnType: String, CaseIterable, Hashable, Sendable {
    case utf8 = "Utf8"
    case int64 = "Int64"
    case float64 = "Float64"
    case boolean = "Boolean"
    /// Microseconds, UTC, in Coral; ISO 8601 text with milliseconds here.
    case timestamp = "Timestamp"
    case date = "Date"
    /// JSON text.
    case json = "Json"
}

package struct FilterSpec: Hashable, Sendable {
    package enum Mode: String, CaseIterable, Hashable, Sendable { case equality, search, contains }

    package var name: String
    package var type: ColumnType
    package var isRequired: Bool
    package var mode: Mode
    package var description: String
    /// May be bound from the other side of a join.
    package var isLookupKey: Bool
    /// The values that a function's argument may take; empty when any.
    package var allowedValues: [String]
    /// The name that `from: arg` sources of the request use; the filter's own unless bound otherwise.
    package var binding: String

    package init(
        name: String, type: ColumnType = .utf8, isRequired: Bool = false, mode: Mode = .equality,
        description: String = "", isLookupKey: Bool = false, allowedValues: [String] = [], binding: String? = nil
    ) {
        (self.name, self.type, self.isRequired, self.mode) = (name, type, isRequired, mode)
        (self.description, self.isLookupKey) = (description, isLookupKey)
        (self.allowedValues, self.binding) = (allowedValues, binding ?? name)
    }
}

package struct ColumnSpec: Hashable, Sendable {
    package var name: String
    package var type: ColumnType
    package var isNullable: Bool
    package var isVirtual: Bool
    package var description: String
    package var expression: ColumnExpression

    package init(
        name: String, type: ColumnType, isNullable: Bool = true, isVirtual: Bool = false, description: String = "",
        expression: ColumnExpression? = nil
    ) {
        (self.name, self.type, self.isNullable, self.isVirtual) = (name, type, isNullable, isVirtual)
        (self.description, self.expression) = (description, expression ?? .path([name]))
    }
}

/// How a column's value is taken from one row of the response.
package indirect enum ColumnExpression: Hashable, Sendable {
    /// Object keys; a segment of digits alone is an array index. Any miss is NULL.
    case path([String])
    case coalesce([ColumnExpression])
    case fromFilter(String)
    case fromArgument(String)
    case literal(JSONValue)
    case null
    /// `join_array`, and `join_array_path` with a path within each item.
    case joinArray(path: [String], itemPath: [String] = [], separator: String)
    /// The first `tag_value`; with a separator, all of them: `join_tag_values`.
    case tagValue(path: [String], key: String, keyField: String, valueField: String, separator: String? = nil)
    case ifPresent(check: ColumnExpression, value: String)
    case firstArrayItemPath(path: [String], itemPath: [String])
    case objectFilterPath(path: [String], filter: String, itemPath: [String])
    case currentRow
    case formatTimestamp(ColumnExpression, input: TimestampInput)
    case base64Decode(ColumnExpression)
    case replace(ColumnExpression, from: String, to: String)
    case template(Template, values: [String: ColumnExpression])

    package enum TimestampInput: String, CaseIterable, Hashable, Sendable { case seconds, milliseconds, iso8601 }
}
