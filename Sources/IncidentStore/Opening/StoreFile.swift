import Basics
import Glibc
import SQLiteKit

/// The path of a store, and how each of its users opens it.
///
/// In the same folder are SQLite's `-wal` and `-shm`, and `sentinel.db.lock`: the agent locks it, and every writer writes to it
/// after a commit.
package struct StoreFile: Hashable, Sendable {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    package var lockPath: String { path + ".lock" }
    var directory: String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "." }

    /// Opens the store for the agent: creates the directory (0700) and the file (0600), checks the file, and migrates its schema.
    /// The caller holds the agent's lock.
    ///
    /// A damaged file is renamed, never deleted, and a new store is created; `notice` says so.
    func openForAgent(at now: Instant) throws -> (connection: Connection, notice: String?) {
        do {
            return (try openChecked(), nil)
        } catch let error as SQLiteError where error.isCorrupt {
            let aside = try moveAside(at: now)
            let fresh = try openChecked()
            return (
                fresh,
                "The store \(path) was damaged (\(error.message)). It was moved to \(aside), and a new one was created. "
                    + "To recover its data: sqlite3 '\(aside)' .recover"
            )
        }
    }

    /// Opens an existing store for a console or the command line.
    func openForGuest(_ mode: Connection.Mode) throws -> Connection {
        guard access(path, F_OK) == 0 else { throw StoreError.missing(path: path) }
        let connection = try Connection(path: path, mode: mode)
        try requireCurrentSchema(connection)
        return connection
    }

    private func openChecked() throws -> Connection {
        try createPrivately()
        let connection = try Connection(path: path, mode: .readWriteCreate)
        try connection.execute("PRAGMA journal_mode=WAL")
        let verdict = try connection.query("PRAGMA quick_check(1)").rows.first?.first?.text ?? "no answer"
        guard verdict == "ok" else {
            throw SQLiteError(code: Self.corruptCode, message: verdict, context: "checking \(path)")
        }
        // FULL: a commit that is lost in a power cut could be the attempt of an action that was already performed.
        try connection.execute(
            """
            PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=4194304; PRAGMA secure_delete=OFF
            """)
        try keepCopy(of: connection)
        try Migrations.all.migrate(connection)
        return connection
    }

    private func requireCurrentSchema(_ connection: Connection) throws {
        let known = Set(Migrations.names)
        let applied = try appliedSteps(connection)
        let unknown = applied.subtracting(known)
        guard unknown.isEmpty else { throw Migrator.Superseded(path: path, unknown: unknown.sorted()) }
        guard applied == known else { throw StoreError.outdated(path: path) }
    }

    private func appliedSteps(_ connection: Connection) throws -> Set<String> {
        let names: RowSet
        do {
            names = try connection.query("SELECT name FROM applied_migration")
        } catch {
            if error.isCorrupt {
                throw StoreError.unusable(
                    path: path, reason: "it is damaged (\(error.message)); the agent replaces it when it starts")
            }
            guard error.primaryCode == Self.noSuchTable else { throw error }
            throw StoreError.unusable(path: path, reason: "it is a database, but not a store of Sentinel")
        }
        return Set(names.rows.compactMap(\.first?.text))
    }

    /// Creates the file, or removes the access of other users to it. SQLite gives `-wal` and `-shm` the same mode.
    ///
    /// An existing file is never opened here: closing it would release SQLite's locks of this process.
    private func createPrivately() throws {
        try createDirectory()
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno == EEXIST {
            chmod(path, 0o600)
        } else {
            throw unusable("creating it failed")
        }
    }

    /// Copies a store before it is migrated, so that the user can go back to the previous version.
    ///
    /// The database of another program is an error.
    private func keepCopy(of connection: Connection) throws {
        guard try !connection.query("SELECT 1 FROM sqlite_schema LIMIT 1").isEmpty else { return }
        let applied = try appliedSteps(connection)
        guard !applied.isEmpty, let next = Migrations.names.first(where: { !applied.contains($0) }) else { return }
        let copy = "\(path).before-\(next)"
        guard access(copy, F_OK) != 0 else { return }
        try connection.run("VACUUM INTO ?", [.text(copy)])
        chmod(copy, 0o600)
    }

    func createDirectory() throws {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path[..<slash].split(separator: "/") {
            made += part + "/"
            if mkdir(made, 0o700) != 0, errno != EEXIST { throw unusable("creating the directory \(made) failed") }
        }
    }

    private func moveAside(at now: Instant) throws -> String {
        let stamp = now.iso8601.replacing(":", with: "").replacing("-", with: "").replacing(".", with: "")
        let aside = path + ".damaged-" + stamp
        for suffix in ["", "-wal", "-shm"] where access(path + suffix, F_OK) == 0 {
            guard rename(path + suffix, aside + suffix) == 0 else { throw unusable("renaming it failed") }
        }
        return aside
    }

    func unusable(_ what: String) -> StoreError {
        .unusable(path: path, reason: "\(what): \(String(cString: strerror(errno)))")
    }

    // SQLITE_CORRUPT and SQLITE_ERROR.
    private static let corruptCode: Int32 = 11
    private static let noSuchTable: Int32 = 1
}

extension StoreFile {
    /// Whether an agent uses the store now, in this process or another.
    package var isHeld: Bool { StoreLock.isHeld(self) }

    /// Copies the store to a new file. Does nothing if there is no store.
    package func copy(to target: String) throws {
        guard access(path, F_OK) == 0 else { return }
        try Connection(path: path, mode: .readWrite).run("VACUUM INTO ?", [.text(target)])
    }
}
