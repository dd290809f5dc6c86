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

    /// A step left a row that refers to a missing one. Nothing of the step was kept.
    package struct BrokenReference: Error, Hashable, Sendable, CustomStringConvertible {
        package let migration: String
        package let table: String

        package var description: String {
            "Step \(migration) of the schema failed: a row of \(table) refers to a missing row."
        }
    }

    private let migrations: [Migration]

    package init(_ migrations: [Migration]) {
        self.migrations = migrations
    }

    /// Foreign keys are off meanwhile, so that a step may rebuild a table that others refer to; each step ends with all of
    /// them satisfied.
    package func migrate(_ connection: Connection) throws {
        let hasForeignKeys = try connection.query("PRAGMA foreign_keys").rows.first?.first == .integer(1)
        try connection.execute("PRAGMA foreign_keys=OFF")
        defer { if hasForeignKeys { try? connection.execute("PRAGMA foreign_keys=ON") } }
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
                let broken = try connection.query("PRAGMA foreign_key_check").records.first
                if let table = broken?["table"].text {
                    throw BrokenReference(migration: migration.name, table: table)
                }
                try connection.run("INSERT INTO applied_migration VALUES (?)", [.text(migration.name)])
            }
        }
    }
}
