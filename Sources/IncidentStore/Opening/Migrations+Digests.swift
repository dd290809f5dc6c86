extension Migrations {
    /// Weekly digests, one for each week, and the time of the first scan, before which nothing is known.
    enum Digests {
        static let sql =
            """
            CREATE TABLE digest (
                week TEXT PRIMARY KEY NOT NULL CHECK (week GLOB '[0-9][0-9][0-9][0-9]-W[0-5][0-9]'),
                zone TEXT NOT NULL,
                starts_at TEXT NOT NULL,
                ends_at TEXT NOT NULL,
                made_at TEXT NOT NULL,
                is_final INTEGER NOT NULL CHECK (is_final IN (0, 1)),
                document TEXT NOT NULL,
                markdown TEXT NOT NULL,
                facts TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;

            ALTER TABLE agent_status ADD COLUMN watching_since TEXT;
            UPDATE agent_status SET watching_since = (SELECT min(detected_at) FROM incident_reports);

            INSERT INTO topic_revision (topic) VALUES ('digests');

            """ + counting("digest", as: "digests")
    }
}
