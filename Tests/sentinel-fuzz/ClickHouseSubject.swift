import Basics
import SourceFetch

/// An input is the body of an answer of ClickHouse.
///
/// It becomes rows as wide as it has columns, always the same, or one of the two errors; an exception of ClickHouse's
/// never becomes rows.
enum ClickHouseSubject {
    static func check(_ bytes: [UInt8]) {
        do {
            let rows = try ClickHouseAnswer(bytes).rows
            for row in rows.rows {
                promise("a row has \(row.count) values", row.count == rows.columns.count)
                for case .real(let number) in row { promise("\(number) is a number", number.isFinite) }
            }
            let lines = bytes.split(separator: UInt8(ascii: "\n"))
            promise("every line behind the first two is a row", rows.count == lines.count - 2)
            promise("an exception is an error", !lines.contains { $0.starts(with: "Code: ".utf8) })
            promise("an answer is read the same twice", rows == (try? ClickHouseAnswer(bytes))?.rows)
        } catch let error as ClickHouseAnswer.Exception {
            promise("an exception is short", error.message.count <= 500)
        } catch let error as ClickHouseAnswer.Unreadable {
            promise("a refusal says why", !error.reason.isEmpty)
        } catch {
            promise("\(error) is not an error of a response", false)
        }
    }
}
