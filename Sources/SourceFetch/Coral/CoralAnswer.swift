import Basics
import JSON
import SourceSpec

/// Reads what `coral sql --format json` prints: one array with an object for each row.
///
/// Up to 0.1.x a NULL leaves its key out; later builds write `null`. Columns have no types there.
enum CoralAnswer {
    /// Why the text is not valid output.
    enum Fault: Error, Hashable {
        case json(JSONError)
        /// The text in the place of rows.
        case shape(String)
        /// Columns with the same name that cannot be distinguished, because a row has only some of them.
        case ambiguous(column: String)
    }

    // MARK: Rows of a table

    /// The rows in the order of the columns, each value fitted to its column's type, and how many values did not fit.
    static func rows(_ bytes: [UInt8], of columns: [ColumnSpec]) throws(Fault) -> (rows: [[Value]], warnings: Int) {
        let keys = columns.map { (key: JSONKey($0.name), type: $0.type) }
        return try read(bytes) { elements throws(Fault) in
            var (rows, warnings) = ([[Value]](), 0)
            for element in elements {
                guard element.members != nil else { throw .shape(element.kind.phrase) }
                rows.append(
                    keys.map { column in
                        if let value = Coercion.value(Extract(element[column.key]), as: column.type) { return value }
                        warnings += 1
                        return .null
                    })
            }
            return (rows, warnings)
        }
    }

    // MARK: Rows of any statement

    /// The rows with all columns that occur, in order of first occurrence. Columns that the caller expects come first, in the caller's
    /// order, also if all their values are NULL.
    static func rowSet(_ bytes: [UInt8], expecting columns: [String]) throws(Fault) -> RowSet {
        try read(bytes) { elements throws(Fault) in
            var gathering = Gathering(columns)
            for element in elements {
                guard let members = element.members else { throw .shape(element.kind.phrase) }
                gathering.append(members)
            }
            return try gathering.rowSet()
        }
    }

    /// Members with the same name in one object are columns with the same name, as from a join without aliases.
    private struct Gathering {
        private var names: [String]
        private var places: [String: [Int]] = [:]
        /// By place: in how many rows the column's key is there, NULL or not.
        private var occurrences: [Int]
        private var rows: [[Value]] = []

        init(_ columns: [String]) {
            names = columns
            occurrences = columns.map { _ in 0 }
            for (place, name) in columns.enumerated() { places[name, default: []].append(place) }
        }

        mutating func append(_ members: JSONView.Members) {
            var row = [Value](repeating: .null, count: names.count)
            var isTaken = [Bool](repeating: false, count: names.count)
            for member in members {
                let name = member.name.string ?? ""
                let place = places[name]?.first { !isTaken[$0] } ?? newPlace(name)
                if place == row.count {
                    row.append(.null)
                    isTaken.append(false)
                }
                isTaken[place] = true
                occurrences[place] += 1
                row[place] = CoralAnswer.value(member.value)
            }
            rows.append(row)
        }

        private mutating func newPlace(_ name: String) -> Int {
            places[name, default: []].append(names.count)
            names.append(name)
            occurrences.append(0)
            return names.count - 1
        }

        func rowSet() throws(Fault) -> RowSet {
            for name in names where places[name, default: []].count > 1 {
                guard places[name, default: []].allSatisfy({ occurrences[$0] == rows.count }) else {
                    throw .ambiguous(column: name)
                }
            }
            let width = names.count
            return RowSet(
                columns: names, rows: rows.map { $0 + [Value](repeating: .null, count: width - $0.count) })
        }
    }

    /// Times in the one form that sorts; lists and objects, as Parquet has them, as JSON text.
    private static func value(_ view: JSONView) -> Value {
        switch view.kind {
        case .null: return .null
        case .bool: return Value(view.bool == true)
        case .integer: return view.integer.map(Value.integer) ?? .null
        case .number: return view.number.map(Value.real) ?? .null
        case .array, .object: return .text(view.value.serialized)
        case .string:
            return TimeText.normalized(Value(view.string))
        }
    }

    // MARK: The array

    private static func read<Result>(
        _ bytes: [UInt8], _ body: (JSONView.Elements) throws(Fault) -> Result
    ) throws(Fault) -> Result {
        try JSONDocument.withView(of: bytes, orThrow: Fault.json) { root throws(Fault) in
            guard let elements = root.elements else { throw .shape(root.kind.phrase) }
            return try body(elements)
        }
    }
}
