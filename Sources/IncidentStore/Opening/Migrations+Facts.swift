import Basics
import SQLiteKit

extension Migrations {
    /// The classes of failure as a table, and each finding stored once.
    ///
    /// A new class is one more row of `detection_type`. What an incident is about (subject, sentence, statement, figures) is
    /// read from the finding that opened it, the one with the incident's fingerprint. In `incident_reports` the columns that
    /// a list reads come before the long texts, so that a list reads no overflow pages.
    enum Facts {
        static func apply(_ connection: Connection) throws {
            try connection.execute(
                """
                CREATE TABLE detection_type (name TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
                INSERT INTO detection_type VALUES
                    ('cost_spike'), ('error_cascade'), ('prompt_drift'), ('agent_loop'), ('tool_failure');
                DROP INDEX incident_unseen;
                """)
            try connection.rebuild("incident_reports") { _ in incidents }
            for table in ["incident_finding", "approval_queue", "detector_memory", "failed_trace"] {
                try connection.rebuild(table) { old in
                    old.replacing(/CHECK \((?:detection|anomaly)_type (?:IN\s*\([^)]*\)|<> '')\)/) { _ in
                        "REFERENCES detection_type (name)"
                    }
                }
            }
        }

        private static let incidents = """
            CREATE TABLE incident_reports (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                fingerprint TEXT NOT NULL CHECK (fingerprint <> ''),
                detected_at TEXT NOT NULL,
                detection_type TEXT NOT NULL REFERENCES detection_type (name),
                severity TEXT NOT NULL CHECK (severity IN ('info', 'medium', 'high', 'critical')),
                state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'acknowledged', 'resolved')),
                last_seen TEXT NOT NULL,
                first_scan TEXT NOT NULL,
                reopened_scan TEXT,
                occurrences INTEGER NOT NULL DEFAULT 1 CHECK (occurrences >= 1),
                cost_impact REAL NOT NULL DEFAULT 0,
                cost_total REAL NOT NULL DEFAULT 0,
                approval TEXT NOT NULL DEFAULT 'none' CHECK (approval IN ('pending', 'auto', 'none')),
                acknowledged_at TEXT,
                acknowledged_by TEXT,
                resolved_at TEXT,
                resolved_by TEXT,
                snoozed_until TEXT,
                snoozed_by TEXT,
                silence_id INTEGER REFERENCES silence (id),
                inhibited_by INTEGER REFERENCES incident_reports (id),
                inhibited_why TEXT,
                flapping_since TEXT,
                is_present INTEGER NOT NULL DEFAULT 1 CHECK (is_present IN (0, 1)),
                reopened INTEGER NOT NULL DEFAULT 0 CHECK (reopened >= 0),
                notified_at TEXT,
                pending_notice TEXT,
                shown_state TEXT GENERATED ALWAYS AS (CASE
                    WHEN state = 'resolved' AND flapping_since IS NULL THEN 'resolved'
                    WHEN silence_id IS NOT NULL THEN 'silenced'
                    WHEN snoozed_until IS NOT NULL THEN 'snoozed'
                    WHEN flapping_since IS NOT NULL THEN 'flapping'
                    ELSE state END) VIRTUAL,
                rank INTEGER GENERATED ALWAYS AS (
                    CASE WHEN state = 'resolved' AND flapping_since IS NULL THEN 0 ELSE
                        CASE severity WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 ELSE 1 END
                        + CASE WHEN silence_id IS NULL AND snoozed_until IS NULL AND inhibited_by IS NULL
                            AND state <> 'resolved' THEN 4 ELSE 0 END END) VIRTUAL,
                changes TEXT NOT NULL DEFAULT '[]',
                slack_thread_ts TEXT,
                investigated_at TEXT,
                narrator TEXT NOT NULL DEFAULT '',
                suspects TEXT NOT NULL DEFAULT '[]',
                no_code_cause TEXT,
                gaps TEXT NOT NULL DEFAULT '[]',
                messages TEXT NOT NULL DEFAULT '[]',
                report_text TEXT NOT NULL DEFAULT '',
                related_errors TEXT NOT NULL DEFAULT '[]',
                related_commits TEXT NOT NULL DEFAULT '[]',
                graph TEXT,
                CHECK ((state = 'resolved') = (resolved_at IS NOT NULL))
            ) STRICT
            """
    }
}

extension Connection {
    /// Gives a table another definition by SQLite's procedure for what ALTER TABLE cannot do: a new table under another
    /// name, a copy of the rows, the old one dropped, the new one renamed, indexes and triggers made again.
    ///
    /// Columns that the new definition has not are dropped; ids are never used twice. Foreign keys must be off.
    func rebuild(_ table: String, as definition: (String) -> String) throws {
        let new = "rebuilt_\(table)"
        let parts = try query(
            "SELECT type, sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type", [.text(table)]
        ).records
        let old = parts.first { $0["type"].text == "table" }?["sql"].text ?? ""
        let others = parts.filter { $0["type"].text != "table" }.compactMap { $0["sql"].text }
        try execute("CREATE TABLE \(new) \(definition(old).drop { $0 != "(" })")
        let columns = try columns(of: new).filter(Set(columns(of: table)).contains).joined(separator: ", ")
        try execute("INSERT INTO \(new) (\(columns)) SELECT \(columns) FROM \(table)")
        if old.contains("AUTOINCREMENT") {
            try execute(
                """
                DELETE FROM sqlite_sequence WHERE name = '\(new)';
                INSERT INTO sqlite_sequence (name, seq)
                    SELECT '\(new)', seq FROM sqlite_sequence WHERE name = '\(table)';
                """)
        }
        try execute("DROP TABLE \(table); ALTER TABLE \(new) RENAME TO \(table)")
        for sql in others { try execute(sql) }
    }

    /// Without the generated ones.
    private func columns(of table: String) throws -> [String] {
        try query("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", [.text(table)]).rows
            .compactMap(\.first?.text)
    }
}
