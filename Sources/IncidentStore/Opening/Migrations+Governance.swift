extension Migrations {
    /// The audit log with its chain of hashes, the freeze, and answers that tell a refusal apart.
    ///
    /// `audit_head` is what the log should end with, so that rows cut from its end are missed.
    enum Governance {
        static let sql =
            """
            ALTER TABLE intent ADD COLUMN is_refused INTEGER NOT NULL DEFAULT 0 CHECK (is_refused IN (0, 1));

            ALTER TABLE agent_status ADD COLUMN frozen_by_environment INTEGER NOT NULL DEFAULT 0;

            CREATE TABLE audit_log (
                id INTEGER PRIMARY KEY,
                at TEXT NOT NULL,
                who TEXT NOT NULL CHECK (who <> ''),
                event TEXT NOT NULL CHECK (event <> ''),
                what TEXT NOT NULL,
                why TEXT NOT NULL,
                incident_id INTEGER,
                request_id INTEGER,
                act_id INTEGER,
                calls TEXT NOT NULL,
                outcome TEXT NOT NULL,
                hash TEXT NOT NULL UNIQUE
            ) STRICT;
            CREATE INDEX audit_incident ON audit_log (incident_id, id);
            CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE ON audit_log
                BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
            CREATE TRIGGER audit_log_is_never_cut BEFORE DELETE ON audit_log
                BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
            CREATE TABLE audit_head (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                entries INTEGER NOT NULL CHECK (entries >= 0),
                hash TEXT NOT NULL
            ) STRICT;
            INSERT INTO audit_head (id, entries, hash) VALUES (1, 0, '');

            CREATE TABLE action_freeze (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                since TEXT NOT NULL,
                author TEXT NOT NULL CHECK (author <> ''),
                reason TEXT NOT NULL
            ) STRICT;

            INSERT INTO topic_revision (topic) VALUES ('audit');

            """ + counting("audit_log", as: "audit") + counting("audit_head", as: "audit")
            + counting("action_freeze", as: "agent")
    }
}
