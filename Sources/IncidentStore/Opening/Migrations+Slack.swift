extension Migrations {
    /// Where a person who clicked in Slack is answered, and the state of Slack's socket.
    enum Slack {
        static let sql = """
            ALTER TABLE intent ADD COLUMN channel TEXT CHECK (length(channel) <= 100);
            ALTER TABLE intent ADD COLUMN thread TEXT CHECK (length(thread) <= 100);
            ALTER TABLE agent_status ADD COLUMN slack_socket TEXT;
            ALTER TABLE agent_status ADD COLUMN slack_socket_is_open INTEGER NOT NULL DEFAULT 0;
            """
    }
}
