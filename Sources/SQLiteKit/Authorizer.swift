import CSQLite

/// An access of a statement, checked while it is prepared.
package enum AuthorizedAccess: Hashable, Sendable {
    /// Reads a column; the schema is the attached name. The column is empty when only rows are counted.
    case read(table: String, column: String, schema: String)
    case select
    case function(name: String)
    /// Recursion of a common table expression.
    case recursive
    /// Inserts into a table, for an inbox that allows nothing else.
    case insert(table: String, schema: String)
    /// Any other action: SQLite's action code with its first two arguments.
    case other(code: Int32, first: String, second: String)
}

final class AuthorizerBox {
    let decide: (AuthorizedAccess) -> Bool
    /// Set while a virtual table is declared, which SQLite reports as a schema change.
    var isSuspended = false

    init(_ decide: @escaping (AuthorizedAccess) -> Bool) {
        self.decide = decide
    }
}

extension Connection {
    /// Calls `decide` for every access of every statement prepared from now on; false rejects the statement. Nil removes the
    /// authorizer. Cached statements are dropped.
    package func authorize(_ decide: ((AuthorizedAccess) -> Bool)?) {
        discardStatements()
        guard let decide else {
            sqlite3_set_authorizer(handle, nil, nil)
            authorizer = nil
            return
        }
        let box = AuthorizerBox(decide)
        authorizer = box
        sqlite3_set_authorizer(
            handle,
            { context, code, first, second, schema, _ in
                let box = Unmanaged<AuthorizerBox>.fromOpaque(context!).takeUnretainedValue()
                if box.isSuspended { return SQLITE_OK }
                func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
                let access: AuthorizedAccess =
                    switch code {
                    case SQLITE_READ: .read(table: text(first), column: text(second), schema: text(schema))
                    case SQLITE_SELECT: .select
                    case SQLITE_FUNCTION: .function(name: text(second))
                    case SQLITE_RECURSIVE: .recursive
                    case SQLITE_INSERT: .insert(table: text(first), schema: text(schema))
                    default: .other(code: code, first: text(first), second: text(second))
                    }
                return box.decide(access) ? SQLITE_OK : SQLITE_DENY
            }, Unmanaged.passUnretained(box).toOpaque())
    }
}
