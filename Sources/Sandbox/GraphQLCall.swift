import Basics

/// What a GraphQL request calls: the first field of its operation with the values of its arguments. Selections are not
/// read.
struct GraphQLCall: Hashable, Sendable {
    let isMutation: Bool
    let field: String
    let arguments: JSONValue
    private let text: String
    private let variables: JSONValue

    /// Nil for what is no operation.
    init?(query: String, variables: JSONValue) {
        var scanner = Scanner(query, variables: variables)
        guard let (isMutation, field) = scanner.operation() else { return nil }
        self.isMutation = isMutation
        self.field = field
        arguments = scanner.arguments() ?? [:]
        text = query
        self.variables = variables
    }

    /// The values of the arguments of a field further in, by its name; without arguments where it has none.
    func arguments(of nested: String) -> JSONValue {
        var scanner = Scanner(text, variables: variables)
        while let word = scanner.nextWord() {
            if word == nested, let arguments = scanner.arguments() { return arguments }
        }
        return [:]
    }

    func selects(_ nested: String) -> Bool {
        var scanner = Scanner(text, variables: variables)
        while let word = scanner.nextWord() {
            if word == nested { return true }
        }
        return false
    }
}

/// Reads GraphQL's words and values from left to right.
private struct Scanner {
    private var rest: Substring
    private let variables: JSONValue

    init(_ text: String, variables: JSONValue) {
        rest = text[...]
        self.variables = variables
    }

    /// Commas are spaces to GraphQL.
    private mutating func skipSpace() {
        while let first = rest.first {
            if first.isWhitespace || first == "," {
                rest.removeFirst()
            } else if first == "#" {
                rest = rest.drop { !$0.isNewline }
            } else {
                return
            }
        }
    }

    private mutating func take(_ character: Character) -> Bool {
        skipSpace()
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func word() -> String? {
        skipSpace()
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        rest = rest.dropFirst(word.count)
        return word.isEmpty ? nil : String(word)
    }

    /// The next word, whatever stands before it; strings are passed over.
    mutating func nextWord() -> String? {
        while true {
            skipSpace()
            guard let first = rest.first else { return nil }
            if first == "\"" {
                _ = string()
            } else if let word = word() {
                return word
            } else {
                rest.removeFirst()
            }
        }
    }

    /// Up to the first field of the operation: `query Name($x: Type = default) { field`.
    mutating func operation() -> (isMutation: Bool, field: String)? {
        var kind = "query"
        if !take("{") {
            kind = word() ?? ""
            guard ["query", "mutation"].contains(kind) else { return nil }
            _ = word()
            if take("(") { skipToClosing() }
            guard take("{") else { return nil }
        }
        guard let first = word() else { return nil }
        // A name before a colon is the field's alias, which is not answered under.
        return (kind == "mutation", take(":") ? word() ?? first : first)
    }

    private mutating func skipToClosing() {
        var depth = 1
        while depth > 0, let first = rest.first {
            if first == "\"" {
                _ = string()
                continue
            }
            rest.removeFirst()
            depth += first == "(" ? 1 : first == ")" ? -1 : 0
        }
    }

    /// `(name: value …)` as an object; nil where no parenthesis follows. A variable that was not sent leaves its argument out.
    mutating func arguments() -> JSONValue? {
        guard take("(") else { return nil }
        return members(until: ")")
    }

    private mutating func members(until end: Character) -> JSONValue {
        var members: [JSONValue.Member] = []
        while !take(end), let name = word() {
            guard take(":") else { break }
            if let value = value() { members.append(.init(name, value)) }
        }
        return .object(members)
    }

    private mutating func value() -> JSONValue? {
        if take("$") { return word().flatMap { variables[$0] } }
        if take("{") { return members(until: "}") }
        if take("[") {
            var elements: [JSONValue] = []
            while !take("]"), !rest.isEmpty {
                guard let element = value() else { break }
                elements.append(element)
            }
            return .array(elements)
        }
        skipSpace()
        if rest.first == "\"" { return .string(string()) }
        let token = rest.prefix { $0.isLetter || $0.isNumber || "_-+.".contains($0) }
        guard !token.isEmpty else { return nil }
        rest = rest.dropFirst(token.count)
        switch token {
        case "null": return JSONValue.null
        case "true", "false": return .bool(token == "true")
        default:
            return Int64(token).map(JSONValue.integer) ?? Double(token).map(JSONValue.number) ?? .string(String(token))
        }
    }

    private mutating func string() -> String {
        var text = ""
        rest.removeFirst()
        while let character = rest.popFirst(), character != "\"" {
            text.append(character == "\\" ? rest.popFirst() ?? character : character)
        }
        return text
    }
}
