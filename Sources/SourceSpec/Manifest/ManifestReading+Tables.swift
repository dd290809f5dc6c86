import Basics
import YAML

extension ManifestReading {
    func tables() -> [TableSpec] {
        fields.mappings("tables").map(table)
    }

    func functions() -> [TableSpec] {
        fields.mappings("functions").map(function)
    }

    private func table(_ table: MappingReader) -> TableSpec {
        table.allow([
            "name", "description", "guide", "filters", "fetch_limit_default", "search_limits", "detail_hints",
            "request", "requests", "response", "pagination", "columns",
        ])
        let filters = filters(table)
        let scope = Scope.table(filters: filters.map(\.name))
        readDetailHints(table)
        return TableSpec(
            name: table.requiredText("name"), description: table.requiredText("description"),
            guide: table.text("guide") ?? "", filters: filters,
            fetchLimitDefault: table.integer("fetch_limit_default", in: 1...Int.max),
            request: request(table, scope), routes: routes(table, scope), response: response(table),
            pagination: pagination(table),
            columns: columns(table, Scope(filters: scope.filters, allows: [.filter, .input])),
            searchLimits: searchLimits(table))
    }

    private func function(_ function: MappingReader) -> TableSpec {
        function.allow([
            "name", "kind", "description", "guide", "fetch_limit_default", "search_limits", "detail_hints", "args",
            "request", "response", "pagination", "columns",
        ])
        let name = function.requiredText("name")
        if !name.isEmpty, !Self.isIdentifier(name) {
            function.report(
                "name", "\"\(name)\" cannot be called as a function",
                "Use letters, digits and underscores, and start with a letter.")
        }
        let kind: TableSpec.Kind = function.choice("kind") ?? .table
        if kind == .search, !function.has("search_limits") {
            function.report("a search function requires search_limits", "Add \"search_limits:\" with default_top_k.")
        }
        let arguments = arguments(function)
        let names = arguments.map(\.binding)
        readDetailHints(function)
        return TableSpec(
            name: name, description: function.text("description") ?? "", guide: function.text("guide") ?? "",
            filters: arguments, fetchLimitDefault: function.integer("fetch_limit_default", in: 1...Int.max),
            request: request(function, .function(arguments: names)), response: response(function),
            pagination: pagination(function),
            columns: columns(function, Scope(arguments: names, allows: [.arg, .input])), kind: kind,
            searchLimits: searchLimits(function))
    }

    func filters(_ table: MappingReader, beside: [String] = []) -> [FilterSpec] {
        let filters = table.mappings("filters").map { filter -> FilterSpec in
            filter.allow(["name", "type", "required", "mode", "description", "lookup_key"] + beside)
            return FilterSpec(
                name: filter.requiredText("name"), type: columnType(filter, isRequired: false),
                isRequired: filter.bool("required") ?? false, mode: filter.choice("mode") ?? .equality,
                description: filter.text("description") ?? "", isLookupKey: filter.bool("lookup_key") ?? false)
        }
        checkNames(of: table.list("filters")) { "duplicate filter \"\($0)\"" }
        return filters
    }

    private func arguments(_ function: MappingReader) -> [FilterSpec] {
        let arguments = function.mappings("args").map { argument -> FilterSpec in
            argument.allow(["name", "type", "required", "description", "values", "bind", "lookup_key"])
            let name = argument.requiredText("name")
            argument.required("bind", "{arg: \(name)}")
            let bind = argument.fields("bind")
            bind?.allow(["arg"])
            return FilterSpec(
                name: name, type: columnType(argument, isRequired: false),
                isRequired: argument.bool("required") ?? false, description: argument.text("description") ?? "",
                isLookupKey: argument.bool("lookup_key") ?? false, allowedValues: argument.texts("values"),
                binding: bind?.requiredText("arg"))
        }
        checkNames(of: function.list("args")) { "duplicate argument \"\($0)\"" }
        return arguments
    }

    func columns(_ table: MappingReader, _ scope: Scope) -> [ColumnSpec] {
        let columns = table.mappings("columns").map { column -> ColumnSpec in
            column.allow(["name", "type", "nullable", "virtual", "description", "expr"])
            return ColumnSpec(
                name: column.requiredText("name"), type: columnType(column, isRequired: true),
                isNullable: column.bool("nullable") ?? true, isVirtual: column.bool("virtual") ?? false,
                description: column.text("description") ?? "",
                expression: column.item("expr").map { ColumnExpression.read($0, scope, context) })
        }
        if columns.isEmpty { table.report("the table has no columns", "List at least one under \"columns:\".") }
        checkNames(of: table.list("columns")) { "duplicate column \"\($0)\"" }
        return columns
    }

    func columnType(_ fields: MappingReader, isRequired: Bool) -> ColumnType {
        if isRequired { fields.required("type", "Utf8") }
        guard let word = fields.text("type") else { return .utf8 }
        if let type = ColumnType(rawValue: word) { return type }
        let known = ColumnType.allCases.map(\.rawValue)
        fields.report(
            "type", "unsupported data type '\(word)' in source manifest",
            Suggestion.question(for: word, among: known) ?? "Write one of: \(known.joined(separator: ", ")).")
        return .utf8
    }

    static func name(of item: ManifestNode) -> String? {
        guard case .text(let name) = item.node["name"]?.scalar, !name.isEmpty else { return nil }
        return name
    }

    private func searchLimits(_ table: MappingReader) -> SearchLimits? {
        guard let limits = table.fields("search_limits") else { return nil }
        limits.allow(["default_top_k", "max_top_k", "max_calls_per_query"])
        func number(_ key: String, upTo maximum: Int) -> Int {
            limits.required(key, "10")
            return limits.integer(key, in: 1...maximum) ?? 1
        }
        let search = SearchLimits(
            defaultTopK: number("default_top_k", upTo: 1000), maximumTopK: number("max_top_k", upTo: 1000),
            maximumCalls: number("max_calls_per_query", upTo: 100))
        if search.maximumRows > 10_000 {
            limits.report(
                "max_top_k times max_calls_per_query is \(search.maximumRows)", "Keep the product at 10000 or less.")
        }
        return search
    }

    /// `detail_hints` are for Coral's agents; they are checked and have no effect here.
    private func readDetailHints(_ table: MappingReader) {
        for hint in table.mappings("detail_hints") {
            hint.allow(["table", "search_result_column", "detail_filter", "purpose"])
        }
    }
}
