extension YAMLNode {
    /// The value of a scalar in the core schema of YAML 1.2: `yes` and `on` are text, `0o17` and `0x1F` are numbers.
    package enum Scalar: Hashable, Sendable {
        case null
        case bool(Bool)
        case integer(Int64)
        case number(Double)
        case text(String)
    }

    /// Nil for sequences and mappings.
    package var scalar: Scalar? {
        guard case .scalar(let text, let style) = content else { return nil }
        guard style == .plain else { return .text(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: return Self.number(text) ?? .text(text)
        }
    }

    private static func number(_ text: String) -> Scalar? {
        if let integer = Int64(text) { return .integer(integer) }
        if text.hasPrefix("0x"), let integer = Int64(text.dropFirst(2), radix: 16) { return .integer(integer) }
        if text.hasPrefix("0o"), let integer = Int64(text.dropFirst(2), radix: 8) { return .integer(integer) }
        let isDecimal = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        guard isDecimal, text.utf8.contains(where: { (0x30...0x39).contains($0) }), let number = Double(text) else {
            return nil
        }
        return .number(number)
    }
}
