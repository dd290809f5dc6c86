import Basics
import YAML

extension MappingReader {
    func text(_ key: String) -> String? {
        item(key).flatMap { text($0) }
    }

    /// A required text, which must not be blank. If it is missing, that is reported, and the text is empty.
    func requiredText(_ key: String) -> String {
        guard let item = required(key, "…"), let text = text(item) else { return "" }
        if text.allSatisfy(\.isWhitespace) { log.report(item, "\(key) is empty", "Write a value.") }
        return text
    }

    func texts(_ key: String) -> [String] {
        list(key).compactMap { text($0) }
    }

    func bool(_ key: String) -> Bool? {
        guard let item = item(key) else { return nil }
        if case .bool(let truth) = item.node.scalar { return truth }
        log.report(item, "true or false is required here", "Write one of them, without quotes.")
        return nil
    }

    func integer(_ key: String, in range: ClosedRange<Int> = Int.min...Int.max) -> Int? {
        item(key).flatMap { integer($0, in: range) }
    }

    func integer(_ item: ManifestNode, in range: ClosedRange<Int>) -> Int? {
        guard case .integer(let number) = item.node.scalar else {
            log.report(item, "a whole number is required here", "Write digits alone, without quotes.")
            return nil
        }
        let value = Int(number)
        guard range.contains(value) else {
            let bounds =
                range.upperBound == .max ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            log.report(item, "\(value) is out of range", "Write a whole number, \(bounds).")
            return nil
        }
        return value
    }

    /// One of the words of an enumeration.
    func choice<Choice>(_ key: String, _ type: Choice.Type = Choice.self) -> Choice?
    where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String {
        choice(key, among: Choice.allCases.map(\.rawValue)).flatMap { Choice(rawValue: $0) }
    }

    func choice(_ key: String, among words: [String]) -> String? {
        guard let text = text(key) else { return nil }
        if words.contains(text) { return text }
        report(
            key, "unknown value \"\(text)\"",
            Suggestion.question(for: text, among: words) ?? "Write one of: \(words.joined(separator: ", ")).")
        return nil
    }

    func text(_ item: ManifestNode) -> String? {
        if case .text(let text) = item.node.scalar { return text }
        let isScalar = item.node.scalar != nil
        log.report(
            item, "text is required here", isScalar ? "Put the value in quotes." : "Write a word, or text in quotes.")
        return nil
    }

    func json(_ key: String) -> JSONValue? {
        item(key).map { JSONValue($0.node) }
    }
}

extension JSONValue {
    init(_ node: YAMLNode) {
        switch node.content {
        case .sequence(let elements): self = .array(elements.map { JSONValue($0) })
        case .mapping(let entries): self = .object(entries.map { Member($0.key, JSONValue($0.value)) })
        case .scalar(let text, _):
            switch node.scalar {
            case .bool(let truth): self = .bool(truth)
            case .integer(let number): self = .integer(number)
            case .number(let number): self = .number(number)
            case .text, nil: self = .string(text)
            case .null: self = .null
            }
        }
    }
}
