/// One SQL value with SQLite's types. NULL is `.null`, never an empty text.
package enum Value: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    package var isNull: Bool { self == .null }

    /// The text of a text value; nil for every other kind.
    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The value as an `Int`, if it is one without loss or a text that contains one.
    package var integer: Int? {
        switch self {
        case .integer(let number): Int(exactly: number)
        case .real(let number): Int(exactly: number.rounded(.towardZero))
        case .text(let text): Int(text)
        case .null, .blob: nil
        }
    }

    /// The number, if the value is one or a text that contains one.
    package var real: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        case .text(let text): Double(text)
        case .null, .blob: nil
        }
    }

    /// The value as plain text; a blob in hexadecimal digits.
    package var spelling: String {
        switch self {
        case .null: ""
        case .integer(let number): String(number)
        case .real(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes): Hexadecimal.text(of: bytes)
        }
    }

    /// The instant of an ISO 8601 text.
    package var instant: Instant? { text.flatMap { Instant(iso8601: $0) } }

    package init(_ instant: Instant?) { self.init(instant?.iso8601) }
    package init(_ text: String?) { self = text.map(Value.text) ?? .null }
    package init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }
    package init(_ number: Double?) { self = number.map(Value.real) ?? .null }
    package init(_ truth: Bool) { self = .integer(truth ? 1 : 0) }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByNilLiteral
{
    package init(stringLiteral text: String) { self = .text(text) }
    package init(integerLiteral number: Int64) { self = .integer(number) }
    package init(floatLiteral number: Double) { self = .real(number) }
    package init(nilLiteral: ()) { self = .null }
}

/// The rows of a statement with the names of their columns.
package struct RowSet: Hashable, Sendable {
    package var columns: [String]
    package var rows: [[Value]]

    package init(columns: [String], rows: [[Value]] = []) {
        self.columns = columns
        self.rows = rows
    }

    package var count: Int { rows.count }
    package var isEmpty: Bool { rows.isEmpty }

    /// The rows by column name. An unknown name reads as NULL.
    package var records: [Record] {
        let positions = Dictionary(columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return rows.map { Record(positions: positions, values: $0) }
    }

    /// One row by column name.
    package struct Record: Sendable {
        fileprivate let positions: [String: Int]
        fileprivate let values: [Value]

        package subscript(column: String) -> Value {
            positions[column].map { values[$0] } ?? .null
        }
    }
}
