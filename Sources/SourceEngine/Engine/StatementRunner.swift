import Basics
import SQLiteKit
import SourceFetch

/// Runs statements on its own thread and read-only connection, with the mirrors attached as schemas.
actor StatementRunner {
    /// SQLite's own bound (`SQLITE_MAX_ATTACHED`).
    static let attachable = 10
    /// In bytes. A function in a short statement can create a value of any length.
    private static let longestValue = 64 << 20

    struct Attachment: Sendable {
        var schema: String
        var path: String
        var generation: Int
    }

    struct Outcome: Sendable {
        var rows: RowSet
        var isTruncated: Bool
        var calls: [String: Int]
        var failures: [String: SourceError]
        var oldestAnswer: Instant?
        var planned: [QualifiedName: StatementScope.PlannedScans]
        var plannedBodies: [QualifiedName: Int]
        /// The keys of the rows that were left out because their bodies are not stored.
        var wanted: [QualifiedName: Set<[Value]>]
    }

    private let queue = QueueExecutor(label: "sql")
    private let catalog: Catalog
    private let pages: LivePages
    private let fetch: BodyFetch
    private let clock: WallClock
    private var connection: Connection?
    private var attached: [Attachment] = []
    private let gate = StatementGate()

    nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    init(catalog: Catalog, pages: LivePages, fetch: BodyFetch, clock: WallClock) {
        (self.catalog, self.pages, self.fetch, self.clock) = (catalog, pages, fetch, clock)
    }

    /// The tables that the statement reads, as reported by SQLite.
    func reads(of reading: StatementReading, _ attachments: [Attachment]) throws -> Set<QualifiedName> {
        let connection = try opened()
        try attach(attachments, to: connection)
        gate.begin(nil)
        defer { gate.end() }
        do {
            _ = try connection.prepare(reading.sql.text)
        } catch {
            throw explained(error, reading, connection)
        }
        return Set(gate.reads.compactMap(catalog.owner(of:)))
    }

    func run(
        _ reading: StatementReading, _ attachments: [Attachment], _ limits: StatementLimits
    ) throws -> Outcome {
        let connection = try opened()
        try attach(attachments, to: connection)
        let scope = StatementScope(limits)
        gate.begin(scope)
        defer { gate.end() }
        do {
            let gathered = try connection.whileAllowed({ !scope.isStopped }) {
                try Self.gather(connection.prepare(reading.sql.text), limits.query)
            }
            return Outcome(
                rows: gathered.rows, isTruncated: gathered.isCut || scope.isTruncated, calls: scope.calls,
                failures: scope.failures, oldestAnswer: scope.oldestAnswer,
                planned: scope.planned, plannedBodies: scope.plannedBodies, wanted: scope.wanted)
        } catch {
            throw explained(error, reading, connection)
        }
    }

    private static func gather(
        _ statement: Statement, _ limits: QueryLimits
    ) throws -> (rows: RowSet, isCut: Bool) {
        defer { statement.reset() }
        var result = RowSet(columns: statement.columnNames)
        var bytes = 0
        while try statement.step() {
            guard result.count < limits.rows else { return (result, true) }
            let row = statement.row
            if limits.bodyCalls != nil, row.contains(BodyReading.unread) { continue }
            bytes += row.reduce(0) { $0 + size($1) }
            guard bytes <= limits.bytes else {
                throw QueryError(
                    .tooLarge, "The result is larger than \(limits.bytes >> 20) MiB.",
                    remedy: "Select fewer columns, or add a LIMIT.")
            }
            result.rows.append(row)
        }
        return (result, false)
    }

    private static func size(_ value: Value) -> Int {
        switch value {
        case .null, .integer, .real: 16
        case .text(let text): text.utf8.count + 16
        case .blob(let bytes): bytes.count + 16
        }
    }

    private func opened() throws -> Connection {
        if let connection { return connection }
        let fresh = try Connection(path: ":memory:", mode: .inMemory)
        fresh.refuseDoubleQuotedTexts()
        fresh.refuseValues(longerThan: Self.longestValue)
        try DialectFunctions.register(on: fresh)
        let live = catalog.liveTables.values.flatMap { $0 }
        let asking = LiveScans(gate: gate, pages: pages, clock: clock)
        try fresh.registerModule(LiveTable.moduleName) { try LiveTable(named: $0, among: live, runner: asking) }
        let bodies = BodyReading(gate: gate, catalog: catalog, fetch: fetch)
        try fresh.register("body_of", arity: -1, deterministic: false) { try bodies.value($0) }
        // A sort or a grouping larger than the cache uses a file, so that no statement uses all memory.
        try fresh.execute("PRAGMA temp_store = FILE; PRAGMA cache_size = -65536")
        // Their first use declares them, which a statement itself may not.
        _ = try fresh.query("SELECT (SELECT count(*) FROM json_each('[]')), (SELECT count(*) FROM json_tree('[]'))")
        fresh.authorize { [gate] access in gate.allows(access) }
        connection = fresh
        return fresh
    }

    private func attach(_ wanted: [Attachment], to connection: Connection) throws {
        guard wanted.count <= Self.attachable else {
            throw QueryError(
                .unsupported, "The statement uses \(wanted.count) sources; the maximum is \(Self.attachable).",
                remedy: "Split the statement.")
        }
        for known in attached {
            let isCurrent = wanted.contains { $0.schema == known.schema && $0.generation == known.generation }
            let isInTheWay =
                wanted.contains { $0.schema == known.schema } || attached.count + wanted.count > Self.attachable
            guard !isCurrent, isInTheWay else { continue }
            try connection.execute("DETACH \(MirrorSchema.quoted(known.schema))")
            attached.removeAll { $0.schema == known.schema }
        }
        for attachment in wanted where !attached.contains(where: { $0.schema == attachment.schema }) {
            if attachment.schema == MetaTables.schema {
                try MetaTables(catalog: catalog).attach(to: connection)
            } else {
                try connection.execute(
                    "ATTACH \(MirrorSchema.literal(attachment.path)) AS \(MirrorSchema.quoted(attachment.schema))")
            }
            attached.append(attachment)
        }
    }

    private func explained(_ error: any Error, _ reading: StatementReading, _ connection: Connection) -> QueryError {
        let module = connection.takeModuleFailure(LiveTable.moduleName)
        let explanation = StatementFailure(reading: reading, catalog: catalog, tables: gate.reads)
        if let failure = gate.scope?.failure ?? module.failure { return explanation.error(from: failure) }
        if let refused = gate.refusal {
            return QueryError(.refused, refused, remedy: "Only read statements are allowed.")
        }
        if let scope = gate.scope, scope.isStopped { return StatementFailure.stopped(scope.limits) }
        guard let error = error as? SQLiteError else { return explanation.error(from: error) }
        return explanation.error(from: error, refusal: module.refusal, offset: connection.errorOffset)
    }
}

/// Decides for the connection's callbacks what the running statement may do.
final class StatementGate {
    private(set) var scope: StatementScope?
    private(set) var reads: Set<QualifiedName> = []
    private(set) var refusal: String?
    private var isGuarding = false

    func begin(_ scope: StatementScope?) {
        (self.scope, reads, refusal, isGuarding) = (scope, [], nil, true)
    }

    func end() {
        (scope, isGuarding) = (nil, false)
    }

    private static let refusedFunctions: Set<String> = [
        "load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "sqlite_compileoption_get", "zeroblob",
        "randomblob",
    ]

    /// A statement may only read and compute. The runner's own statements are not checked.
    func allows(_ access: AuthorizedAccess) -> Bool {
        guard isGuarding else { return true }
        switch access {
        case .read(let table, _, let schema):
            if !schema.isEmpty, !table.isEmpty { reads.insert(QualifiedName(schema, table)) }
            return true
        case .select, .recursive: return true
        case .function(let name):
            guard Self.refusedFunctions.contains(name.lowercased()) else { return true }
            refusal = "The function \(name) is not allowed."
            return false
        case .insert(let table, _): refusal = "Writing to \(table) is not allowed."
        case .other(_, let first, _): refusal = "Changing \(first.isEmpty ? "the database" : first) is not allowed."
        }
        return false
    }
}
