import SQLiteKit

/// Why the store cannot be written now, though it may be later: another program's lock, a full or read-only disk.
package struct StoreFault: Hashable, Sendable, CustomStringConvertible {
    package enum Cause: Hashable, Sendable { case locked, full, readOnly, other }

    package var cause: Cause
    /// The failure and its remedy, as a sentence.
    package var sentence: String

    package var description: String { sentence }

    init(_ cause: Cause, path: String, reason: String = "") {
        self.cause = cause
        sentence =
            switch cause {
            case .locked:
                "Another program has locked the store \(path): close it, such as a backup or a database browser."
            case .full: "The disk of the store \(path) is full: free some space."
            case .readOnly: "The store \(path) is read-only: make its file, directory and disk writable."
            case .other: "The store \(path) cannot be used: \(reason)"
            }
    }

    /// Nil for an error that is not the store's, and where waiting does not help: another agent has it, or a newer program
    /// wrote it.
    package init?(_ error: any Error, path: String) {
        switch error {
        case let error as SQLiteError: self.init(Cause(error), path: path, reason: error.description)
        case StoreError.held, is Migrator.Superseded: return nil
        case let error as StoreError: self.init(.other, path: path, reason: error.description)
        default: return nil
        }
    }
}

extension StoreFault.Cause {
    fileprivate init(_ error: SQLiteError) {
        if error.isLocked {
            self = .locked
        } else if error.isDiskFull {
            self = .full
        } else {
            self = error.isReadOnly ? .readOnly : .other
        }
    }
}
