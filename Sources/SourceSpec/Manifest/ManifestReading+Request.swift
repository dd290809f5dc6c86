import Basics
import YAML

extension ManifestReading {
    private static let requestKeys = ["method", "path", "query", "body", "headers"]

    func request(_ table: MappingReader, _ scope: Scope) -> RequestSpec {
        table.required("request", "{path: /…}")
        guard let request = table.fields("request") else { return RequestSpec(path: Template(parts: [])) }
        request.allow(Self.requestKeys)
        return self.request(of: request, scope)
    }

    func routes(_ table: MappingReader, _ scope: Scope) -> [RouteSpec] {
        table.mappings("requests").map { route in
            route.allow(Self.requestKeys + ["when_filters"])
            let names = route.list("when_filters").compactMap { item -> String? in
                guard let name = route.text(item) else { return nil }
                scope.check(.filter, name, "in when_filters", mark: item.node.mark, path: item.path, context)
                return name
            }
            if names.isEmpty {
                route.report("the route names no filters", "List them under \"when_filters:\", or use \"request:\".")
            }
            return RouteSpec(whenFilters: names, request: request(of: route, scope))
        }
    }

    private func request(of fields: MappingReader, _ scope: Scope) -> RequestSpec {
        RequestSpec(
            method: fields.choice("method") ?? .get, path: path(fields, scope),
            query: parameters(fields, "query", scope), headers: parameters(fields, "headers", scope),
            body: body(fields, scope))
    }

    private func path(_ fields: MappingReader, _ scope: Scope) -> Template {
        guard let item = fields.required("path", "/…") else { return Template(parts: []) }
        let template = Template.read(item, scope, context)
        guard case .text(let text)? = template.parts.first else {
            if template.parts.isEmpty { fields.report("path", "request.path is empty", "Write \"/…\".") }
            return template
        }
        if text.contains("://") || text.hasPrefix("//") {
            fields.report(
                "path", "the path is an absolute address", "Write it relative to base_url, such as \"/v1/items\".")
        }
        return template
    }

    /// A list of fields is a JSON object; a mapping sets the format.
    private func body(_ fields: MappingReader, _ scope: Scope) -> RequestSpec.Body? {
        guard let item = fields.item("body") else { return nil }
        if item.node.elements != nil { return .json(bodyFields(fields, "body", scope)) }
        guard let body = MappingReader(item, context.log) else { return nil }
        body.required("format", "json")
        guard body.choice("format", among: ["json", "text"]) == "text" else {
            body.allow(["format", "fields"])
            return .json(bodyFields(body, "fields", scope))
        }
        body.allow(["format", "content"])
        body.required("content", "{from: …}")
        return body.fields("content").map { .text(ValueSource.read($0, scope, context)) }
    }

    private func bodyFields(_ fields: MappingReader, _ key: String, _ scope: Scope) -> [RequestSpec.BodyField] {
        fields.mappings(key).map { field in
            let path = field.texts("path")
            if path.isEmpty { field.report("path is missing", "Add \"path: [name]\", the place in the JSON body.") }
            let argument = field.text("when_arg")
            if let argument {
                scope.check(
                    .arg, argument, "in when_arg", mark: field.mark(of: "when_arg"), path: field.path(of: "when_arg"),
                    context)
            }
            return RequestSpec.BodyField(
                path: path, whenArgument: argument,
                source: ValueSource.read(field, beside: ["path", "when_arg"], scope, context))
        }
    }
}
