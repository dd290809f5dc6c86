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
}
