import Basics
import JSON
import SourceSpec

/// Converts a provider's value to the column's type in the manifest, as leniently as Coral.
enum Coercion {
    /// nil where a value is there but does not fit: it becomes NULL, and is counted.
    static func value(_ extract: Extract, as type: ColumnType) -> Value? {
        switch extract {
        case .nothing: return .null
        case .view(let view): return view.isNull ? .null : value(view, as: type)
        case .value(let json):
            if json.isNull { return .null }
            // A made value is seldom and short: it goes the way of the page's own values.
            do throws(JSONError) {
                return try JSONDocument.withView(of: Array(json.serialized.utf8)) { value($0, as: type) }
            } catch { return nil }
        }
    }

    /// The same for a text; nil where it does not fit. An empty one is NULL in every column but one of text.
    static func value(_ text: String, as type: ColumnType) -> Value? {
        if type == .utf8 || type == .json { return .text(text) }
        if text.isEmpty { return .null }
        switch type {
        case .utf8, .json: return .text(text)
        case .int64: return Int64(text).map(Value.integer) ?? Double(text).flatMap(truncated)
        case .float64: return Double(text).flatMap { $0.isFinite ? .real($0) : nil }
        case .boolean: return truth(text)
        case .timestamp: return timestamp(text).map(Value.text)
        case .date: return timestamp(text).map { .text(String($0.prefix(10))) }
        }
    }

    private static func truth(_ text: String) -> Value? {
        switch text.lowercased() {
        case "true", "t", "1", "yes": Value(true)
        case "false", "f", "0", "no": Value(false)
        default: nil
        }
    }

    private static func timestamp(_ text: String) -> String? {
        var text = text
        return text.withUTF8(TimestampText.normalized)
    }

    private static func value(_ view: JSONView, as type: ColumnType) -> Value? {
        switch type {
        case .utf8, .json: return text(view)
        case .int64: return integer(view)
        case .float64: return real(view)
        case .boolean: return truth(view)
        case .timestamp: return timestamp(view)
        case .date:
            guard case .text(let text) = timestamp(view) else { return isBlank(view) ? .null : nil }
            return .text(String(text.prefix(10)))
        }
    }

    private static func text(_ view: JSONView) -> Value {
        view.string.map(Value.text) ?? .text(view.value.serialized)
    }

    private static func integer(_ view: JSONView) -> Value? {
        switch view.kind {
        case .integer: return view.integer.map(Value.integer)
        case .number: return view.number.flatMap(truncated)
        case .bool: return .integer(view.bool == true ? 1 : 0)
        case .string: return view.string.flatMap { value($0, as: .int64) }
        case .null, .array, .object: return nil
        }
    }

    private static func truncated(_ number: Double) -> Value? {
        Int64(exactly: number.rounded(.towardZero)).map(Value.integer)
    }

    private static func real(_ view: JSONView) -> Value? {
        switch view.kind {
        case .integer, .number: return view.number.map(Value.real)
        case .bool: return .real(view.bool == true ? 1 : 0)
        case .string: return view.string.flatMap { value($0, as: .float64) }
        case .null, .array, .object: return nil
        }
    }

    private static func truth(_ view: JSONView) -> Value? {
        if let truth = view.bool { return Value(truth) }
        if let number = view.number { return Value(number != 0) }
        return view.string.flatMap { value($0, as: .boolean) }
    }

    private static func timestamp(_ view: JSONView) -> Value? {
        if let bytes = view.utf8 {
            return bytes.isEmpty ? .null : TimestampText.normalized(bytes).map(Value.text)
        }
        return view.number.flatMap(TimestampText.instant(epoch:)).map { Value($0) }
    }

    private static func isBlank(_ view: JSONView) -> Bool { view.utf8?.isEmpty == true }
}
