package import Basics

/// Rows as CSV (RFC 4180): lines end with CR LF, and the first one has the column names.
///
/// NULL is an empty field and an empty text is `""`, so that they can be distinguished.
package enum CSVText {
    package static func text(of set: RowSet) -> String {
        let lines = [set.columns.map(quoted)] + set.rows.map { $0.map(field) }
        return lines.map { $0.joined(separator: ",") + "\r\n" }.joined()
    }

    private static func field(_ value: Value) -> String {
        switch value {
        case .null: ""
        case .text(""): "\"\""
        case .text(let text): quoted(text)
        case .integer, .real, .blob: value.spelling
        }
    }

    private static func quoted(_ text: String) -> String {
        let special: Set<UInt8> = [0x22, 0x2C, 0x0A, 0x0D]
        guard text.utf8.contains(where: special.contains) else { return text }
        // By bytes, because a combining mark may follow the quote.
        let quoted = text.utf8.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] }
        return "\"\(String(decoding: quoted, as: UTF8.self))\""
    }
}
