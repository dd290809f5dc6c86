import Basics
import YAML

extension ValueSource {
    /// The keys that each kind accepts in addition to `from:`.
    private static let keysByKind: [String: [String]] = [
        "literal": ["value"], "template": ["template"], "one_of": ["values"],
        "filter": ["key", "default"], "filter_int": ["key", "default"], "filter_bool": ["key", "default"],
        "filter_string_array": ["key", "default"], "filter_split": ["key", "separator", "part"],
        "filter_split_int": ["key", "separator", "part"], "arg": ["key", "default"], "arg_int": ["key", "default"],
        "arg_bool": ["key", "default"], "arg_split": ["key", "separator", "part"],
        "arg_split_int": ["key", "separator", "part"], "input": ["key", "default"], "bearer": ["key"],
        "state": ["key"], "now_epoch_minus_seconds": ["seconds"], "secret": ["key", "default"],
        "variable": ["key", "default"],
    ]

    /// Reads `from:` and its keys. `beside` are keys of the surrounding mapping.
    static func read(_ fields: MappingReader, beside: [String] = [], _ scope: Scope, _ context: ManifestContext) -> Self
    {
        guard fields.required("from", "literal") != nil,
            let kind = fields.choice("from", among: keysByKind.keys.sorted()), let keys = keysByKind[kind]
        else { return .literal(.null) }
        fields.allow(beside + ["from"] + keys)
        switch kind {
        case "literal":
            return .literal(fields.required("value", "…").map { JSONValue($0.node) } ?? .null)
        case "template":
            guard let item = fields.required("template", "…") else { return .literal(.null) }
            return .template(Template.read(item, scope, context))
        case "one_of": return alternatives(fields, scope, context)
        case "now_epoch_minus_seconds":
            fields.required("seconds", "3600")
            return .nowEpochMinusSeconds(fields.integer("seconds", in: 0...Int.max) ?? 0)
        default: return named(kind, fields, scope, context)
        }
    }

    private static func alternatives(_ fields: MappingReader, _ scope: Scope, _ context: ManifestContext) -> Self {
        let values = fields.mappings("values")
        if values.isEmpty { fields.report("values is empty", "List at least one source under \"values:\".") }
        return .oneOf(values.map { read($0, scope, context) })
    }

    private static func named(_ kind: String, _ fields: MappingReader, _ scope: Scope, _ context: ManifestContext)
        -> Self
    {
        let key = fields.requiredText("key")
        guard !key.isEmpty else { return .literal(.null) }
        check(kind, key, fields, scope, context)
        let fallback = fields.json("default")
        switch kind {
        case "bearer": return .bearer(key)
        case "state": return .state(key)
        case "input", "secret", "variable": return .input(key, default: fallback)
        default:
            return .given(
                kind.hasPrefix("filter") ? .filter(key) : .argument(key), as: shape(kind, fields), default: fallback)
        }
    }

    private static func shape(_ kind: String, _ fields: MappingReader) -> Shape {
        switch kind {
        case "filter_int", "arg_int": return .integer
        case "filter_bool", "arg_bool": return .bool
        case "filter_string_array": return .strings
        case "filter", "arg": return .plain
        default:
            let separator = fields.requiredText("separator")
            fields.required("part", "0")
            let part = fields.integer("part", in: 0...1000) ?? 0
            return .piece(separator: separator, part: part, isInteger: kind.hasSuffix("_int"))
        }
    }

    private static func check(
        _ kind: String, _ key: String, _ fields: MappingReader, _ scope: Scope, _ context: ManifestContext
    ) {
        let (mark, path) = (fields.mark(of: "key"), fields.path(of: "key"))
        let namespace: Template.Placeholder.Namespace
        switch kind {
        case "secret", "variable":
            let fallback = fields.json("default")?.string
            context.useOlderInput(key, kind: kind == "secret" ? .secret : .variable, defaultText: fallback, mark, path)
            return
        case "input", "bearer": namespace = .input
        case "state": namespace = .state
        case _ where kind.hasPrefix("filter"): namespace = .filter
        default: namespace = .arg
        }
        guard scope.allows.contains(namespace) else {
            fields.report("from", "\"from: \(kind)\" is not allowed here", Self.remedy(for: namespace))
            return
        }
        scope.check(namespace, key, "", mark: mark, path: path, context)
    }

    private static func remedy(for namespace: Template.Placeholder.Namespace) -> String {
        switch namespace {
        case .filter: "Filters belong to tables; a function takes \"from: arg\"."
        case .arg: "Arguments belong to functions; a table takes \"from: filter\"."
        case .input, .state, .expr: "Use \"from: literal\", \"from: template\" or \"from: input\"."
        }
    }
}
