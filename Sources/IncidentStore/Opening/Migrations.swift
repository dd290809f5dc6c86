package import SQLiteKit

/// The schema's history. Steps are only ever appended: a step that has shipped is never edited.
package enum Migrations {
    private static let steps: [Migrator.Migration] = [
        .init("1-incidents", sql: incidents),
        .init("1-approvals", sql: approvals),
        .init("1-measures", sql: measures),
        .init("1-agent", sql: agent),
        .init("1-topics", sql: topics),
        .init("4-findings", sql: Findings.sql),
        .init("4-quality", sql: Quality.sql),
        .init("4-forensics", sql: Forensics.sql),
        .init("4-sampler", sql: Sampler.sql),
        .init("4-life", sql: Life.sql),
        .init("8-names", sql: Names.sql),
        .init("8-memory", sql: Memory.sql),
        .init("8-facts", apply: Facts.apply),
        .init("8-permissions", sql: Permissions.sql),
        .init("9-notices", sql: Notices.sql),
        .init("9-loop-rate", sql: "ALTER TABLE loop_detections ADD COLUMN cost_per_minute REAL;"),
        .init("9-health", sql: Health.sql),
        .init("10-governance", sql: Governance.sql),
        .init("10-votes", sql: Votes.sql),
        .init("10-outages", sql: Outages.sql),
        .init("10-executors", sql: Executors.sql),
        .init("10-outside-alerts", sql: OutsideAlerts.sql),
        .init("10-slack", sql: Slack.sql),
        .init("11-narration", sql: Narration.sql),
        .init("11-risk", apply: Risk.apply),
        .init("11-digests", sql: Digests.sql),
        .init("11-recall", sql: Recall.sql),
    ]

    package static let names = steps.map(\.name)
    package static let all = Migrator(steps)

    /// The history up to and with a step: the schema of an older program.
    package static func through(_ last: String) -> Migrator {
        Migrator(Array(steps.prefix { $0.name != last } + steps.filter { $0.name == last }))
    }

    /// Incidents, what was seen of them, and looping traces.
    private static let incidents = """
        CREATE TABLE incident_reports (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            fingerprint TEXT NOT NULL CHECK (fingerprint <> ''),
            detected_at TEXT NOT NULL,
            detection_type TEXT NOT NULL CHECK (detection_type IN
                ('cost_spike', 'error_cascade', 'prompt_drift', 'agent_loop', 'tool_failure')),
            severity TEXT NOT NULL CHECK (severity IN ('info', 'medium', 'high', 'critical')),
            state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'acknowledged', 'resolved')),
            subject TEXT NOT NULL,
            headline TEXT NOT NULL,
            first_seen TEXT NOT NULL,
            last_seen TEXT NOT NULL,
            seen_at TEXT NOT NULL,
            first_scan TEXT NOT NULL,
            reopened_scan TEXT,
            last_scan TEXT NOT NULL,
            occurrences INTEGER NOT NULL DEFAULT 1 CHECK (occurrences >= 1),
            cost_impact REAL NOT NULL DEFAULT 0,
            approval TEXT NOT NULL DEFAULT 'none' CHECK (approval IN ('pending', 'auto', 'none')),
            acknowledged_at TEXT,
            acknowledged_by TEXT,
            resolved_at TEXT,
            resolved_by TEXT,
            slack_thread_ts TEXT,
            investigated_at TEXT,
            narrator TEXT NOT NULL DEFAULT '',
            query_sql TEXT NOT NULL DEFAULT '',
            evidence TEXT NOT NULL DEFAULT '{}',
            suspects TEXT NOT NULL DEFAULT '[]',
            gaps TEXT NOT NULL DEFAULT '[]',
            messages TEXT NOT NULL DEFAULT '[]',
            related_errors TEXT NOT NULL DEFAULT '[]',
            report_text TEXT NOT NULL DEFAULT '',
            related_commits TEXT NOT NULL DEFAULT '[]',
            urgency INTEGER NOT NULL GENERATED ALWAYS AS (CASE WHEN state = 'resolved' THEN 0 ELSE
                CASE severity WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 ELSE 1 END END) VIRTUAL,
            CHECK ((state = 'resolved') = (resolved_at IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX incident_unresolved ON incident_reports (fingerprint) WHERE state <> 'resolved';
        CREATE INDEX incident_returned ON incident_reports (fingerprint, resolved_at);
        CREATE INDEX incident_listed ON incident_reports (urgency DESC, last_seen DESC, id DESC);
        CREATE INDEX incident_unseen ON incident_reports (seen_at) WHERE state <> 'resolved';

        CREATE TABLE timeline (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            incident_id INTEGER NOT NULL REFERENCES incident_reports (id),
            at TEXT NOT NULL,
            author TEXT NOT NULL,
            event TEXT NOT NULL
        ) STRICT;
        CREATE INDEX timeline_incident ON timeline (incident_id, id);

        CREATE TABLE loop_detections (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            trace_id TEXT NOT NULL UNIQUE CHECK (trace_id <> ''),
            detected_at TEXT NOT NULL,
            agent TEXT NOT NULL,
            loop_count INTEGER NOT NULL CHECK (loop_count >= 0),
            cost_burned REAL NOT NULL DEFAULT 0,
            tool_pattern TEXT NOT NULL DEFAULT '{}',
            first_seen TEXT NOT NULL,
            last_seen TEXT NOT NULL,
            as_of TEXT NOT NULL,
            status TEXT NOT NULL DEFAULT 'active' CHECK (status IN
                ('active', 'killing', 'killed', 'kill_failed', 'finished')),
            status_at TEXT NOT NULL,
            kill_method TEXT,
            slack_ts TEXT,
            incident_id INTEGER REFERENCES incident_reports (id)
        ) STRICT;
        CREATE INDEX loop_listed ON loop_detections (last_seen DESC, id DESC);
        CREATE INDEX loop_burning ON loop_detections (status) WHERE status IN ('active', 'killing', 'kill_failed');
        CREATE INDEX loop_incident ON loop_detections (incident_id);
        """

    /// What people are asked, and the outbox of what is done.
    private static let approvals = """
        CREATE TABLE approval_queue (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            request_key TEXT NOT NULL CHECK (request_key <> ''),
            created_at TEXT NOT NULL,
            action_type TEXT NOT NULL,
            anomaly_type TEXT NOT NULL CHECK (anomaly_type IN
                ('cost_spike', 'error_cascade', 'prompt_drift', 'agent_loop', 'tool_failure')),
            severity TEXT NOT NULL CHECK (severity IN ('info', 'medium', 'high', 'critical')),
            context TEXT NOT NULL,
            status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'approved', 'rejected', 'expired')),
            expires_at TEXT NOT NULL,
            resolved_at TEXT,
            resolved_by TEXT,
            slack_channel TEXT,
            slack_ts TEXT,
            incident_id INTEGER REFERENCES incident_reports (id),
            trace_id TEXT,
            CHECK ((status = 'pending') = (resolved_at IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX approval_asked ON approval_queue (request_key) WHERE status = 'pending';
        CREATE INDEX approval_pending ON approval_queue (expires_at) WHERE status = 'pending';
        CREATE INDEX approval_history ON approval_queue (resolved_at DESC, id DESC) WHERE status <> 'pending';
        CREATE INDEX approval_incident ON approval_queue (incident_id);
        CREATE INDEX approval_trace ON approval_queue (trace_id) WHERE status = 'pending';

        CREATE TABLE act (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            act_key TEXT NOT NULL UNIQUE CHECK (act_key <> ''),
            kind TEXT NOT NULL,
            action TEXT NOT NULL,
            incident_id INTEGER REFERENCES incident_reports (id),
            request_id INTEGER UNIQUE REFERENCES approval_queue (id),
            allowed_by TEXT NOT NULL CHECK (allowed_by <> ''),
            state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN
                ('waiting', 'attempting', 'done', 'failed', 'unknown')),
            tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
            created_at TEXT NOT NULL,
            next_try_at TEXT,
            started_at TEXT,
            finished_at TEXT,
            detail TEXT NOT NULL DEFAULT '',
            reference TEXT,
            CHECK ((state = 'waiting') = (next_try_at IS NOT NULL)),
            CHECK (state IN ('waiting', 'attempting') OR finished_at IS NOT NULL)
        ) STRICT;
        CREATE INDEX act_due ON act (next_try_at, id) WHERE state = 'waiting';
        CREATE INDEX act_open ON act (state) WHERE state IN ('attempting', 'unknown');
        CREATE INDEX act_kind ON act (kind, created_at);
        CREATE INDEX act_incident ON act (incident_id, id);
        """

    /// What was measured: costs, drift, risk, sampling.
    private static let measures = """
        CREATE TABLE cost_baselines (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            recorded_at TEXT NOT NULL,
            hourly_cost REAL NOT NULL,
            daily_cost REAL NOT NULL DEFAULT 0,
            generations INTEGER NOT NULL DEFAULT 0,
            source TEXT NOT NULL DEFAULT 'langfuse',
            UNIQUE (recorded_at, source)
        ) STRICT;

        CREATE TABLE schema_snapshots (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            feature_name TEXT NOT NULL UNIQUE,
            schema_json TEXT NOT NULL,
            captured_at TEXT NOT NULL,
            sample_count INTEGER NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE drift_events (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            feature_name TEXT NOT NULL,
            detected_at TEXT NOT NULL,
            drift_type TEXT NOT NULL,
            severity TEXT NOT NULL CHECK (severity IN ('info', 'medium', 'high', 'critical')),
            blame_commit_sha TEXT,
            blame_commit_message TEXT,
            validation_fail_rate REAL,
            details TEXT NOT NULL DEFAULT '{}',
            incident_id INTEGER REFERENCES incident_reports (id)
        ) STRICT;
        CREATE INDEX drift_time ON drift_events (detected_at);

        CREATE TABLE file_risk_history (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            file_path TEXT NOT NULL,
            commit_sha TEXT,
            change_date TEXT,
            cost_delta REAL NOT NULL DEFAULT 0,
            error_delta INTEGER NOT NULL DEFAULT 0,
            risk_score REAL NOT NULL DEFAULT 0,
            UNIQUE (file_path, commit_sha)
        ) STRICT;

        CREATE TABLE sampling_stats (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            recorded_at TEXT NOT NULL UNIQUE,
            total_traces INTEGER NOT NULL CHECK (total_traces >= 0),
            sampled_traces INTEGER NOT NULL CHECK (sampled_traces >= 0),
            dropped_traces INTEGER NOT NULL CHECK (dropped_traces >= 0),
            keep_reasons TEXT NOT NULL DEFAULT '{}'
        ) STRICT;
        """

    /// The agent's own state, and what people ask of it.
    private static let agent = """
        CREATE TABLE lease (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            holder TEXT,
            pid INTEGER,
            acquired_at TEXT,
            heartbeat_at TEXT,
            activity TEXT NOT NULL DEFAULT '',
            last_cycle_at TEXT,
            next_cycle_at TEXT,
            last_cycle_partial INTEGER NOT NULL DEFAULT 0,
            listening TEXT
        ) STRICT;
        INSERT INTO lease (id) VALUES (1);

        CREATE TABLE intent (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            payload TEXT NOT NULL CHECK (length(payload) <= 65536),
            author TEXT NOT NULL CHECK (author <> '' AND length(author) <= 200),
            created_at TEXT NOT NULL,
            handled_at TEXT,
            outcome TEXT
        ) STRICT;
        CREATE INDEX intent_pending ON intent (id) WHERE handled_at IS NULL;

        CREATE TABLE source_health (
            name TEXT PRIMARY KEY NOT NULL,
            state TEXT NOT NULL CHECK (state IN
                ('ok', 'syncing', 'partial', 'no_data', 'down', 'not_configured')),
            as_of TEXT,
            calls INTEGER NOT NULL DEFAULT 0,
            message TEXT NOT NULL DEFAULT ''
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE detector_health (
            type TEXT PRIMARY KEY NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('ok', 'learning', 'no_data', 'partial', 'failed')),
            message TEXT NOT NULL DEFAULT '',
            as_of TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE setting_value (
            key TEXT PRIMARY KEY NOT NULL,
            position INTEGER NOT NULL,
            value TEXT NOT NULL,
            refusal TEXT NOT NULL DEFAULT ''
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE job (
            name TEXT PRIMARY KEY NOT NULL,
            last_run_at TEXT,
            next_run_at TEXT
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE scan_report (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            at TEXT NOT NULL,
            report TEXT NOT NULL
        ) STRICT;
        """

    /// Counts the changes of every topic, so that an observer fetches only what may have changed.
    private static let topics: String = {
        let tables: [(topic: String, tables: [String])] = [
            ("incidents", ["incident_reports", "timeline"]),
            ("approvals", ["approval_queue"]),
            ("acts", ["act"]),
            ("loops", ["loop_detections"]),
            ("costs", ["cost_baselines"]),
            ("drift", ["drift_events", "schema_snapshots"]),
            ("risk", ["file_risk_history"]),
            ("sampling", ["sampling_stats"]),
            ("health", ["source_health", "detector_health"]),
            ("settings", ["setting_value"]),
            ("agent", ["lease", "job", "scan_report"]),
            ("intents", ["intent"]),
        ]
        var sql = """
            CREATE TABLE topic_revision (
                topic TEXT PRIMARY KEY NOT NULL,
                revision INTEGER NOT NULL DEFAULT 0
            ) STRICT, WITHOUT ROWID;

            """
        for (topic, tables) in tables {
            sql += "INSERT INTO topic_revision (topic) VALUES ('\(topic)');\n"
            for table in tables { sql += counting(table, as: topic) }
        }
        return sql
    }()

    /// The triggers that count a table's changes for a topic.
    static func counting(_ table: String, as topic: String) -> String {
        ["INSERT", "UPDATE", "DELETE"].map { change in
            """
            CREATE TRIGGER \(table)_\(change.lowercased()) AFTER \(change) ON \(table) BEGIN
                UPDATE topic_revision SET revision = revision + 1 WHERE topic = '\(topic)';
            END;

            """
        }.joined()
    }
}
