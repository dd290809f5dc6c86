extension Migrations {
    /// More states of sources and detectors. The next scan writes the rows again.
    enum Health {
        static let sql =
            """
            DROP TABLE source_health;
            CREATE TABLE source_health (
                name TEXT PRIMARY KEY NOT NULL,
                state TEXT NOT NULL CHECK (state IN
                    ('ok', 'syncing', 'partial', 'no_data', 'down', 'refused', 'waiting', 'not_checked', 'not_configured')),
                as_of TEXT,
                calls INTEGER NOT NULL DEFAULT 0,
                message TEXT NOT NULL DEFAULT ''
            ) STRICT, WITHOUT ROWID;

            DROP TABLE detector_health;
            CREATE TABLE detector_health (
                type TEXT PRIMARY KEY NOT NULL,
                state TEXT NOT NULL CHECK (state IN
                    ('ok', 'learning', 'no_data', 'partial', 'failed', 'not_configured')),
                message TEXT NOT NULL DEFAULT '',
                as_of TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;

            """ + counting("source_health", as: "health") + counting("detector_health", as: "health")
    }
}
