extension Migrations {
    /// When people were notified, apart from when a notice was put into the outbox; and until when a provider takes no writes.
    enum Notices {
        static let sql =
            """
            ALTER TABLE incident_reports ADD COLUMN notice_at TEXT;
            UPDATE incident_reports AS i SET notice_at = notified_at, notified_at = (SELECT max(finished_at)
                FROM outbox_action o WHERE o.incident_id = i.id AND o.ground = 'notice' AND o.state = 'done'
                    AND o.kind <> 'slack_update');
            CREATE INDEX outbox_undelivered ON outbox_action (incident_id)
                WHERE ground = 'notice' AND state IN ('waiting', 'unknown');

            CREATE TABLE provider_limit (
                provider TEXT PRIMARY KEY NOT NULL CHECK (provider IN ('slack', 'github')),
                until TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;

            """ + counting("provider_limit", as: "acts")
    }
}
