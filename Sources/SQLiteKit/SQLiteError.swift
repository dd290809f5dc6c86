/// An error of SQLite, and what was being done.
package struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// SQLite's extended result code.
    package var code: Int32
    package var message: String
    /// The statement, or the operation and its file.
    package var context: String

    package init(code: Int32, message: String, context: String) {
        self.code = code
        self.message = message
        self.context = context
    }

    /// SQLite's primary result code.
    package var primaryCode: Int32 { code & 0xFF }

    package var isInterrupted: Bool { primaryCode == 9 }
    package var isDiskFull: Bool { primaryCode == 13 }
    package var isCorrupt: Bool { primaryCode == 11 || primaryCode == 26 }
    package var isDenied: Bool { primaryCode == 23 }

    package var description: String {
        guard isDiskFull else { return "\(message) (SQLite \(code), \(context))" }
        return """
            The disk is full: free some space, or name a store elsewhere with --db; what was stored before stays \
            (SQLite \(code), \(context)).
            """
    }
}
