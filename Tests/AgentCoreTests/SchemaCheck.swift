import Basics
import HTTPAPI

/// Compares JSON values with the shapes of the OpenAPI document.
enum SchemaCheck {
    /// What does not match, one phrase each.
    static func problems(_ value: JSONValue, _ schema: JSONValue, at place: String = "$") -> [String] {
        if let name = schema["$ref"]?.string?.split(separator: "/").last {
            return problems(value, OpenAPI.document["components"]?["schemas"]?[String(name)] ?? .null, at: place)
        }
        if let choices = schema["anyOf"]?.array {
            let all = choices.map { problems(value, $0, at: place) }
            return all.contains { $0.isEmpty } ? [] : all.first ?? []
        }
        guard let type = schema["type"]?.string else { return schema.members == nil ? ["\(place): no shape"] : [] }
        if let known = schema["enum"]?.array, !known.contains(value) { return ["\(place): \(value) is not known"] }
        switch (type, value) {
        case ("string", .string(let text)):
            return schema["format"] == nil || Instant(iso8601: text) != nil ? [] : ["\(place): \(text) is not a time"]
        case ("integer", .integer), ("number", .number), ("number", .integer), ("boolean", .bool), ("null", .null):
            return []
        case ("array", .array(let elements)):
            return elements.enumerated().flatMap { index, element in
                problems(element, schema["items"] ?? .null, at: "\(place)[\(index)]")
            }
        case ("object", .object(let members)): return object(members, schema, at: place)
        default: return ["\(place): \(value) is not a \(type)"]
        }
    }

    private static func object(_ members: [JSONValue.Member], _ schema: JSONValue, at place: String) -> [String] {
        let missing = (schema["required"]?.array ?? []).compactMap(\.string).filter { name in
            !members.contains { $0.name == name }
        }
        return missing.map { "\(place).\($0) is missing" }
            + members.flatMap { member in
                (schema["properties"]?[member.name] ?? schema["additionalProperties"]).map {
                    problems(member.value, $0, at: "\(place).\(member.name)")
                } ?? ["\(place).\(member.name) is not documented"]
            }
    }
}
