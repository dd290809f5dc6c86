import Basics

/// The call in a GraphQL query: its first field, and the values of the arguments of every field. A value is a variable, a number, a
/// word or a text; selections are not read.
struct GraphQLCall: Hashable, Sendable {
    let field: String
    private let arguments: [String: JSONValue]
    private let body: String

    /// Nil if it is not a query or a mutation.
    init?(query: String, variables: JSONValue) {
        guard let start = query.firstMatch(of: /^\s*(?:(?:query|mutation)\b[^{]*)?\{\s*(\w+)/) else { return nil }
        field = String(start.1)
        body = String(query[start.1.startIndex...])
        let calls = body.matches(of: /(\w+)\s*\(([^()]*)\)/).map { call in
            (String(call.1), Self.values(String(call.2), variables))
        }
        arguments = Dictionary(calls) { first, _ in first }
    }

    /// The values of the arguments of a field, by its name; empty if it has none. A variable that was not
    /// sent leaves its argument out.
    func arguments(of field: String) -> JSONValue { arguments[field] ?? [:] }

    func selects(_ nested: String) -> Bool { body.split { !$0.isLetter && $0 != "_" }.contains { $0 == nested } }

    private static func values(_ text: String, _ variables: JSONValue) -> JSONValue {
        let members = text.matches(of: /(\w+)\s*:\s*(\$\w+|"[^"]*"|[\w.\-]+)/).compactMap { argument in
            value(argument.2, variables).map { JSONValue.Member(String(argument.1), $0) }
        }
        return .object(members)
    }

    private static func value(_ text: Substring, _ variables: JSONValue) -> JSONValue? {
        switch text {
        case _ where text.hasPrefix("$"): return variables[String(text.dropFirst())]
        case _ where text.hasPrefix("\""): return .string(String(text.dropFirst().dropLast()))
        case "null": return JSONValue.null
        case "true", "false": return .bool(text == "true")
        default:
            return Int64(text).map(JSONValue.integer) ?? Double(text).map(JSONValue.number) ?? .string(String(text))
        }
    }
}
