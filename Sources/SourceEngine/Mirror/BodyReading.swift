import Basics
import SourceFetch
import SourceSpec

/// Fetches the bodies of all rows of one group, and caches them in the mirror.
struct BodyFetch: Sendable {
    let pages: any PageSource
    let files: [String: MirrorFile]
    let clock: WallClock

    /// Rows in the order of the table's columns, with the calls they took.
    func rows(
        of table: MirrorTable, group: Value, usesFallback: Bool, limits: QueryLimits
    ) async throws -> (rows: [[Value]], calls: Int) {
        var scan = table.bodyScan(.group(group), usesFallback: usesFallback)
        (scan.maxWait, scan.priority) = (limits.maxWait, limits.priority)
        let gathered = Lock<[[Value]]>([])
        let bodies = table.bodyPositions
        let outcome = try await pages.scan(scan) { page in
            gathered.withLock { rows in
                for var row in page.rows {
                    for position in bodies where row.indices.contains(position) {
                        row[position] = MirrorIngest.cut(row[position])
                    }
                    rows.append(row)
                }
            }
            return .more
        }
        let rows = gathered.withLock { $0 }
        try await files[table.name.schema]?.storeBodies(rows, of: table.name, at: clock.now())
        return (rows, outcome.calls)
    }
}

/// The SQL function behind the body columns of a view: evaluated only where a statement reads one.
final class BodyReading {
    /// Stands for a body that is to be read in bulk. No row with it leaves the runner.
    static let unread = Value.blob(Array("not read yet".utf8))

    private let gate: StatementGate
    private let catalog: Catalog
    private let fetch: BodyFetch

    init(gate: StatementGate, catalog: Catalog, fetch: BodyFetch) {
        (self.gate, self.catalog, self.fetch) = (gate, catalog, fetch)
    }

    /// `body_of(schema, table, column, group, key…)`.
    func value(_ arguments: [Value]) throws -> Value {
        guard let scope = gate.scope, arguments.count >= 5, let schema = arguments[0].text,
            let name = arguments[1].text, let column = arguments[2].text,
            let table = catalog.mirrored(QualifiedName(schema, name)), let position = table.position(of: column)
        else { return .null }
        let group = arguments[3]
        if scope.limits.readsInBulk {
            scope.want(Array(arguments[4...]), of: table.name)
            return Self.unread
        }
        guard !group.isNull else { return .null }
        do {
            let rows = try bodies(of: table, group, scope)
            return rows[Array(arguments[4...])]?[position] ?? .null
        } catch {
            throw scope.fail(with: error)
        }
    }

    private func bodies(of table: MirrorTable, _ group: Value, _ scope: StatementScope) throws -> [[Value]: [Value]] {
        let key = StatementScope.BodyGroup(table: table.name, group: group)
        if let known = scope.bodies[key] { return known }
        switch scope.limits.calls {
        case .none:
            throw QueryError(
                .unsupported, "Some inputs and outputs that the statement reads are not cached.",
                remedy: "Run it without --offline.")
        case .listed:
            scope.planBodies(of: table.name)
            scope.bodies[key] = [:]
            return [:]
        case .allowed: break
        }
        if let sentence = scope.limits.unconfigured[table.name.schema] {
            throw QueryError(.notConfigured, sentence)
        }
        try scope.takeBodyFetch(for: table.name)
        let usesFallback = scope.limits.usingFallback.contains(table.name)
        let found = try scope.wait { [fetch, limits = scope.limits.query] in
            try await fetch.rows(of: table, group: group, usesFallback: usesFallback, limits: limits)
        }
        scope.noteCalls(found.calls, of: table.name.schema)
        let rows = Dictionary(
            found.rows.filter { $0.count == table.table.columns.count }.map { row in
                (table.keyPositions.map { row[$0] }, row)
            }, uniquingKeysWith: { _, later in later })
        scope.bodies[key] = rows
        return rows
    }
}
