extension Migrations {
    /// What incidents are compared by, which ones resemble each other, and what people say of them.
    enum Recall {
        static let sql =
            """
            CREATE TABLE incident_traits (
                incident_id INTEGER PRIMARY KEY REFERENCES incident_reports (id) ON DELETE CASCADE,
                detection_type TEXT NOT NULL CHECK (detection_type <> ''),
                subject TEXT NOT NULL,
                errors TEXT NOT NULL DEFAULT '[]',
                files TEXT NOT NULL DEFAULT '[]',
                tools TEXT NOT NULL DEFAULT '[]',
                week_hour INTEGER NOT NULL CHECK (week_hour BETWEEN 0 AND 167),
                cause TEXT NOT NULL DEFAULT ''
            ) STRICT;
            CREATE INDEX incident_traits_type ON incident_traits (detection_type, incident_id);
            CREATE INDEX incident_traits_subject ON incident_traits (subject, incident_id);

            CREATE TABLE similar_incident (
                incident_id INTEGER NOT NULL REFERENCES incident_reports (id) ON DELETE CASCADE,
                past_id INTEGER NOT NULL REFERENCES incident_reports (id) ON DELETE CASCADE,
                score REAL NOT NULL,
                why TEXT NOT NULL DEFAULT '[]',
                is_same INTEGER NOT NULL CHECK (is_same IN (0, 1)),
                PRIMARY KEY (incident_id, past_id)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX similar_incident_past ON similar_incident (past_id) WHERE is_same = 1;

            CREATE TABLE cause_mark (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                incident_id INTEGER NOT NULL REFERENCES incident_reports (id) ON DELETE CASCADE,
                cause TEXT NOT NULL CHECK (cause <> ''),
                verdict TEXT NOT NULL CHECK (verdict IN ('right', 'wrong')),
                author TEXT NOT NULL CHECK (author <> ''),
                at TEXT NOT NULL
            ) STRICT;
            CREATE INDEX cause_mark_incident ON cause_mark (incident_id, id);
            CREATE INDEX cause_mark_cause ON cause_mark (cause, incident_id);

            CREATE TABLE incident_note (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                incident_id INTEGER NOT NULL REFERENCES incident_reports (id) ON DELETE CASCADE,
                at TEXT NOT NULL,
                author TEXT NOT NULL CHECK (author <> ''),
                text TEXT NOT NULL CHECK (text <> '')
            ) STRICT;
            CREATE INDEX incident_note_incident ON incident_note (incident_id, id);

            CREATE TABLE incident_runbook (
                incident_id INTEGER NOT NULL REFERENCES incident_reports (id) ON DELETE CASCADE,
                name TEXT NOT NULL CHECK (name <> ''),
                title TEXT NOT NULL,
                PRIMARY KEY (incident_id, name)
            ) STRICT, WITHOUT ROWID;

            """
            + ["incident_traits", "similar_incident", "cause_mark", "incident_note", "incident_runbook"]
            .map { counting($0, as: "incidents") }.joined()
    }
}
