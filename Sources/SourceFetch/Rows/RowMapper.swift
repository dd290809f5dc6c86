import Basics
import JSON
import SourceSpec

/// Converts the elements of responses into rows of a table.
struct RowMapper: Sendable {
    private let columns: [(type: ColumnType, expression: RowExpression)]
    private let takesBareElements: Bool

    init(_ table: TableSpec, bindings: Bindings) {
        columns = table.columns.map { ($0.type, RowExpression($0.expression, bindings)) }
        takesBareElements = columns.contains { $0.expression.readsWholeRow }
    }

    /// Appends the element's row. An element that is not a row, or a value that does not match its type, is a warning.
    func append(_ element: RowElement, to rows: inout [[Value]], warnings: inout Int) {
        switch element.view.kind {
        case .object, .array: break
        case .null, .bool, .integer, .number, .string:
            guard takesBareElements || !element.added.isEmpty else {
                warnings += 1
                return
            }
        }
        var row: [Value] = []
        row.reserveCapacity(columns.count)
        for column in columns {
            if let value = Coercion.value(column.expression.evaluate(element), as: column.type) {
                row.append(value)
            } else {
                warnings += 1
                row.append(.null)
            }
        }
        rows.append(row)
    }
}
