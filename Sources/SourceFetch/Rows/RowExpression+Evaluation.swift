import Basics
import JSON
import SourceSpec

extension RowExpression {
    /// The value for one row. A missing member is nothing, which becomes NULL.
    func evaluate(_ row: RowElement) -> Extract {
        switch self {
        case .path(let path): return Self.walk(path, from: row)
        case .coalesce(let choices):
            for choice in choices {
                let found = choice.evaluate(row)
                if !found.isNothing { return found }
            }
            return .nothing
        case .constant(let value): return value.isNull ? .nothing : .value(value)
        case .joined(let path, let item, let separator):
            guard let items = Self.elements(at: path, of: row) else { return .nothing }
            return .value(
                .string(items.compactMap { Extract(Self.walk(item, from: $0)).text }.joined(separator: separator)))
        case .tag(let path, let key, let keyField, let valueField, let separator):
            guard let tags = Self.elements(at: path, of: row) else { return .nothing }
            let matching = tags.filter { $0[keyField]?.string == key }.map { Extract($0[valueField]) }
            guard let separator else { return matching.first ?? .nothing }
            return matching.isEmpty
                ? .nothing : .value(.string(matching.compactMap(\.text).joined(separator: separator)))
        case .ifPresent(let check, let value): return check.evaluate(row).isNothing ? .nothing : .value(value)
        case .firstItem(let path, let item):
            return Extract(Self.elements(at: path, of: row)?.first.flatMap { Self.walk(item, from: $0) })
        case .currentRow: return row.added.isEmpty ? .view(row.view) : .value(row.json)
        case .timestamp(let inner, let input): return Self.timestamp(inner.evaluate(row), input)
        case .base64(let inner):
            return inner.evaluate(row).text.flatMap(Base64.decode).map { .value(.string($0)) } ?? .nothing
        case .replace(let inner, let from, let to):
            return inner.evaluate(row).text.map { .value(.string($0.replacing(from, with: to))) } ?? .nothing
        case .template(let pieces): return Self.filled(pieces, row)
        }
    }

    private static func walk(_ path: Path, from row: RowElement) -> Extract {
        guard let first = path.first else { return .view(row.view) }
        let start: Extract =
            switch first {
            case .key(let key): row[key]
            case .index(let index): row.isMade ? .nothing : Extract(row.view[index])
            }
        guard path.count > 1, case .view(let view) = start else { return path.count == 1 ? start : .nothing }
        return Extract(walk(path.dropFirst(), from: view))
    }

    static func walk(_ path: some Collection<Step>, from view: JSONView) -> JSONView? {
        var current = view
        for step in path {
            let inner =
                switch step {
                case .key(let key): current[key]
                case .index(let index): current[index]
                }
            guard let inner else { return nil }
            current = inner
        }
        return current
    }

    private static func elements(at path: Path, of row: RowElement) -> [JSONView]? {
        guard case .view(let view) = walk(path, from: row) else { return nil }
        return view.elements.map { Array($0) }
    }

    private static func timestamp(_ extract: Extract, _ input: ColumnExpression.TimestampInput) -> Extract {
        guard let text = extract.text else { return .nothing }
        let instant: Instant? =
            switch input {
            case .seconds: Double(text).flatMap { TimeText.instant(seconds: $0) }
            case .milliseconds: Double(text).flatMap { TimeText.instant(seconds: $0 / 1000) }
            case .iso8601: Instant(iso8601: text)
            }
        // A value that is not a time is kept, so that it counts as not matching the column's type.
        return .value(.string(instant?.iso8601 ?? text))
    }

    private static func filled(_ pieces: [Piece], _ row: RowElement) -> Extract {
        var result = ""
        for piece in pieces {
            switch piece {
            case .text(let text): result += text
            case .placeholder(let expression, let fallback):
                guard let text = expression.evaluate(row).text ?? fallback else { return .nothing }
                result += text
            case .missing: return .nothing
            }
        }
        return .value(.string(result))
    }
}
