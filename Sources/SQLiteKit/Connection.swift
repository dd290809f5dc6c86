package import Basics
import CSQLite
import Glibc

/// One SQLite connection for one owner, opened without SQLite's mutexes.
///
/// Its owner is an actor with a ``QueueExecutor``, which has its own thread, so that no statement blocks a cooperative
/// thread.
package final class Connection {
    package enum Mode: Sendable {
        /// Opens or creates the file, readable by its owner only.
        case readWriteCreate
        /// Opens an existing file.
        case readWrite
        /// Opens an existing file read-only; works without the `-wal` file.
        case queryOnly
        case inMemory
    }

    let handle: OpaquePointer
    package let path: String
    private var statements: [String: Statement] = [:]
    private var statementOrder: [String] = []
    /// Every text that a statement binds becomes what this makes of it: what is stored and what it is compared with.
    package var textFilter: ((String) -> String)?
    var authorizer: AuthorizerBox?
    var modules: [String: ModuleBox] = [:]
    /// The tables that the statement being prepared reads, and those read since a recording began (`Connection+Tables`).
    var tablesOfPreparation: Set<String> = []
    var tablesRead: Set<String>?

    package init(path: String, mode: Mode) throws(SQLiteError) {
        self.path = path
        if mode == .readWriteCreate {
            // SQLite would create the file with the process's umask; its -wal and -shm files get the mode of this file.
            // Never on an existing file: closing a descriptor of it would drop SQLite's locks of this process.
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor >= 0 { Glibc.close(descriptor) }
        }
        var handle: OpaquePointer?
        let target = mode == .inMemory ? ":memory:" : path
        let creates = mode == .queryOnly || mode == .readWrite ? 0 : SQLITE_OPEN_CREATE
        let code = sqlite3_open_v2(
            target, &handle, SQLITE_OPEN_READWRITE | creates | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let handle else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw SQLiteError(code: code, message: message, context: "opening \(path)")
        }
        self.handle = handle
        sqlite3_busy_timeout(handle, 5000)
        _ = cs_config_flag(handle, SQLITE_DBCONFIG_DEFENSIVE, 1)
        _ = cs_config_flag(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        if mode == .queryOnly { try execute("PRAGMA query_only=ON") }
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Runs one or more statements without parameters, and discards their rows.
    package func execute(_ sql: String) throws(SQLiteError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw error(code, sql) }
    }

    /// Runs one statement and returns its rows.
    @discardableResult
    package func query(_ sql: String, _ bindings: [Value] = []) throws(SQLiteError) -> RowSet {
        let statement = try statement(sql)
        defer { statement.reset() }
        try statement.bind(bindings)
        var result = RowSet(columns: statement.columnNames)
        while try statement.step() { result.rows.append(statement.row) }
        return result
    }

    /// Runs one statement and returns the number of rows that it changed.
    @discardableResult
    package func run(_ sql: String, _ bindings: [Value] = []) throws(SQLiteError) -> Int {
        let statement = try statement(sql)
        defer { statement.reset() }
        try statement.bind(bindings)
        while try statement.step() {}
        return Int(sqlite3_changes64(handle))
    }

    /// Runs `body` in one transaction: all of it is committed, or none.
    ///
    /// A write transaction takes the write lock at its start (`BEGIN IMMEDIATE`), so it cannot fail later because of the lock.
    /// Transactions do not nest.
    package func transaction<Result>(
        _ kind: TransactionKind = .write, _ body: (Connection) throws -> Result
    ) throws -> Result {
        try execute(kind == .write ? "BEGIN IMMEDIATE" : "BEGIN")
        do {
            let result = try body(self)
            try execute("COMMIT")
            return result
        } catch {
            if sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }

    package enum TransactionKind: Sendable { case read, write }

    package var lastInsertedRowID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Changes after each commit of another connection.
    package func dataVersion() throws(SQLiteError) -> Int64 {
        guard case .integer(let version) = try query("PRAGMA data_version").rows.first?.first ?? .null else { return 0 }
        return version
    }

    /// A prepared statement, cached for the next use of the same text.
    package func statement(_ sql: String) throws(SQLiteError) -> Statement {
        if let known = statements[sql], !known.isBusy {
            tablesRead?.formUnion(known.tables)
            return known
        }
        tablesOfPreparation = []
        let fresh = try Statement(sql, on: self)
        fresh.tables = tablesOfPreparation
        tablesRead?.formUnion(fresh.tables)
        if statements[sql] == nil {
            if statementOrder.count >= 64 { statements[statementOrder.removeFirst()] = nil }
            statements[sql] = fresh
            statementOrder.append(sql)
        }
        return fresh
    }

    /// Drops the cached statements. Required before `DETACH` and after a change of the authorizer.
    package func discardStatements() {
        statements.removeAll()
        statementOrder.removeAll()
    }

    func error(_ code: Int32, _ context: String) -> SQLiteError {
        let extended = sqlite3_extended_errcode(handle)
        return SQLiteError(
            code: extended & 0xFF == code & 0xFF ? extended : code, message: String(cString: sqlite3_errmsg(handle)),
            context: context)
    }
}
