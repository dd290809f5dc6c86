import Basics
import JSON
import SourceSpec

/// Converts a provider's value to the column's type in the manifest, as leniently as Coral.
enum Coercion {
    /// Nil for a value that does not match the type: it becomes NULL, and is counted.
    static func value(_ extract: Extract, as type: ColumnType) -> Value? {
        switch extract {
        case .nothing: return .null
        case .view(let view): return view.isNull ? .null : value(view, as: type)
        case .value(let json):
            if json.isNull { return .null }
            // A computed value is rare and short: it is converted like the page's own values.
            do throws(JSONError) {
                return try JSONDocument.withView(of: Array(json.serialized.utf8)) { value($0, as: type) }
            } catch { return nil }
        }
    }

    /// Nil for a text that does not match the type. An empty one is NULL unless the column is of text.
    static func value(_ text: String, as type: ColumnType) -> Value? {
        if type == .utf8 || type == .json { return .text(text) }
        if text.isEmpty { return .null }
        switch type {
        case .utf8, .json: return .text(text)
        case .int64: return Int64(text).map(Value.integer) ?? Double(text).flatMap(truncated)
        case .float64: return Double(text).flatMap { $0.isFinite ? .real($0) : nil }
        case .boolean: return Bool(word: text).map { Value($0) }
        case .timestamp, .date:
            var text = text
            return text.withUTF8(TimeText.normalized).map { time($0, as: type) }
        }
    }

    private static func value(_ view: JSONView, as type: ColumnType) -> Value? {
        switch (type, view.kind) {
        case (.utf8, _), (.json, _): return .text(view.string ?? view.value.serialized)
        case (.timestamp, .string), (.date, .string):
            guard let bytes = view.utf8, !bytes.isEmpty else { return .null }
            return TimeText.normalized(bytes).map { time($0, as: type) }
        case (_, .string): return view.string.flatMap { value($0, as: type) }
        case (.int64, .integer): return view.integer.map(Value.integer)
        case (.int64, .number): return view.number.flatMap(truncated)
        case (.int64, .bool), (.boolean, .bool): return view.bool.map { Value($0) }
        case (.float64, .bool): return .real(view.bool == true ? 1 : 0)
        case (.float64, .integer), (.float64, .number): return view.number.map(Value.real)
        case (.boolean, .integer), (.boolean, .number): return view.number.map { Value($0 != 0) }
        case (.timestamp, .integer), (.timestamp, .number), (.date, .integer), (.date, .number):
            return view.number.flatMap(TimeText.instant(epoch:)).map { time($0.iso8601, as: type) }
        case (_, .null), (_, .array), (_, .object), (_, .bool): return nil
        }
    }

    private static func truncated(_ number: Double) -> Value? {
        Int64(exactly: number.rounded(.towardZero)).map(Value.integer)
    }

    private static func time(_ text: String, as type: ColumnType) -> Value {
        .text(type == .date ? String(text.prefix(10)) : text)
    }
}

extension Bool {
    /// `true`, `t`, `1` or `yes`, or their opposites, in any case.
    package init?(word: String) {
        switch word.lowercased() {
        case "true", "t", "1", "yes": self = true
        case "false", "f", "0", "no": self = false
        default: return nil
        }
    }
}
