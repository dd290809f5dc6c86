import CSQLite

extension Connection {
    /// Prepares a statement without caching it, so that the authorizer is called each time.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        try Statement(sql, on: self)
    }

    /// Calls `mayGoOn` every few thousand steps of the statements in `body`; false stops them with `isInterrupted`.
    package func whileAllowed<Result>(
        _ mayGoOn: @escaping () -> Bool, _ body: () throws -> Result
    ) rethrows -> Result {
        let box = Box<() -> Bool>(mayGoOn)
        sqlite3_progress_handler(
            handle, 4000,
            { Box<() -> Bool>.content($0)() ? 0 : 1 },
            Unmanaged.passUnretained(box).toOpaque())
        defer { sqlite3_progress_handler(handle, 0, nil, nil) }
        return try withExtendedLifetime(box) { try body() }
    }

    /// Makes `"name"` an identifier and never a string, so that a misspelt column is an error.
    package func refuseDoubleQuotedTexts() {
        _ = cs_config_flag(handle, SQLITE_DBCONFIG_DQS_DML, 0)
        _ = cs_config_flag(handle, SQLITE_DBCONFIG_DQS_DDL, 0)
    }

    /// Rejects texts, blobs and rows with more bytes than this.
    package func refuseValues(longerThan bytes: Int) {
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Int32(clamping: bytes))
    }

    /// The byte offset of the last error in the statement; nil if it is unknown.
    package var errorOffset: Int? {
        let offset = sqlite3_error_offset(handle)
        return offset < 0 ? nil : Int(offset)
    }
}
