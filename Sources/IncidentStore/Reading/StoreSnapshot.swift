import Basics
import SQLiteKit

/// The store as it is at one moment: all reads of one snapshot see the same commits.
package struct StoreSnapshot {
    let connection: Connection
    let file: StoreFile

    func rows(_ table: String, _ sql: String, _ bindings: [Value] = []) throws -> [StoredRow] {
        try connection.query(sql, bindings).records.map { StoredRow(record: $0, table: table) }
    }

    /// The only value of the only row; nil where there is no row or it is NULL.
    func scalar(_ sql: String, _ bindings: [Value] = []) throws -> Value? {
        let value = try connection.query(sql, bindings).rows.first?.first
        return value == .null ? nil : value
    }

    func count(_ sql: String, _ bindings: [Value] = []) throws -> Int {
        try scalar(sql, bindings)?.integer ?? 0
    }
}
