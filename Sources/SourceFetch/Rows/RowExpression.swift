import Basics
import JSON
import SourceSpec

/// A column's expression, prepared for many rows: keys as bytes, filters resolved.
indirect enum RowExpression: Sendable {
    enum Step: Sendable {
        case key(JSONKey)
        case index(Int)
    }

    typealias Path = [Step]

    case path(Path)
    case coalesce([RowExpression])
    case constant(JSONValue)
    case joined(path: Path, item: Path, separator: String)
    case tag(path: Path, key: String, keyField: JSONKey, valueField: JSONKey, separator: String?)
    case ifPresent(RowExpression, JSONValue)
    case firstItem(path: Path, item: Path)
    case currentRow
    case timestamp(RowExpression, ColumnExpression.TimestampInput)
    case base64(RowExpression)
    case replace(RowExpression, from: String, to: String)
    case template([Piece])

    /// A part of a template; nil if its placeholder has neither value nor default, which makes the result NULL.
    enum Piece: Sendable {
        case text(String)
        case placeholder(RowExpression, defaultText: String?)
        case missing
    }

    init(_ expression: ColumnExpression, _ bindings: Bindings) {
        switch expression {
        case .path(let path): self = .path(Self.steps(path))
        case .coalesce(let choices): self = .coalesce(choices.map { RowExpression($0, bindings) })
        case .fromFilter(let name): self = .constant(bindings.filters[name].map { JSONValue($0) } ?? .null)
        case .fromArgument(let name): self = .constant(bindings.arguments[name].map { JSONValue($0) } ?? .null)
        case .literal(let value): self = .constant(value)
        case .null: self = .constant(.null)
        case .joinArray(let path, let item, let separator):
            self = .joined(path: Self.steps(path), item: Self.steps(item), separator: separator)
        case .tagValue(let path, let key, let keyField, let valueField, let separator):
            self = .tag(
                path: Self.steps(path), key: key, keyField: JSONKey(keyField), valueField: JSONKey(valueField),
                separator: separator)
        case .ifPresent(let check, let value): self = .ifPresent(RowExpression(check, bindings), .string(value))
        case .firstArrayItemPath(let path, let item):
            self = .firstItem(path: Self.steps(path), item: Self.steps(item))
        case .objectFilterPath(let path, let filter, let item):
            let name = bindings.filters[filter].map { Bindings.text(of: JSONValue($0)) }
            self =
                name.map { .path(Self.steps(path) + [.key(JSONKey($0))] + Self.steps(item)) } ?? .constant(.null)
        case .currentRow: self = .currentRow
        case .formatTimestamp(let inner, let input): self = .timestamp(RowExpression(inner, bindings), input)
        case .base64Decode(let inner): self = .base64(RowExpression(inner, bindings))
        case .replace(let inner, let from, let to): self = .replace(RowExpression(inner, bindings), from: from, to: to)
        case .template(let template, let values):
            self = .template(template.parts.map { Self.piece($0, values, bindings) })
        }
    }

    /// A segment of digits alone is an array index, never a member.
    private static func steps(_ path: [String]) -> Path {
        path.map { segment in
            let isIndex = !segment.isEmpty && segment.utf8.allSatisfy { (0x30...0x39).contains($0) }
            return isIndex ? Int(segment).map(Step.index) ?? .key(JSONKey(segment)) : .key(JSONKey(segment))
        }
    }

    private static func piece(
        _ part: Template.Part, _ values: [String: ColumnExpression], _ bindings: Bindings
    ) -> Piece {
        switch part {
        case .text(let text): return .text(text)
        case .placeholder(let placeholder):
            if placeholder.namespace == .expr, let expression = values[placeholder.key] {
                return .placeholder(RowExpression(expression, bindings), defaultText: placeholder.defaultText)
            }
            let filled: String?
            do { filled = try bindings.value(of: placeholder, at: .start) } catch { filled = nil }
            return filled.map(Piece.text) ?? .missing
        }
    }

    /// True if it reads the whole row, so that elements that are not objects are rows too.
    var readsWholeRow: Bool {
        switch self {
        case .currentRow: true
        case .coalesce(let choices): choices.contains(where: \.readsWholeRow)
        case .ifPresent(let inner, _), .timestamp(let inner, _), .base64(let inner), .replace(let inner, _, _):
            inner.readsWholeRow
        case .template(let pieces):
            pieces.contains { if case .placeholder(let inner, _) = $0 { inner.readsWholeRow } else { false } }
        case .path, .constant, .joined, .tag, .firstItem: false
        }
    }
}
