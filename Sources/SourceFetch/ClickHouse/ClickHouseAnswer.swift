package import Basics
import JSON

/// Reads `JSONCompactEachRowWithNamesAndTypes`: the names, the types, then one array per row.
///
/// An error after the first rows is in the body of a response with status 200, after complete rows. It invalidates the whole
/// response. Source: ClickHouse's HTTP interface; `reference`: provider-apis §1.8.
package struct ClickHouseAnswer {
    package var rows: RowSet

    /// ClickHouse's error for a failed statement.
    package struct Exception: Error, Hashable {
        package var code: Int
        package var message: String
    }

    /// Another program answers there, or the response is incomplete.
    package struct Unreadable: Error, Hashable { package var reason: String }

    /// - Throws: ``Exception`` or ``Unreadable``.
    package init(_ body: [UInt8]) throws {
        var lines = body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)[...]
        if let strange = lines.first(where: { $0.first != UInt8(ascii: "[") }) {
            let rest = lines.drop(while: { $0.first == UInt8(ascii: "[") })
            let text = String(decoding: Array(rest.joined(separator: [0x0A])).prefix(4000), as: UTF8.self)
            if let exception = Self.exception(in: text) { throw exception }
            let start = String(decoding: strange.prefix(20), as: UTF8.self)
            throw Unreadable(reason: "a line of the response starts with \"\(start)\"")
        }
        guard let names = try lines.popFirst().map(Self.texts), let types = try lines.popFirst().map(Self.texts),
            names.count == types.count
        else { throw Unreadable(reason: "the response has no columns") }
        rows = RowSet(columns: names)
        let readers = types.map(ClickHouseType.init)
        rows.rows.reserveCapacity(lines.count)
        for line in lines { rows.rows.append(try Self.row(line, readers)) }
    }

    private static func texts(_ line: ArraySlice<UInt8>) throws(Unreadable) -> [String] {
        try JSONDocument.withView(of: Array(line), orThrow: incomplete) { view throws(Unreadable) in
            view.elements?.map { $0.string ?? "" } ?? []
        }
    }

    private static func row(_ line: ArraySlice<UInt8>, _ types: [ClickHouseType]) throws(Unreadable) -> [Value] {
        try JSONDocument.withView(of: Array(line), orThrow: incomplete) { view throws(Unreadable) in
            let values = view.elements.map { zip(types, $0).map { $0.value($1) } } ?? []
            return values + Array(repeating: .null, count: types.count - values.count)
        }
    }

    private static func incomplete(_ error: JSONError) -> Unreadable {
        Unreadable(reason: "its response is incomplete: \(error)")
    }

    /// `Code: 241. DB::Exception: Memory limit … (MEMORY_LIMIT_EXCEEDED)`.
    static func exception(in text: String) -> Exception? {
        guard let start = text.firstRange(of: "Code: "),
            let code = Int(text[start.upperBound...].prefix { $0.isNumber }),
            let marker = text[start.upperBound...].firstRange(of: "DB::Exception: ")
        else { return nil }
        let message = text[marker.upperBound...].prefix { !$0.isNewline }
        return Exception(code: code, message: String(message.prefix(500)))
    }
}

/// The form of a column's values, from the name of its type.
enum ClickHouseType: Hashable {
    case text, integer, real, truth, time, structure

    init(_ name: String) {
        var inner = name[...]
        for wrapper in ["LowCardinality(", "Nullable("] where inner.hasPrefix(wrapper) {
            inner = inner.dropFirst(wrapper.count).dropLast()
        }
        self =
            switch inner {
            case _ where inner.hasPrefix("DateTime"): .time
            case _ where inner.hasPrefix("Int") || inner.hasPrefix("UInt"): .integer
            case _ where inner.hasPrefix("Float") || inner.hasPrefix("Decimal"): .real
            case "Bool": .truth
            case _ where inner.hasPrefix("Map") || inner.hasPrefix("Array") || inner.hasPrefix("Tuple"): .structure
            default: .text
            }
    }

    func value(_ element: JSONView) -> Value {
        if element.isNull { return .null }
        switch self {
        case .integer:
            return (element.integer ?? element.string.flatMap { Int64($0) }).map(Value.integer)
                ?? element.number.map(Value.real) ?? .null
        case .real:
            let number = element.number ?? element.string.flatMap { Double($0) }
            return number.flatMap { $0.isFinite ? Value.real($0) : nil } ?? .null
        case .truth: return element.bool.map { Value($0) } ?? element.integer.map(Value.integer) ?? .null
        case .time: return element.string.map(Self.time) ?? .null
        case .structure: return .text(element.value.serialized)
        case .text: return .text(element.string ?? element.value.serialized)
        }
    }

    /// `2026-11-24 03:00:00.123` in UTC, as every time is stored here: ISO 8601 with milliseconds and `Z`.
    private static func time(_ text: String) -> Value {
        Instant(iso8601: text.replacing(" ", with: "T") + "Z").map { Value($0) } ?? .text(text)
    }
}
