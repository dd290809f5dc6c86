import Basics
import SQLiteKit
import SourceSpec

/// Migrates a mirror file to the tables of the specs. A mirror can be rebuilt, so incompatible tables are recreated.
struct MirrorLayout {
    let tables: [MirrorTable]
    let live: [LiveTableSpec]
    /// The source has no keys for now: its stored rows are not deleted for that.
    let isUnconfigured: Bool

    func apply(to connection: Connection) throws {
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS mirror_state (name TEXT PRIMARY KEY, identity TEXT NOT NULL, synced_at TEXT,
                fallback_since TEXT, head_at TEXT) STRICT;
            CREATE TABLE IF NOT EXISTS mirror_coverage (name TEXT NOT NULL, from_at TEXT NOT NULL, to_at TEXT NOT NULL,
                PRIMARY KEY (name, from_at)) STRICT, WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS mirror_calls (name TEXT PRIMARY KEY, day TEXT NOT NULL, calls INTEGER NOT NULL) STRICT;
            CREATE TABLE IF NOT EXISTS mirror_layout (fingerprint TEXT NOT NULL) STRICT;
            PRAGMA user_version = \(MirrorFile.version);
            """)
        let columns = try connection.query("SELECT name FROM pragma_table_info('mirror_state')").rows.map(\.first?.text)
        if !columns.contains("head_at") { try connection.execute("ALTER TABLE mirror_state ADD COLUMN head_at TEXT") }
        let rollups = tables.filter(\.hasRollups).flatMap { MirrorRollups(table: $0).creation }
        let fingerprint = Fingerprint(labels: definitions + rollups + tables.map(\.identity).sorted()).text
        let known = try connection.query("SELECT fingerprint FROM mirror_layout").rows.first?.first
        guard known != .text(fingerprint) else { return }
        try dropViews(on: connection)
        for table in tables { try renew(table, on: connection) }
        for definition in definitions { try connection.execute(definition) }
        try connection.execute("DELETE FROM mirror_layout")
        try connection.run("INSERT INTO mirror_layout VALUES (?)", [.text(fingerprint)])
    }

    private var definitions: [String] {
        tables.compactMap { MirrorSchema(table: $0).view }.sorted() + live.map(\.definition)
    }

    private func dropViews(on connection: Connection) throws {
        let made = try connection.query(
            """
            SELECT type, name FROM sqlite_schema WHERE type = 'view' OR (type = 'table' AND sql LIKE 'CREATE VIRTUAL%')
            """)
        for row in made.rows {
            guard let type = row[0].text, let name = row[1].text else { continue }
            try connection.execute("DROP \(type == "view" ? "VIEW" : "TABLE") \(MirrorSchema.quoted(name))")
        }
    }

    private func renew(_ table: MirrorTable, on connection: Connection) throws {
        let name = Value.text(table.table.name)
        let known = try connection.query("SELECT identity FROM mirror_state WHERE name = ?", [name]).rows.first?.first
        if known == .text(table.identity) {
            if table.hasRollups { try MirrorRollups(table: table).renewTraces(on: connection) }
            return
        }
        guard !(isUnconfigured && known != nil) else { return }
        let schema = MirrorSchema(table: table)
        for statement in schema.removal + schema.creation { try connection.execute(statement) }
        try connection.run("DELETE FROM mirror_coverage WHERE name = ?", [name])
        try connection.run(
            "INSERT OR REPLACE INTO mirror_state (name, identity) VALUES (?, ?)", [name, .text(table.identity)])
    }
}
