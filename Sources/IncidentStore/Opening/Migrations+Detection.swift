extension Migrations {
    /// What an incident is made of: the findings that are one trouble. The first one opened it.
    enum Findings {
        static let sql =
            """
            CREATE TABLE incident_finding (
                incident_id INTEGER NOT NULL REFERENCES incident_reports (id),
                fingerprint TEXT NOT NULL CHECK (fingerprint <> ''),
                detection_type TEXT NOT NULL CHECK (detection_type IN
                    ('cost_spike', 'error_cascade', 'prompt_drift', 'agent_loop', 'tool_failure')),
                severity TEXT NOT NULL CHECK (severity IN ('info', 'medium', 'high', 'critical')),
                subject TEXT NOT NULL,
                headline TEXT NOT NULL,
                joined_at TEXT NOT NULL,
                why TEXT NOT NULL DEFAULT '',
                first_seen TEXT NOT NULL,
                last_seen TEXT NOT NULL,
                seen_at TEXT NOT NULL,
                last_scan TEXT NOT NULL,
                occurrences INTEGER NOT NULL DEFAULT 1 CHECK (occurrences >= 1),
                cost_impact REAL NOT NULL DEFAULT 0,
                query_sql TEXT NOT NULL DEFAULT '',
                evidence TEXT NOT NULL DEFAULT '{}',
                links TEXT NOT NULL DEFAULT '{}',
                PRIMARY KEY (incident_id, fingerprint)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX finding_known ON incident_finding (fingerprint, incident_id);
            INSERT INTO incident_finding (incident_id, fingerprint, detection_type, severity, subject, headline, joined_at,
                first_seen, last_seen, seen_at, last_scan, occurrences, cost_impact, query_sql, evidence)
            SELECT id, fingerprint, detection_type, severity, subject, headline, detected_at, first_seen, last_seen,
                seen_at, last_scan, occurrences, cost_impact, query_sql, evidence FROM incident_reports;

            """ + counting("incident_finding", as: "incidents")
    }

    /// What is known of the outputs of features and tools.
    enum Quality {
        static let sql =
            """
            ALTER TABLE schema_snapshots ADD COLUMN state TEXT NOT NULL DEFAULT 'learning'
                CHECK (state IN ('learning', 'learned', 'drifted'));
            ALTER TABLE schema_snapshots ADD COLUMN candidate_json TEXT;
            ALTER TABLE schema_snapshots ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1);
            ALTER TABLE schema_snapshots ADD COLUMN looked_at TEXT;
            ALTER TABLE schema_snapshots ADD COLUMN newest_output TEXT;
            ALTER TABLE schema_snapshots ADD COLUMN checked INTEGER NOT NULL DEFAULT 0 CHECK (checked >= 0);
            ALTER TABLE schema_snapshots ADD COLUMN failed INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0);
            ALTER TABLE schema_snapshots ADD COLUMN accepted_by TEXT;

            CREATE TABLE schema_snapshot_version (
                feature_name TEXT NOT NULL,
                version INTEGER NOT NULL,
                schema_json TEXT NOT NULL,
                captured_at TEXT NOT NULL,
                sample_count INTEGER NOT NULL,
                accepted_by TEXT,
                replaced_at TEXT NOT NULL,
                replaced_by TEXT NOT NULL,
                PRIMARY KEY (feature_name, version)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX drift_incident ON drift_events (incident_id);

            CREATE TABLE tool_profile (
                tool_name TEXT PRIMARY KEY NOT NULL CHECK (tool_name <> ''),
                profile_json TEXT NOT NULL,
                lengths TEXT NOT NULL DEFAULT '[]',
                errors INTEGER NOT NULL DEFAULT 0 CHECK (errors >= 0),
                empties INTEGER NOT NULL DEFAULT 0 CHECK (empties >= 0),
                pages INTEGER NOT NULL DEFAULT 0 CHECK (pages >= 0),
                comparisons INTEGER NOT NULL DEFAULT 0 CHECK (comparisons >= 0),
                repeats INTEGER NOT NULL DEFAULT 0 CHECK (repeats >= 0),
                learned_at TEXT NOT NULL,
                learned_through TEXT,
                looked_at TEXT,
                newest_output TEXT
            ) STRICT, WITHOUT ROWID;

            """ + counting("tool_profile", as: "drift") + counting("schema_snapshot_version", as: "drift")
    }

    /// The causal graph of each incident, and the traces that were read whole.
    enum Forensics {
        static let sql =
            """
            ALTER TABLE incident_reports ADD COLUMN graph TEXT;
            ALTER TABLE incident_reports ADD COLUMN no_code_cause TEXT;

            CREATE TABLE trace_record (
                trace_id TEXT PRIMARY KEY NOT NULL CHECK (trace_id <> ''),
                tree TEXT NOT NULL,
                as_of TEXT NOT NULL,
                incident_id INTEGER REFERENCES incident_reports (id)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX trace_incident ON trace_record (incident_id);

            INSERT INTO topic_revision (topic) VALUES ('traces');

            """ + counting("trace_record", as: "traces")
    }

    /// What the sampler remembers: the kept traces of a day, the sets of step names of a week, whose outputs failed.
    enum Sampler {
        static let sql =
            """
            CREATE TABLE sampled_trace (
                trace_id TEXT PRIMARY KEY NOT NULL CHECK (trace_id <> ''),
                last_at TEXT NOT NULL,
                score INTEGER NOT NULL CHECK (score >= 0),
                reasons TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX sampled_time ON sampled_trace (last_at, reasons);

            CREATE TABLE trace_pattern (
                pattern TEXT PRIMARY KEY NOT NULL CHECK (pattern <> ''),
                steps TEXT NOT NULL,
                first_seen TEXT NOT NULL,
                last_seen TEXT NOT NULL,
                opener TEXT
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX pattern_seen ON trace_pattern (last_seen);

            CREATE TABLE failed_trace (
                trace_id TEXT PRIMARY KEY NOT NULL CHECK (trace_id <> ''),
                detection_type TEXT NOT NULL CHECK (detection_type IN ('prompt_drift', 'tool_failure')),
                seen_at TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE sampler_state (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                read_until TEXT,
                rules TEXT NOT NULL
            ) STRICT;

            """
            + ["sampled_trace", "trace_pattern", "failed_trace", "sampler_state"].map { counting($0, as: "sampling") }
            .joined()
    }
}
