extension Migrations {
    /// The approvals of those requests that several people must approve.
    enum Votes {
        static let sql =
            """
            CREATE TABLE approval_vote (
                request_id INTEGER NOT NULL REFERENCES approval_queue (id) ON DELETE CASCADE,
                person TEXT NOT NULL CHECK (person <> ''),
                author TEXT NOT NULL,
                at TEXT NOT NULL,
                request TEXT NOT NULL,
                PRIMARY KEY (request_id, person)
            ) STRICT, WITHOUT ROWID;

            """ + counting("approval_vote", as: "approvals")
    }
}
