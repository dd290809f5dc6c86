package import Basics

/// The shape of a JSON value, as OpenAPI 3.1 describes it.
package indirect enum Schema: Sendable {
    case string, integer, number, boolean
    /// UTC, ISO 8601 with milliseconds and `Z`.
    case instant
    case choice([String])
    case nullable(Schema)
    case list(Schema)
    /// An object with these values under any names.
    case map(Schema)
    /// Any JSON value; the text says which.
    case any(String)
    case object([Field])
    /// An object that is defined once, under its name.
    case named(String, [Field])

    package struct Field: Sendable {
        package var name: String
        package var schema: Schema
        package var isRequired: Bool
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable>(of type: Choice.Type) -> Schema {
        .choice(Choice.allCases.map(\.rawValue))
    }

    /// The JSON Schema; named objects are references.
    package var json: JSONValue {
        switch self {
        case .string: ["type": "string"]
        case .integer: ["type": "integer"]
        case .number: ["type": "number"]
        case .boolean: ["type": "boolean"]
        case .instant: ["type": "string", "format": "date-time"]
        case .choice(let values): ["type": "string", "enum": .array(values.map(JSONValue.string))]
        case .nullable(let schema): ["anyOf": [schema.json, ["type": "null"]]]
        case .list(let schema): ["type": "array", "items": schema.json]
        case .map(let schema): ["type": "object", "additionalProperties": schema.json]
        case .any(let meaning): ["description": .string(meaning)]
        case .object(let fields): Self.object(fields)
        case .named(let name, _): ["$ref": .string("#/components/schemas/\(name)")]
        }
    }

    /// The named objects in this schema, each with its definition.
    package var definitions: [(name: String, schema: JSONValue)] {
        switch self {
        case .string, .integer, .number, .boolean, .instant, .choice, .any: []
        case .nullable(let schema), .list(let schema), .map(let schema): schema.definitions
        case .object(let fields): fields.flatMap(\.schema.definitions)
        case .named(let name, let fields): [(name, Self.object(fields))] + fields.flatMap(\.schema.definitions)
        }
    }

    private static func object(_ fields: [Field]) -> JSONValue {
        [
            "type": "object",
            "properties": .object(fields.map { JSONValue.Member($0.name, $0.schema.json) }),
            "required": .array(fields.filter(\.isRequired).map { .string($0.name) }),
        ]
    }
}

extension [Schema.Field] {
    /// Members that are always there.
    static func of(_ fields: KeyValuePairs<String, Schema>) -> Self {
        fields.map { Schema.Field(name: $0.key, schema: $0.value, isRequired: true) }
    }

    /// Members that may be missing.
    static func optional(_ fields: KeyValuePairs<String, Schema>) -> Self {
        fields.map { Schema.Field(name: $0.key, schema: $0.value, isRequired: false) }
    }
}
