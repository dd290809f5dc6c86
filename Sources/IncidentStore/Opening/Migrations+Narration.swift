extension Migrations {
    /// What a language model is writing, and what it was used for on each day.
    enum Narration {
        static let sql =
            """
            CREATE TABLE narration_draft (
                job TEXT NOT NULL,
                subject INTEGER NOT NULL,
                model TEXT NOT NULL,
                text TEXT NOT NULL,
                started_at TEXT NOT NULL,
                PRIMARY KEY (job, subject)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE narration_use (
                day TEXT PRIMARY KEY NOT NULL,
                tokens INTEGER NOT NULL DEFAULT 0,
                answers INTEGER NOT NULL DEFAULT 0,
                kept INTEGER NOT NULL DEFAULT 0,
                dropped INTEGER NOT NULL DEFAULT 0
            ) STRICT, WITHOUT ROWID;

            """ + counting("narration_draft", as: "incidents") + counting("narration_use", as: "agent")
    }
}
