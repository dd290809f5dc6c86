import Basics
import YAML

extension ColumnExpression {
    private static let keysByKind: [String: [String]] = [
        "path": ["path"], "coalesce": ["exprs"], "from_filter": ["key"], "from_arg": ["key"], "literal": ["value"],
        "null": [], "join_array": ["path", "separator"], "join_array_path": ["path", "item_path", "separator"],
        "tag_value": ["path", "key", "key_field", "value_field"],
        "join_tag_values": ["path", "key", "key_field", "value_field", "separator"],
        "if_present": ["check", "then_value"], "first_array_item_path": ["path", "item_path"],
        "object_filter_path": ["path", "filter_key", "item_path"], "current_row": [],
        "format_timestamp": ["expr", "input"], "base64_decode": ["expr"], "replace": ["expr", "from", "to"],
        "template": ["template", "values"],
    ]

    static func read(_ item: ManifestNode, _ scope: Scope, _ context: ManifestContext) -> ColumnExpression {
        guard let fields = MappingReader(item, context.log), fields.required("kind", "path") != nil,
            let kind = fields.choice("kind", among: keysByKind.keys.sorted()), let keys = keysByKind[kind]
        else { return .null }
        fields.allow(["kind"] + keys)
        return ExpressionReader(fields: fields, scope: scope, context: context).expression(kind)
    }
}

private struct ExpressionReader {
    let fields: MappingReader
    let scope: Scope
    let context: ManifestContext

    func expression(_ kind: String) -> ColumnExpression {
        switch kind {
        case "path": return .path(path())
        case "coalesce": return .coalesce(alternatives())
        case "from_filter": return .fromFilter(name("key", .filter))
        case "from_arg": return .fromArgument(name("key", .arg))
        case "literal": return .literal(fields.json("value") ?? .null)
        case "join_array": return .joinArray(path: path(), separator: separator)
        case "join_array_path": return .joinArray(path: path(), itemPath: path("item_path"), separator: separator)
        case "tag_value", "join_tag_values":
            return .tagValue(
                path: path(), key: fields.requiredText("key"), keyField: fields.text("key_field") ?? "key",
                valueField: fields.text("value_field") ?? "value",
                separator: kind == "tag_value" ? nil : separator)
        case "if_present": return .ifPresent(check: inner("check"), value: fields.requiredText("then_value"))
        case "first_array_item_path": return .firstArrayItemPath(path: path(), itemPath: path("item_path"))
        case "object_filter_path":
            return .objectFilterPath(path: path(), filter: name("filter_key", .filter), itemPath: path("item_path"))
        case "current_row": return .currentRow
        case "format_timestamp": return .formatTimestamp(inner("expr"), input: fields.choice("input") ?? .seconds)
        case "base64_decode": return .base64Decode(inner("expr"))
        case "replace":
            return .replace(inner("expr"), from: fields.requiredText("from"), to: fields.text("to") ?? "")
        case "template": return template()
        default: return .null
        }
    }

    private var separator: String { fields.text("separator") ?? "," }

    private func path(_ key: String = "path") -> [String] {
        fields.required(key, "[name]")
        return fields.texts(key)
    }

    private func inner(_ key: String) -> ColumnExpression {
        fields.required(key, "{kind: path, path: [name]}").map { ColumnExpression.read($0, scope, context) } ?? .null
    }

    private func alternatives() -> [ColumnExpression] {
        let items = fields.list("exprs")
        if items.isEmpty { fields.report("exprs is empty", "List at least one expression under \"exprs:\".") }
        return items.map { ColumnExpression.read($0, scope, context) }
    }

    private func name(_ key: String, _ namespace: Template.Placeholder.Namespace) -> String {
        let name = fields.requiredText(key)
        if !name.isEmpty {
            scope.check(namespace, name, "", mark: fields.mark(of: key), path: fields.path(of: key), context)
        }
        return name
    }

    private func template() -> ColumnExpression {
        var values: [String: ColumnExpression] = [:]
        for (key, _, item) in fields.fields("values")?.items ?? [] {
            values[key] = ColumnExpression.read(item, scope, context)
        }
        var scope = scope
        scope.expressions = values.keys.sorted()
        scope.allows.insert(.expr)
        guard let item = fields.required("template", "…") else { return .null }
        return .template(Template.read(item, scope, context), values: values)
    }
}
