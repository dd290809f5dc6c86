package import Basics
import CSQLite

/// A prepared statement of one connection. Bind, step, reset.
package final class Statement {
    private let handle: OpaquePointer
    private unowned let connection: Connection
    package let sql: String
    package private(set) lazy var columnNames = (0..<columnCount).map {
        String(cString: sqlite3_column_name(handle, $0))
    }
    private let columnCount: Int32
    private(set) var isBusy = false
    /// The tables that it reads, if the connection records them.
    var tables: Set<String> = []

    init(_ sql: String, on connection: Connection) throws(SQLiteError) {
        var handle: OpaquePointer?
        var tailOffset = 0
        let code = sql.withCString { text -> Int32 in
            var tail: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v3(connection.handle, text, -1, 0, &handle, &tail)
            if let tail { tailOffset = tail - text }
            return code
        }
        guard code == SQLITE_OK else { throw connection.error(code, sql) }
        guard let handle else {
            throw SQLiteError(code: SQLITE_MISUSE, message: "the statement is empty", context: sql)
        }
        let rest = sql.utf8.dropFirst(tailOffset)
        guard rest.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D, 0x3B].contains($0) }) else {
            sqlite3_finalize(handle)
            throw SQLiteError(code: SQLITE_MISUSE, message: "only one statement at a time", context: sql)
        }
        (self.handle, self.connection, self.sql) = (handle, connection, sql)
        columnCount = sqlite3_column_count(handle)
    }

    deinit { sqlite3_finalize(handle) }

    package func bind(_ values: [Value]) throws(SQLiteError) {
        for (position, value) in values.enumerated() { try bind(value, at: position + 1) }
    }

    /// Binds one parameter, counted from 1.
    package func bind(_ value: Value, at position: Int) throws(SQLiteError) {
        let index = Int32(position)
        let code =
            switch value {
            case .null: sqlite3_bind_null(handle, index)
            case .integer(let number): sqlite3_bind_int64(handle, index, number)
            case .real(let number): sqlite3_bind_double(handle, index, number)
            case .text(let text): bind(connection.textFilter?(text) ?? text, at: index)
            case .blob(let bytes):
                bytes.withUnsafeBytes {
                    sqlite3_bind_blob64(handle, index, $0.baseAddress, UInt64($0.count), cs_transient())
                }
            }
        if code != SQLITE_OK { throw connection.error(code, sql) }
    }

    private func bind(_ text: String, at index: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text64(
                    handle, index, $0.baseAddress, UInt64($0.count), cs_transient(), UInt8(SQLITE_UTF8))
            }
        }
    }

    /// Steps to the next row; false at the end.
    package func step() throws(SQLiteError) -> Bool {
        isBusy = true
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        let failure = connection.error(code, sql)
        reset()
        throw failure
    }

    /// Ends the run, and clears the bindings.
    package func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        isBusy = false
    }

    /// The values of the current row.
    package var row: [Value] { (0..<Int(columnCount)).map { value(at: $0) } }

    /// One value of the current row, counted from 0.
    package func value(at position: Int) -> Value {
        // SQLite calls this value unprotected: it must not be used while another thread uses the connection.
        Value(sqlite: sqlite3_column_value(handle, Int32(position)))
    }
}
