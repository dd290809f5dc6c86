import Basics
import SQLiteKit

/// What the agent may write, inside one transaction. It reads its own writes through ``snapshot``.
package struct StoreTransaction {
    let connection: Connection
    let file: StoreFile

    package var snapshot: StoreSnapshot { StoreSnapshot(connection: connection, file: file) }

    /// Runs one statement; the answer is the number of rows it changed.
    @discardableResult
    func run(_ sql: String, _ bindings: [Value] = []) throws -> Int {
        try connection.run(sql, bindings)
    }

    /// What an insert does where a row with the same unique columns exists.
    enum Conflict {
        case fail, keep
        /// The row with these columns gets the new values, unless it has them already or `condition` does not hold.
        case replace(_ columns: String, if: String = "TRUE")
    }

    /// Adds a row; the answer is the number of rows that were added or changed.
    @discardableResult
    func insert(into table: String, _ row: KeyValuePairs<String, Value>, on conflict: Conflict = .fail) throws -> Int {
        func list(_ item: (String) -> String) -> String { row.map { item($0.key) }.joined(separator: ", ") }
        let columns = list { $0 }
        let sql = "INSERT INTO \(table) (\(columns)) VALUES (\(list { _ in "?" }))"
        let clause =
            switch conflict {
            case .fail: ""
            case .keep: " ON CONFLICT DO NOTHING"
            case .replace(let unique, let condition):
                """
                 ON CONFLICT (\(unique)) DO UPDATE SET \(list { "\($0) = excluded.\($0)" })
                WHERE \(condition) AND (\(columns)) IS NOT (\(list { "excluded.\($0)" }))
                """
            }
        return try run(sql + clause, row.map(\.value))
    }
}
