import Basics
import JSON
import SourceSpec

/// The values for a request's sources and templates.
struct Bindings: Sendable {
    let inputs: [String: String]
    let filters: [String: Value]
    /// The filter of each argument name.
    let arguments: [String: Value]
    let now: Instant
    /// Variables that need no value: unset, they are empty in a template.
    var optionalVariables: Set<String> = []

    /// Why there is no value. ``ScanPlan`` turns it into a `SourceError`.
    enum MissingValue: Error, Hashable {
        case input(String)
        case filter(String)
        case state(String)
        case wrongType(filter: String, wanted: String)
        case unsafePath(String)
    }

    // MARK: Sources

    /// The value, or nil if there is none and the parameter is not sent.
    func value(of source: ValueSource, at position: PagePosition) throws(MissingValue) -> JSONValue? {
        switch source {
        case .literal(let value): return value
        case .template(let template): return .string(try text(of: template, at: position))
        case .oneOf(let sources): return try firstPresent(of: sources, at: position)
        case .given(.filter(let name), let shape, let fallback):
            return try shaped(filters[name], of: name, shape) ?? fallback
        case .given(.argument(let name), let shape, let fallback):
            return try shaped(arguments[name], of: name, shape) ?? fallback
        case .input(let key, let fallback): return inputs[key].map(JSONValue.string) ?? fallback
        case .bearer(let key): return inputs[key].map { .string("Bearer \($0)") }
        case .state(let key): return position.state(key).map(JSONValue.string)
        case .nowEpochMinusSeconds(let seconds): return .integer(now.milliseconds / 1000 - Int64(seconds))
        }
    }

    private func firstPresent(of sources: [ValueSource], at position: PagePosition) throws(MissingValue) -> JSONValue? {
        for source in sources {
            // A template with a missing value is an absent alternative, not an error.
            let candidate: JSONValue?
            do { candidate = try value(of: source, at: position) } catch { continue }
            if let candidate, candidate != .null, candidate != .string("") { return candidate }
        }
        return nil
    }

    private func shaped(
        _ value: Value?, of name: String, _ shape: ValueSource.Shape
    ) throws(MissingValue) -> JSONValue? {
        guard let value else { return nil }
        switch shape {
        case .plain: return JSONValue(value)
        case .integer: return try integer(value, of: name)
        case .bool: return try truth(value, of: name)
        case .strings: return strings(value)
        case .piece(let separator, let part, let isInteger):
            let pieces = Self.text(of: JSONValue(value)).split(separator: separator, omittingEmptySubsequences: false)
            guard pieces.indices.contains(part) else { return nil }
            let piece = String(pieces[part])
            return isInteger ? try integer(.text(piece), of: name) : .string(piece)
        }
    }

    private func integer(_ value: Value, of name: String) throws(MissingValue) -> JSONValue {
        guard let number = value.integer else { throw .wrongType(filter: name, wanted: "a whole number") }
        return .integer(Int64(number))
    }

    private func truth(_ value: Value, of name: String) throws(MissingValue) -> JSONValue {
        if case .integer(let number) = value { return .bool(number != 0) }
        guard let truth = value.text.flatMap({ Bool(word: $0) }) else {
            throw .wrongType(filter: name, wanted: "true or false")
        }
        return .bool(truth)
    }

    /// A list as JSON, or as text separated by commas; a single text is a list with one element.
    private func strings(_ value: Value) -> JSONValue {
        let text = Self.text(of: JSONValue(value))
        if text.hasPrefix("["), case .array(let elements) = try? JSONDocument.parse(text) {
            return .array(elements.map { .string(Self.text(of: $0)) })
        }
        return .array(text.split(separator: ",").map { .string(String($0)) })
    }

    // MARK: Templates

    /// The template with its placeholders filled; each value passes through `encoding`.
    func text(
        of template: Template, at position: PagePosition, encoding: (String) -> String = { $0 }
    ) throws(MissingValue) -> String {
        var result = ""
        for part in template.parts {
            switch part {
            case .text(let text): result += text
            case .placeholder(let placeholder): result += encoding(try value(of: placeholder, at: position))
            }
        }
        return result
    }

    func value(of placeholder: Template.Placeholder, at position: PagePosition) throws(MissingValue) -> String {
        let found: String? =
            switch placeholder.namespace {
            case .input:
                inputs[placeholder.key]
                    ?? (placeholder.defaultText == nil && optionalVariables.contains(placeholder.key) ? "" : nil)
            case .filter: filters[placeholder.key].map { Self.text(of: JSONValue($0)) }
            case .arg: arguments[placeholder.key].map { Self.text(of: JSONValue($0)) }
            case .state: position.state(placeholder.key)
            case .expr: nil
            }
        if let value = found ?? placeholder.defaultText { return value }
        switch placeholder.namespace {
        case .input: throw .input(placeholder.key)
        case .filter, .arg: throw .filter(placeholder.key)
        case .state, .expr: throw .state(placeholder.key)
        }
    }

    /// A value in a query string or header: text as is, null as empty text, lists and objects as compact JSON.
    static func text(of value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        case .bool, .integer, .number, .array, .object: value.serialized
        }
    }
}
