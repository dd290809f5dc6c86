import Basics
import FoundationEssentials
import SQLiteKit
import SourceSpec

/// The mirror of one source: a SQLite file that can be deleted and rebuilt, and the only connection that writes it.
actor MirrorFile {
    /// Files of another version are deleted.
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

    /// Prepares the file to be attached, and returns its generation.
    func prepare() throws -> Int {
        _ = try opened()
        return generation
    }

    func state(of name: QualifiedName) throws -> MirrorState {
        try read(name) { try $1.state(of: $0) } ?? MirrorState()
    }

    /// The parts of the intervals with rows which had not ended when they were read.
    func openRows(of name: QualifiedName, in intervals: [Interval]) throws -> [Interval] {
        guard !intervals.isEmpty else { return [] }
        return try read(name) { table, ledger in
            guard table.position(of: "end_time") != nil else { return [] }
            let found = try intervals.map { try ledger.openRows(of: table, in: $0) }
            let (open, all) = found.reduce((0, 0)) { ($0.0 + $1.open, $0.1 + $1.all) }
            // If hardly any row has an end, the client does not write ends, and waiting for them is useless.
            return open >= 10 && open * 2 > all ? [] : found.compactMap(\.span)
        } ?? []
    }

    /// The rows per hour of the newest covered day; nil if none is stored.
    func rowsPerHour(of name: QualifiedName) throws -> Double? {
        try read(name) { try $1.rowsPerHour(of: $0) } ?? nil
    }

    /// The time of the last known step of a trace.
    func newest(of name: QualifiedName, trace: String) throws -> Instant? {
        try read(name) { try $1.newest(of: $0, trace: trace) } ?? nil
    }

    /// Writes rows, in the order of the table's columns, their rollups, and what is now covered in one transaction.
    ///
    /// `answer` is nil before the end of a chain, and for rows that are not all of a window.
    func write(
        _ rows: [[Value]], answer: WindowAnswer?, to name: QualifiedName, at now: Instant
    ) throws -> (rejected: Int, covered: Interval?) {
        try change(name) { table, connection in
            let rejected = try MirrorIngest(table: table, connection: connection).write(rows, at: now)
            guard let answer else { return (rejected, nil) }
            let ledger = MirrorLedger(connection: connection)
            let covered = try ledger.believed(answer, of: table, at: now)
            if let covered { try ledger.cover(covered, name: table.table.name) }
            if let headAt = answer.headAt { try ledger.setHead(table, at: headAt) }
            return (rejected, covered)
        } ?? (0, nil)
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

    /// Runs `body` in one transaction; nil if the file has no such table.
    @discardableResult
    func change<Result>(
        _ name: QualifiedName, _ body: (MirrorTable, Connection) throws -> Result
    ) throws -> Result? {
        guard let table = tables[name] else { return nil }
        return try use { try $0.transaction { try body(table, $0) } }
    }

    /// Runs `body`. A corrupt file is deleted; the next use rebuilds it.
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
        let fresh: Connection
        do {
            fresh = try open()
        } catch  where error is OtherVersion || (error as? SQLiteError)?.isCorrupt == true {
            discard()
            fresh = try open()
        }
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
        let layout = MirrorLayout(tables: Array(tables.values), live: liveTables, isUnconfigured: isUnconfigured)
        try connection.transaction { try layout.apply(to: $0) }
        return connection
    }

    private func discard() {
        connection = nil
        generation += 1
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }
}

/// A source has answered for a window, and its rows are written.
struct WindowAnswer: Sendable {
    var window: Interval
    var isEmpty: Bool
    /// When it was read, if the window ends then.
    var headAt: Instant?
}
