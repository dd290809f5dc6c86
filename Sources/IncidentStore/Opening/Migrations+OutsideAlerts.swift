extension Migrations {
    /// Alerts that other systems raised.
    enum OutsideAlerts {
        static let sql =
            """
            CREATE TABLE outside_alert (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                source TEXT NOT NULL CHECK (source IN ('alertmanager', 'pagerduty')),
                alert_key TEXT NOT NULL CHECK (alert_key <> ''),
                title TEXT NOT NULL,
                severity TEXT NOT NULL CHECK (severity IN ('info', 'medium', 'high', 'critical')),
                labels TEXT NOT NULL DEFAULT '{}',
                starts_at TEXT NOT NULL,
                ends_at TEXT,
                reported_at TEXT NOT NULL,
                received_at TEXT NOT NULL,
                UNIQUE (source, alert_key, starts_at)
            ) STRICT;
            CREATE INDEX outside_alert_time ON outside_alert (starts_at);

            INSERT INTO detection_type VALUES ('outside_alert');
            INSERT INTO topic_revision (topic) VALUES ('outside_alerts');

            """ + counting("outside_alert", as: "outside_alerts")
    }
}
