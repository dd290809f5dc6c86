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
        refuseDuplicates(of: "filter", table, "filters")
        return filters
    }

    private func arguments(_ function: MappingReader) -> [FilterSpec] {
        let arguments = function.mappings("args").map { argument -> FilterSpec in
            argument.allow(["name", "type", "required", "description", "values", "bind", "lookup_key"])
            let name = argument.requiredText("name")
            let bind = argument.fields("bind")
            bind?.allow(["arg"])
            if bind == nil { argument.report("bind is missing", "Add \"bind: {arg: \(name)}\".") }
            return FilterSpec(
                name: name, type: columnType(argument, isRequired: false),
                isRequired: argument.bool("required") ?? false, description: argument.text("description") ?? "",
                isLookupKey: argument.bool("lookup_key") ?? false, allowedValues: argument.texts("values"),
                binding: bind?.requiredText("arg"))
        }
        refuseDuplicates(of: "argument", function, "args")
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
        refuseDuplicates(of: "column", table, "columns")
        return columns
    }

    func columnType(_ fields: MappingReader, isRequired: Bool) -> ColumnType {
        guard fields.has("type") else {
            if isRequired { fields.report("type is missing", "Add \"type: Utf8\" or another type.") }
            return .utf8
        }
        guard let word = fields.text("type") else { return .utf8 }
        if let type = ColumnType(rawValue: word) { return type }
        let known = ColumnType.allCases.map(\.rawValue)
        let nearest = Suggestion.nearest(to: word, among: known).map { "Did you mean \"\($0)\"?" }
        fields.report(
            "type", "unsupported data type '\(word)' in source manifest",
            nearest ?? "Write one of: \(known.joined(separator: ", ")).")
        return .utf8
    }

    /// Names in one list must differ by more than case.
    func refuseDuplicates(of what: String, _ fields: MappingReader, _ key: String) {
        var seen: Set<String> = []
        for item in fields.list(key) {
            guard let name = Self.name(of: item), !seen.insert(name.lowercased()).inserted else { continue }
            context.log.report(
                item.node["name"]?.mark ?? item.node.mark, item.path, "duplicate \(what) \"\(name)\"",
                "Names differ by more than case; rename or remove one of the two.")
        }
    }

    static func name(of item: ManifestNode) -> String? {
        guard case .text(let name) = item.node["name"]?.scalar, !name.isEmpty else { return nil }
        return name
    }

    private func searchLimits(_ table: MappingReader) -> SearchLimits? {
        guard let limits = table.fields("search_limits") else { return nil }
        limits.allow(["default_top_k", "max_top_k", "max_calls_per_query"])
        func number(_ key: String, upTo maximum: Int) -> Int {
            if !limits.has(key) { limits.report("\(key) is missing", "Add \"\(key): 10\".") }
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
