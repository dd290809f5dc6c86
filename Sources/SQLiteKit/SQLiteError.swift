/// An error of SQLite, and what was being done.
package struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// SQLite's extended result code.
    package var code: Int32
    package var message: String
    /// The statement, or the operation and its file.
    package var context: String

    package init(code: Int32, message: String, context: String) {
        (self.code, self.message, self.context) = (code, message, context)
    }

    /// SQLite's primary result code.
    package var primaryCode: Int32 { code & 0xFF }

    package var isInterrupted: Bool { primaryCode == 9 }
    package var isDiskFull: Bool { primaryCode == 13 }
    package var isCorrupt: Bool { primaryCode == 11 || primaryCode == 26 }
    package var isDenied: Bool { primaryCode == 23 }
    /// Another connection has the write lock.
    package var isLocked: Bool { primaryCode == 5 || primaryCode == 6 }
    package var isReadOnly: Bool { primaryCode == 8 }

    package var description: String {
        let place = "(SQLite \(code), \(context))."
        if isLocked { return "The database is locked by another program: close it, or try again later \(place)" }
        if isReadOnly { return "The database is read-only: make its file, directory and disk writable \(place)" }
        guard isDiskFull else { return "\(message) (SQLite \(code), \(context))" }
        return """
            The disk is full: free some space, or name a store elsewhere with --db; what was stored before stays \(place)
            """
    }
}
