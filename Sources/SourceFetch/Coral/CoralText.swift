import Basics
import SourceSpec

/// Writes names and values in a statement for Coral, in the SQL of DataFusion.
enum CoralText {
    /// A name as it is, whatever is in it.
    static func quoted(_ name: String) -> String {
        "\"" + name.replacing("\"", with: "\"\"") + "\""
    }

    /// A name without quotes where it needs none: Coral resolves the names of table functions itself, from the unquoted ones.
    static func bare(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
        }
        guard isPlain, let first = name.utf8.first, !(0x30...0x39).contains(first) else { return quoted(name) }
        return name
    }

    /// A literal of the filter's type if the value can be one, else a text; nil for NULL, which no filter equals.
    ///
    /// Only plain literals are sent to the provider's API. A call or a typed timestamp would be compared after all rows were fetched.
    static func literal(_ value: Value, as type: ColumnType) -> String? {
        switch (type, value) {
        case (_, .null): nil
        case (.int64, .text(let text)): Int64(text).map { String($0) } ?? text.sqlText
        case (.float64, .text(let text)): Double(text).flatMap { $0.isFinite ? "\($0)" : nil } ?? text.sqlText
        case (.boolean, .integer(let number)): number == 0 ? "FALSE" : "TRUE"
        case (.boolean, .text(let text)): Bool(word: text).map { $0 ? "TRUE" : "FALSE" } ?? text.sqlText
        case (.utf8, .integer(let number)): String(number).sqlText
        case (_, .integer(let number)): String(number)
        case (_, .real(let number)): number.isFinite ? "\(number)" : "\(number)".sqlText
        case (_, .text(let text)): text.sqlText
        case (_, .blob(let bytes)): Hexadecimal.text(of: bytes).sqlText
        }
    }
}

extension String {
    /// In single quotes. DataFusion's only escape is the doubled quote.
    fileprivate var sqlText: String { "'" + replacing("'", with: "''") + "'" }
}
