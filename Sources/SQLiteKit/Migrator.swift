import Basics

/// Migrates a database file to the program's schema: named steps, append-only, each in its own transaction.
package struct Migrator: Sendable {
    package struct Migration: Sendable {
        package let name: String
        package let apply: @Sendable (Connection) throws -> Void

        package init(_ name: String, sql: String) {
            self.name = name
            apply = { try $0.execute(sql) }
        }

        package init(_ name: String, apply: @escaping @Sendable (Connection) throws -> Void) {
            self.name = name
            self.apply = apply
        }
    }

    /// The file was written by a newer program than this one.
    package struct Superseded: Error, Hashable, Sendable, CustomStringConvertible {
        package let path: String
        package let unknown: [String]

        package init(path: String, unknown: [String]) {
            (self.path, self.unknown) = (path, unknown)
        }

        package var description: String {
            "\(path) was written by a newer Sentinel (it has \(unknown.joined(separator: ", "))): "
                + "update this one, or name another file with --db."
        }
    }

    private let migrations: [Migration]

    package init(_ migrations: [Migration]) {
        self.migrations = migrations
    }

    package func migrate(_ connection: Connection) throws {
        try connection.execute(
            "CREATE TABLE IF NOT EXISTS applied_migration (name TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID")
        let applied = try Set(connection.query("SELECT name FROM applied_migration").rows.compactMap(\.first?.text))
        let unknown = applied.subtracting(migrations.map(\.name))
        guard unknown.isEmpty else { throw Superseded(path: connection.path, unknown: unknown.sorted()) }
        for migration in migrations where !applied.contains(migration.name) {
            try connection.transaction { connection in
                // Another process may have migrated between the check and the lock.
                let done = try connection.query(
                    "SELECT 1 FROM applied_migration WHERE name = ?", [.text(migration.name)])
                guard done.isEmpty else { return }
                try migration.apply(connection)
                try connection.run("INSERT INTO applied_migration VALUES (?)", [.text(migration.name)])
            }
        }
    }
}
