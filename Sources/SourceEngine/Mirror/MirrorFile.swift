import Basics
import FoundationEssentials
import SQLiteKit
import SourceSpec

/// The mirror of one source: a SQLite file that can be deleted and rebuilt, and the only connection that writes it.
actor MirrorFile {
    /// Files of another version are thrown away.
    static let version: Int64 = 1

    private let queue: QueueExecutor
    nonisolated let path: String
    private let tables: [QualifiedName: MirrorTable]
    private let liveTables: [LiveTableSpec]
    private let isUnconfigured: Bool
    private var connection: Connection?
    /// Counts how often the file was deleted, so that readers know when to attach it again.
    private(set) var generation = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    init(
        source: String, directory: String, tables: [MirrorTable], liveTables: [LiveTableSpec],
        isUnconfigured: Bool = false
    ) {
        self.isUnconfigured = isUnconfigured
        queue = QueueExecutor(label: "mirror of \(source)")
        path = directory + "/mirror-\(source).db"
        self.tables = Dictionary(tables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.liveTables = liveTables
    }

    /// Makes the file ready to be attached; answers its generation.
    func prepare() throws -> Int {
        _ = try opened()
        return generation
    }

    func state(of name: QualifiedName) throws -> MirrorState {
        try read(name) { try $1.state(of: $0) } ?? MirrorState()
    }

    /// Where these stretches hold rows which had not ended when they were read.
    func openRows(of name: QualifiedName, in stretches: [Interval]) throws -> [Interval] {
        guard !stretches.isEmpty else { return [] }
        return try read(name) { table, ledger in
            guard table.position(of: "end_time") != nil else { return [] }
            let found = try stretches.map { try ledger.openRows(of: table, in: $0) }
            let (open, all) = found.reduce((0, 0)) { ($0.0 + $1.open, $0.1 + $1.all) }
            // If hardly any row has an end, the client does not write ends, and waiting for them is useless.
            return open >= 10 && open * 2 > all ? [] : found.compactMap(\.span)
        } ?? []
    }

    /// How many rows an hour of the newest covered day has; nil when none is stored.
    func rowsPerHour(of name: QualifiedName) throws -> Double? {
        try read(name) { try $1.rowsPerHour(of: $0) } ?? nil
    }

    /// Writes rows, their rollups, and the covered interval in one transaction.
    ///
    /// `covered` is nil before the end of a chain. Returns the number of rows that were rejected because they have no key.
    func write(_ batch: MirrorBatch, to name: QualifiedName, at now: Instant) throws -> Int {
        try change(name) { table, connection in
            let refused = try MirrorIngest(table: table, connection: connection).write(batch.rows, at: now)
            if let covered = batch.covered { try MirrorLedger(connection: connection).cover(covered, of: table) }
            return refused
        } ?? 0
    }

    func finishSync(of name: QualifiedName, at now: Instant, retention: Span) throws {
        try change(name) { table, connection in
            let ledger = MirrorLedger(connection: connection)
            try ledger.setSynced(table, at: now)
            try MirrorIngest(table: table, connection: connection)
                .expire(before: now - retention, ledger: ledger, at: now)
        }
    }

    func setFallback(_ since: Instant?, of name: QualifiedName) throws {
        try change(name) { try MirrorLedger(connection: $1).setFallback($0, since: since) }
    }

    func storeBodies(_ rows: [[Value]], of name: QualifiedName, at now: Instant) throws {
        try change(name) { try MirrorIngest(table: $0, connection: $1).storeBodies(rows, at: now) }
    }

    func read<Result>(_ name: QualifiedName, _ body: (MirrorTable, MirrorLedger) throws -> Result) throws -> Result? {
        guard let table = tables[name] else { return nil }
        return try use { try body(table, MirrorLedger(connection: $0)) }
    }

    /// Runs `body` in one transaction; nil where the file has no such table.
    @discardableResult
    func change<Result>(
        _ name: QualifiedName, _ body: (MirrorTable, Connection) throws -> Result
    ) throws -> Result? {
        guard let table = tables[name] else { return nil }
        return try use { try $0.transaction { try body(table, $0) } }
    }

    /// Runs `body`; a damaged file is thrown away, to be rebuilt by the next use.
    private func use<Result>(_ body: (Connection) throws -> Result) throws -> Result {
        do {
            return try body(opened())
        } catch let error as SQLiteError where error.isCorrupt {
            discard()
            throw error
        }
    }

    private func opened() throws -> Connection {
        if let connection { return connection }
        do {
            let fresh = try open()
            connection = fresh
            return fresh
        } catch let error as SQLiteError where error.isCorrupt {
            discard()
        } catch is OtherVersion {
            discard()
        }
        let fresh = try open()
        connection = fresh
        return fresh
    }

    private struct OtherVersion: Error {}

    private func open() throws -> Connection {
        try FileManager.default.createDirectory(
            atPath: String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let connection = try Connection(path: path, mode: .readWriteCreate)
        try connection.execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;
            PRAGMA journal_size_limit = 67108864; PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY;
            """)
        try connection.registerModule(LiveTable.moduleName) { [liveTables] arguments in
            try LiveTable(named: arguments, among: liveTables, runner: nil)
        }
        let version = try connection.query("PRAGMA user_version").rows.first?.first ?? .null
        let isEmpty = try connection.query("SELECT 1 FROM sqlite_schema LIMIT 1").isEmpty
        guard isEmpty || version == .integer(Self.version) else { throw OtherVersion() }
        try connection.transaction {
            try MirrorLayout(tables: Array(tables.values), live: liveTables, isUnconfigured: isUnconfigured).apply(
                to: $0)
        }
        return connection
    }

    private func discard() {
        connection = nil
        generation += 1
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }
}

/// Rows that belong together, in the order of the table's columns.
struct MirrorBatch: Sendable {
    var rows: [[Value]]
    var covered: Interval?
}
