extension Migrations {
    /// The outbox and the agent's state under the names that the code uses; notices under the usual words.
    ///
    /// That an agent is alive is known by the operating system's lock, so no heartbeat is stored.
    enum Names {
        static let sql =
            """
            DROP TRIGGER act_insert;
            DROP TRIGGER act_update;
            DROP TRIGGER act_delete;
            ALTER TABLE act RENAME TO outbox_action;

            DROP TRIGGER lease_insert;
            DROP TRIGGER lease_update;
            DROP TRIGGER lease_delete;
            ALTER TABLE lease RENAME TO agent_status;
            ALTER TABLE agent_status DROP COLUMN heartbeat_at;

            ALTER TABLE incident_reports RENAME COLUMN told_at TO notified_at;
            ALTER TABLE incident_reports RENAME COLUMN owed TO pending_notice;

            """ + counting("outbox_action", as: "acts") + counting("agent_status", as: "agent")
    }
}
