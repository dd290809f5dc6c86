extension Migrations {
    /// What mutes an incident, and what people were told of it.
    ///
    /// `state` is what a person or the scans left it as; `shown_state` is what everybody sees. What is muted sinks below what
    /// is not.
    enum Life {
        static let sql =
            """
            CREATE TABLE silence (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                matcher TEXT NOT NULL,
                reason TEXT NOT NULL,
                author TEXT NOT NULL CHECK (author <> ''),
                created_at TEXT NOT NULL,
                starts_at TEXT NOT NULL,
                expires_at TEXT NOT NULL,
                ended_at TEXT,
                ended_by TEXT,
                phase TEXT NOT NULL DEFAULT 'waiting' CHECK (phase IN ('waiting', 'running', 'over')),
                CHECK (starts_at < expires_at),
                CHECK ((ended_at IS NULL) = (ended_by IS NULL))
            ) STRICT;
            CREATE INDEX silence_due ON silence (phase) WHERE phase <> 'over';

            ALTER TABLE incident_reports ADD COLUMN snoozed_until TEXT;
            ALTER TABLE incident_reports ADD COLUMN snoozed_by TEXT;
            ALTER TABLE incident_reports ADD COLUMN silence_id INTEGER REFERENCES silence (id);
            ALTER TABLE incident_reports ADD COLUMN inhibited_by INTEGER REFERENCES incident_reports (id);
            ALTER TABLE incident_reports ADD COLUMN inhibited_why TEXT;
            ALTER TABLE incident_reports ADD COLUMN flapping_since TEXT;
            ALTER TABLE incident_reports ADD COLUMN is_present INTEGER NOT NULL DEFAULT 1 CHECK (is_present IN (0, 1));
            ALTER TABLE incident_reports ADD COLUMN changes TEXT NOT NULL DEFAULT '[]';
            ALTER TABLE incident_reports ADD COLUMN reopened INTEGER NOT NULL DEFAULT 0 CHECK (reopened >= 0);
            ALTER TABLE incident_reports ADD COLUMN told_at TEXT;
            ALTER TABLE incident_reports ADD COLUMN owed TEXT;
            ALTER TABLE incident_reports ADD COLUMN cost_total REAL NOT NULL DEFAULT 0;
            ALTER TABLE incident_reports ADD COLUMN shown_state TEXT GENERATED ALWAYS AS (CASE
                WHEN state = 'resolved' AND flapping_since IS NULL THEN 'resolved'
                WHEN silence_id IS NOT NULL THEN 'silenced'
                WHEN snoozed_until IS NOT NULL THEN 'snoozed'
                WHEN flapping_since IS NOT NULL THEN 'flapping'
                ELSE state END) VIRTUAL;
            ALTER TABLE incident_reports ADD COLUMN rank INTEGER GENERATED ALWAYS AS (
                CASE WHEN state = 'resolved' AND flapping_since IS NULL THEN 0 ELSE
                    CASE severity WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 ELSE 1 END
                    + CASE WHEN silence_id IS NULL AND snoozed_until IS NULL AND inhibited_by IS NULL
                        AND state <> 'resolved' THEN 4 ELSE 0 END END) VIRTUAL;
            UPDATE incident_reports SET told_at = detected_at;
            DROP INDEX incident_listed;
            CREATE INDEX incident_ranked ON incident_reports (rank DESC, last_seen DESC, id DESC);
            CREATE INDEX incident_snoozed ON incident_reports (snoozed_until) WHERE snoozed_until IS NOT NULL;
            CREATE INDEX incident_inhibited ON incident_reports (inhibited_by) WHERE inhibited_by IS NOT NULL;

            """ + counting("silence", as: "incidents")
    }
}
