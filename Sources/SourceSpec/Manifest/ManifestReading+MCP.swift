import YAML

extension ManifestReading {
    /// Tables and functions over a Model Context Protocol server. Their form is checked; a query is rejected.
    func mcpRelations() -> (tables: [TableSpec], functions: [TableSpec]) {
        readServer()
        return (
            fields.mappings("tables").map { relation($0, "filters") },
            fields.mappings("functions").map { relation($0, "args") }
        )
    }

    private func readServer() {
        fields.required("server", "{transport: stdio, command: …}")
        guard let server = fields.fields("server") else { return }
        server.required("transport", "stdio")
        guard server.choice("transport", among: ["stdio", "streamable_http"]) == "streamable_http" else {
            server.allow(["transport", "command", "args", "env"])
            _ = server.requiredText("command")
            _ = server.texts("args")
            _ = parameters(server, "env", .source)
            return
        }
        server.allow(["transport", "url", "auth"])
        _ = server.requiredText("url")
        guard let auth = server.fields("auth") else { return }
        _ = auth.choice("type", among: ["bearer"])
        _ = ValueSource.read(auth, beside: ["type"], .source, context)
    }

    private func relation(_ relation: MappingReader, _ inputs: String) -> TableSpec {
        relation.allow([
            "name", "kind", "description", "guide", "tool", "tool_args", inputs, "limit_binding", "fetch_limit_default",
            "search_limits", "detail_hints", "pagination", "response", "columns",
        ])
        _ = relation.requiredText("tool")
        if let binding = relation.fields("limit_binding") {
            binding.allow(["tool_arg", "max"])
            _ = binding.requiredText("tool_arg")
        }
        if let pagination = relation.fields("pagination") {
            pagination.allow(["cursor_arg", "response_cursor_path", "max_pages"])
        }
        let filters = inputs == "filters" ? filters(relation, beside: ["tool_arg"]) : mcpArguments(relation)
        return TableSpec(
            name: relation.requiredText("name"), description: relation.text("description") ?? "",
            guide: relation.text("guide") ?? "", filters: filters,
            fetchLimitDefault: relation.integer("fetch_limit_default", in: 1...Int.max),
            request: RequestSpec(path: Template(parts: [])), response: response(relation),
            columns: columns(
                relation, Scope(filters: filters.map(\.name), arguments: filters.map(\.name), allows: [.filter, .arg])))
    }

    private func mcpArguments(_ relation: MappingReader) -> [FilterSpec] {
        relation.mappings("args").map { argument in
            argument.allow(["name", "type", "required", "description", "values", "bind", "tool_arg"])
            return FilterSpec(
                name: argument.requiredText("name"), type: columnType(argument, isRequired: false),
                isRequired: argument.bool("required") ?? false, description: argument.text("description") ?? "",
                allowedValues: argument.texts("values"))
        }
    }
}
