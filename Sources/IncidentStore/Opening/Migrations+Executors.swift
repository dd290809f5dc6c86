extension Migrations {
    /// Requests for executors, of which one incident may have several; when an act was sent, and when the next step of the
    /// ladder was requested after it failed. Kills that failed before are not followed.
    enum Executors {
        static let sql =
            """
            ALTER TABLE approval_queue ADD COLUMN executor TEXT NOT NULL DEFAULT '';
            DROP INDEX approval_asked;
            CREATE UNIQUE INDEX approval_asked ON approval_queue
                (incident_id, action_type, coalesce(trace_id, ''), executor) WHERE status = 'pending';

            ALTER TABLE outbox_action ADD COLUMN sent_at TEXT;
            ALTER TABLE outbox_action ADD COLUMN followed_at TEXT;
            UPDATE outbox_action SET sent_at = started_at WHERE state IN ('attempting', 'unknown');
            UPDATE outbox_action SET followed_at = finished_at WHERE state = 'failed';
            CREATE INDEX outbox_failed ON outbox_action (kind) WHERE state = 'failed' AND followed_at IS NULL;

            """
    }
}
