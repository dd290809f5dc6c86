extension Migrations {
    /// Since when each source is down, and incidents about it.
    enum Outages {
        static let sql = """
            INSERT INTO detection_type VALUES ('source_down');
            ALTER TABLE source_health ADD COLUMN down_since TEXT;
            """
    }
}
