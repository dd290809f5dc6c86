import SQLiteKit

extension Migrations {
    /// The risk of pull requests: the changes of the default branch, the scores, and requests about no incident.
    ///
    /// `file_risk_history` has one row for each file and commit. Rows of earlier programs that name no commit are not deltas of a
    /// change, so they are deleted.
    enum Risk {
        static func apply(_ connection: Connection) throws {
            try connection.rebuild("approval_queue") { old in
                old.replacing("anomaly_type TEXT NOT NULL", with: "anomaly_type TEXT")
            }
            try connection.rebuild("outbox_action") { old in
                old.replacing("'harmless_review')", with: "'harmless_review', 'pull_percentile')")
            }
            try connection.execute(sql)
        }

        private static let sql =
            """
            ALTER TABLE approval_queue ADD COLUMN pull TEXT;
            CREATE UNIQUE INDEX approval_pull ON approval_queue (pull) WHERE status = 'pending' AND pull IS NOT NULL;

            DELETE FROM file_risk_history WHERE commit_sha IS NULL OR length(commit_sha) < 40
                OR commit_sha GLOB '*[^0-9a-f]*';
            ALTER TABLE file_risk_history ADD COLUMN previous_path TEXT;
            ALTER TABLE file_risk_history ADD COLUMN lines_added INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE file_risk_history ADD COLUMN lines_removed INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX risk_commit ON file_risk_history (commit_sha);
            CREATE INDEX risk_time ON file_risk_history (change_date DESC, id DESC);

            CREATE TABLE code_change (
                commit_sha TEXT PRIMARY KEY NOT NULL CHECK (commit_sha <> ''),
                merged_at TEXT NOT NULL,
                title TEXT NOT NULL,
                author TEXT NOT NULL DEFAULT '',
                pull_number INTEGER,
                is_fix INTEGER NOT NULL CHECK (is_fix IN (0, 1)),
                terms INTEGER NOT NULL DEFAULT 0 CHECK (terms >= 0),
                cost_delta REAL,
                error_delta INTEGER
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX change_time ON code_change (merged_at);

            CREATE TABLE pull_risk (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                repository TEXT NOT NULL,
                pull_number INTEGER NOT NULL,
                head_sha TEXT NOT NULL,
                score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 100),
                calibrated REAL NOT NULL,
                percentile REAL,
                risk TEXT NOT NULL,
                comment_id INTEGER,
                review_id INTEGER,
                scored_at TEXT NOT NULL,
                UNIQUE (repository, pull_number, head_sha)
            ) STRICT;
            CREATE INDEX pull_scored ON pull_risk (scored_at DESC, id DESC);

            """ + counting("code_change", as: "risk") + counting("pull_risk", as: "risk")
    }
}
