import Basics
import SourceSpec

/// The statements that create and fill the tables of one mirrored table.
struct MirrorSchema: Sendable {
    let table: MirrorTable

    static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
    static func literal(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

    static func sqliteType(_ type: ColumnType) -> String {
        switch type {
        case .utf8, .timestamp, .date, .json: "TEXT"
        case .int64, .boolean: "INTEGER"
        case .float64: "REAL"
        }
    }

    private func column(_ position: Int) -> String { Self.quoted(table.table.columns[position].name) }
    private var rows: String { Self.quoted(table.rowsTable) }
    private var time: String { column(table.timePosition) }
    private var key: String { table.keyPositions.map(column).joined(separator: ", ") }

    var creation: [String] {
        let columns = table.storedPositions.map { position in
            "\(column(position)) \(Self.sqliteType(table.table.columns[position].type))"
        }
        var statements = [
            "CREATE TABLE \(rows) (\((columns + ["PRIMARY KEY (\(key))"]).joined(separator: ", ")))",
            "CREATE INDEX \(Self.quoted(table.table.name + "__by_time")) ON \(rows) (\(time))",
        ]
        if let trace = table.tracePosition {
            statements.append(
                "CREATE INDEX \(Self.quoted(table.table.name + "__of_trace")) ON \(rows) (\(column(trace)), \(time))")
        }
        if table.hasBodies { statements += bodyCreation }
        if table.hasRollups { statements += MirrorRollups(table: table).creation }
        return statements
    }

    private var bodyCreation: [String] {
        let keys = table.keyPositions.map { "\(column($0)) \(Self.sqliteType(table.table.columns[$0].type))" }
        let bodies = table.bodyPositions.map { "\(column($0)) TEXT" }
        let all = keys + bodies + ["stored_at TEXT NOT NULL", "PRIMARY KEY (\(key))"]
        let name = Self.quoted(table.bodiesTable)
        return [
            "CREATE TABLE \(name) (\(all.joined(separator: ", ")))",
            "CREATE INDEX \(Self.quoted(table.table.name + "__bodies_by_age")) ON \(name) (stored_at)",
        ]
    }

    /// The table's own name as a view: stored columns as they are, a body from its store or through `body_of`.
    var view: String? {
        guard table.hasBodies, let group = table.mirror.bodies?.groupColumn else { return nil }
        let bodies = Self.quoted(table.bodiesTable)
        let same = table.keyPositions.map { "b.\(column($0)) = r.\(column($0))" }.joined(separator: " AND ")
        let keys = table.keyPositions.map { "r.\(column($0))" }.joined(separator: ", ")
        let columns = table.table.columns.indices.map { position -> String in
            guard table.bodyPositions.contains(position) else { return stored(position) }
            let arguments = [
                Self.literal(table.name.schema), Self.literal(table.name.table),
                Self.literal(table.table.columns[position].name), "r.\(Self.quoted(group))", keys,
            ]
            return """
                CASE WHEN EXISTS (SELECT 1 FROM \(bodies) b WHERE \(same)) \
                THEN (SELECT b.\(column(position)) FROM \(bodies) b WHERE \(same)) \
                ELSE body_of(\(arguments.joined(separator: ", "))) END AS \(column(position))
                """
        }
        return
            "CREATE VIEW \(Self.quoted(table.table.name)) AS SELECT \(columns.joined(separator: ", ")) FROM \(rows) r"
    }

    /// The usage of a wrapper is that of its children, and is counted there.
    private func stored(_ position: Int) -> String {
        guard MirrorWrappers(table) != nil, MirrorWrappers.usage.contains(table.table.columns[position].name) else {
            return "r.\(column(position))"
        }
        return "CASE WHEN r.\(MirrorWrappers.column) THEN NULL ELSE r.\(column(position)) END AS \(column(position))"
    }

    var removal: [String] {
        [
            table.rowsTable, table.bodiesTable, table.hourlyTable, table.tracesTable,
        ].map { "DROP TABLE IF EXISTS \(Self.quoted($0))" }
    }

    var upsert: String {
        let columns = table.storedPositions.map(column)
        let changes = table.storedPositions.filter { !table.keyPositions.contains($0) }
            .map { "\(column($0)) = excluded.\(column($0))" }
        let places = columns.map { _ in "?" }.joined(separator: ", ")
        let conflict = changes.isEmpty ? "DO NOTHING" : "DO UPDATE SET \(changes.joined(separator: ", "))"
        return """
            INSERT INTO \(rows) (\(columns.joined(separator: ", "))) VALUES (\(places)) ON CONFLICT (\(key)) \(conflict)
            """
    }

    /// Time, trace and end of the stored row of a key.
    var lookup: String {
        let end = table.position(of: "end_time").map(column) ?? "NULL"
        let trace = table.tracePosition.map(column) ?? "NULL"
        return "SELECT \(time), \(trace), \(end) FROM \(rows) WHERE \(keyMatch)"
    }

    var bodyUpsert: String {
        let columns = (table.keyPositions + table.bodyPositions).map(column) + ["stored_at"]
        let places = columns.map { _ in "?" }.joined(separator: ", ")
        return "INSERT OR REPLACE INTO \(Self.quoted(table.bodiesTable)) (\(columns.joined(separator: ", "))) "
            + "VALUES (\(places))"
    }

    var bodyRemoval: String { "DELETE FROM \(Self.quoted(table.bodiesTable)) WHERE \(keyMatch)" }

    private var keyMatch: String { table.keyPositions.map { "\(column($0)) = ?" }.joined(separator: " AND ") }

    /// Time, group and name of the stored row of a key whose bodies are not stored.
    var bodyDemand: String {
        let group = MirrorSchema.quoted(
            table.mirror.bodies?.groupColumn ?? table.table.columns[table.timePosition].name)
        let columns = [time, group] + table.nameFilters.map(Self.quoted)
        let same = table.keyPositions.map { "b.\(column($0)) = r.\(column($0))" }.joined(separator: " AND ")
        return "SELECT \(columns.joined(separator: ", ")) FROM \(rows) r WHERE \(keyMatch) "
            + "AND NOT EXISTS (SELECT 1 FROM \(Self.quoted(table.bodiesTable)) b WHERE \(same))"
    }
    /// How many of the bodies that were stored last there are, at most 300, and their mean bytes.
    var bodySize: String {
        let bytes = table.bodyPositions.map { "coalesce(length(CAST(\(column($0)) AS BLOB)), 0)" }
            .joined(separator: " + ")
        return "SELECT count(*), avg(bytes) FROM (SELECT \(bytes) AS bytes FROM \(Self.quoted(table.bodiesTable)) "
            + "ORDER BY stored_at DESC LIMIT 300)"
    }

    var countBetween: String { "SELECT count(*) FROM \(rows) WHERE \(time) >= ? AND \(time) < ?" }
    var newest: String { "SELECT max(\(time)) FROM \(rows)" }
    var newestUntil: String { newest + " WHERE \(time) <= ?" }
    var newestOfTrace: String? { table.tracePosition.map { newest + " WHERE \(column($0)) = ?" } }
    var anyRow: String { "SELECT 1 FROM \(rows) WHERE \(time) >= ? AND \(time) < ? LIMIT 1" }
    /// The first and last time of rows without an end between two times, their number, and the number of all rows. Langfuse's events
    /// never have an end.
    var openRows: String {
        let kind = table.position(of: "type").map { " AND \(column($0)) IS NOT 'EVENT'" } ?? ""
        return """
            SELECT min(\(time)) FILTER (WHERE open), max(\(time)) FILTER (WHERE open), count(*) FILTER (WHERE open), count(*)
            FROM (SELECT \(time), end_time IS NULL\(kind) AS open FROM \(rows) WHERE \(time) >= ? AND \(time) < ?)
            """
    }
    var countSince: String { "SELECT count(*) FROM \(rows) WHERE \(time) >= ?" }
    var expiry: String { "DELETE FROM \(rows) WHERE \(time) < ?" }
    var expiredTraces: String? {
        table.tracePosition.map { "SELECT DISTINCT \(column($0)) FROM \(rows) WHERE \(time) < ?" }
    }
    var bodyExpiry: String { "DELETE FROM \(Self.quoted(table.bodiesTable)) WHERE stored_at < ?" }
}
