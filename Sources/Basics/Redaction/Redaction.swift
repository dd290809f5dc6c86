/// Removes secrets from text before it is stored, shown or sent.
///
/// It masks the exact values of this process's secrets, texts in the formats that providers document for their keys, and values
/// behind a name that marks a secret (`api_key=`, `Authorization:`). It reads through disguises: see ``PlainReading``. A bare
/// hexadecimal or base64 value stays readable, because commits and traces are named so. Applying it twice changes nothing more.
package struct Redaction: Sendable {
    private let shapes: SecretShapes

    /// `secrets` are the exact values to hide. Values shorter than six characters are ignored, because they would also match
    /// ordinary words.
    package init(secrets: [String] = []) {
        shapes = secrets.isEmpty ? .published : SecretShapes(known: secrets.filter { $0.count >= 6 })
    }

    package func apply(to text: String) -> String {
        var text = text
        // What a mask uncovers is masked in the next pass: a key that ended in the letters of another.
        for _ in 0..<8 where text.utf8.count >= 6 {
            let original = Array(text.utf8)
            let reading = PlainReading(original)
            var scan = SecretScan(reading, shapes: shapes)
            scan.run()
            if scan.found.isEmpty { return text }
            text = Self.masked(original, reading, scan.found)
        }
        return text
    }

    static let mask = "[redacted]"

    private static func masked(_ original: [UInt8], _ reading: PlainReading, _ found: [Range<Int>]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(original.count)
        var done = 0
        for range in found {
            result += original[done..<reading.place(of: range.lowerBound)]
            result += mask.utf8
            done = reading.end(of: range.upperBound - 1, in: original)
        }
        result += original[done...]
        return String(decoding: result, as: UTF8.self)
    }
}

extension RowSet {
    /// The same rows, with the secrets in their texts masked. The name of a column marks a secret as `name=` does in a text.
    package func redacted(by redaction: Redaction) -> RowSet {
        let marks = columns.map { redaction.apply(to: $0 + "=1a2B3c4D5e6F7g8H").hasSuffix("=" + Redaction.mask) }
        func redacted(_ value: Value, _ column: Int) -> Value {
            guard case .text(let text) = value else { return value }
            guard marks[column] else { return .text(redaction.apply(to: text)) }
            return .text(String(redaction.apply(to: columns[column] + "=" + text).dropFirst(columns[column].count + 1)))
        }
        return RowSet(columns: columns, rows: rows.map { row in zip(row, columns.indices).map(redacted) })
    }
}
