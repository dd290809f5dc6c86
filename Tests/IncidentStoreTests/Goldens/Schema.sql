CREATE TABLE action_freeze (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    since TEXT NOT NULL,
    author TEXT NOT NULL CHECK (author <> ''),
    reason TEXT NOT NULL
) STRICT;
CREATE TRIGGER action_freeze_delete AFTER DELETE ON action_freeze BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
CREATE TRIGGER action_freeze_insert AFTER INSERT ON action_freeze BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
CREATE TRIGGER action_freeze_update AFTER UPDATE ON action_freeze BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
CREATE TABLE "agent_status" (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    holder TEXT,
    pid INTEGER,
    acquired_at TEXT,
    activity TEXT NOT NULL DEFAULT '',
    last_cycle_at TEXT,
    next_cycle_at TEXT,
    last_cycle_partial INTEGER NOT NULL DEFAULT 0,
    listening TEXT
, frozen_by_environment INTEGER NOT NULL DEFAULT 0, slack_socket TEXT, slack_socket_is_open INTEGER NOT NULL DEFAULT 0, watching_since TEXT) STRICT;
CREATE TRIGGER agent_status_delete AFTER DELETE ON agent_status BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
CREATE TRIGGER agent_status_insert AFTER INSERT ON agent_status BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
CREATE TRIGGER agent_status_update AFTER UPDATE ON agent_status BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
CREATE TABLE applied_migration (name TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE "approval_queue" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    action_type TEXT NOT NULL,
    anomaly_type TEXT REFERENCES detection_type (name),
    severity TEXT NOT NULL CHECK (severity IN ('info', 'medium', 'high', 'critical')),
    context TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'approved', 'rejected', 'expired')),
    expires_at TEXT NOT NULL,
    resolved_at TEXT,
    resolved_by TEXT,
    slack_channel TEXT,
    slack_ts TEXT,
    incident_id INTEGER REFERENCES incident_reports (id),
    trace_id TEXT, round INTEGER NOT NULL DEFAULT 0 CHECK (round >= 0), number INTEGER NOT NULL DEFAULT 1 CHECK (number >= 1), executor TEXT NOT NULL DEFAULT '', pull TEXT,
    CHECK ((status = 'pending') = (resolved_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX approval_asked ON approval_queue
    (incident_id, action_type, coalesce(trace_id, ''), executor) WHERE status = 'pending';
CREATE INDEX approval_history ON approval_queue (resolved_at DESC, id DESC) WHERE status <> 'pending';
CREATE INDEX approval_incident ON approval_queue (incident_id);
CREATE INDEX approval_pending ON approval_queue (expires_at) WHERE status = 'pending';
CREATE UNIQUE INDEX approval_pull ON approval_queue (pull) WHERE status = 'pending' AND pull IS NOT NULL;
CREATE INDEX approval_trace ON approval_queue (trace_id) WHERE status = 'pending';
CREATE TRIGGER approval_queue_delete AFTER DELETE ON approval_queue BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'approvals';
END;
CREATE TRIGGER approval_queue_insert AFTER INSERT ON approval_queue BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'approvals';
END;
CREATE TRIGGER approval_queue_update AFTER UPDATE ON approval_queue BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'approvals';
END;
CREATE TABLE approval_vote (
    request_id INTEGER NOT NULL REFERENCES approval_queue (id) ON DELETE CASCADE,
    person TEXT NOT NULL CHECK (person <> ''),
    author TEXT NOT NULL,
    at TEXT NOT NULL,
    request TEXT NOT NULL,
    PRIMARY KEY (request_id, person)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER approval_vote_delete AFTER DELETE ON approval_vote BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'approvals';
END;
CREATE TRIGGER approval_vote_insert AFTER INSERT ON approval_vote BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'approvals';
END;
CREATE TRIGGER approval_vote_update AFTER UPDATE ON approval_vote BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'approvals';
END;
CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    entries INTEGER NOT NULL CHECK (entries >= 0),
    hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_head_delete AFTER DELETE ON audit_head BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'audit';
END;
CREATE TRIGGER audit_head_insert AFTER INSERT ON audit_head BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'audit';
END;
CREATE TRIGGER audit_head_update AFTER UPDATE ON audit_head BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'audit';
END;
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL CHECK (who <> ''),
    event TEXT NOT NULL CHECK (event <> ''),
    what TEXT NOT NULL,
    why TEXT NOT NULL,
    incident_id INTEGER,
    request_id INTEGER,
    act_id INTEGER,
    calls TEXT NOT NULL,
    outcome TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX audit_incident ON audit_log (incident_id, id);
CREATE TRIGGER audit_log_delete AFTER DELETE ON audit_log BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'audit';
END;
CREATE TRIGGER audit_log_insert AFTER INSERT ON audit_log BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'audit';
END;
CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_log_is_never_cut BEFORE DELETE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_log_update AFTER UPDATE ON audit_log BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'audit';
END;
CREATE TABLE cause_mark (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL REFERENCES incident_reports (id) ON DELETE CASCADE,
    cause TEXT NOT NULL CHECK (cause <> ''),
    verdict TEXT NOT NULL CHECK (verdict IN ('right', 'wrong')),
    author TEXT NOT NULL CHECK (author <> ''),
    at TEXT NOT NULL
) STRICT;
CREATE INDEX cause_mark_cause ON cause_mark (cause, incident_id);
CREATE INDEX cause_mark_incident ON cause_mark (incident_id, id);
CREATE TRIGGER cause_mark_delete AFTER DELETE ON cause_mark BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER cause_mark_insert AFTER INSERT ON cause_mark BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER cause_mark_update AFTER UPDATE ON cause_mark BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
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
CREATE TRIGGER code_change_delete AFTER DELETE ON code_change BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'risk';
END;
CREATE TRIGGER code_change_insert AFTER INSERT ON code_change BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'risk';
END;
CREATE TRIGGER code_change_update AFTER UPDATE ON code_change BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'risk';
END;
CREATE TABLE cost_baselines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recorded_at TEXT NOT NULL,
    hourly_cost REAL NOT NULL,
    daily_cost REAL NOT NULL DEFAULT 0,
    generations INTEGER NOT NULL DEFAULT 0,
    source TEXT NOT NULL DEFAULT 'langfuse',
    UNIQUE (recorded_at, source)
) STRICT;
CREATE TRIGGER cost_baselines_delete AFTER DELETE ON cost_baselines BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'costs';
END;
CREATE TRIGGER cost_baselines_insert AFTER INSERT ON cost_baselines BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'costs';
END;
CREATE TRIGGER cost_baselines_update AFTER UPDATE ON cost_baselines BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'costs';
END;
CREATE TABLE detection_type (name TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE detector_health (
    type TEXT PRIMARY KEY NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('ok', 'learning', 'no_data', 'partial', 'failed', 'not_configured')),
    message TEXT NOT NULL DEFAULT '',
    as_of TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER detector_health_delete AFTER DELETE ON detector_health BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'health';
END;
CREATE TRIGGER detector_health_insert AFTER INSERT ON detector_health BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'health';
END;
CREATE TRIGGER detector_health_update AFTER UPDATE ON detector_health BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'health';
END;
CREATE TABLE "detector_memory" (
    detection_type TEXT NOT NULL REFERENCES detection_type (name),
    subject TEXT NOT NULL,
    json TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (detection_type, subject)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER detector_memory_delete AFTER DELETE ON detector_memory BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'drift';
END;
CREATE TRIGGER detector_memory_insert AFTER INSERT ON detector_memory BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'drift';
END;
CREATE TRIGGER detector_memory_update AFTER UPDATE ON detector_memory BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'drift';
END;
CREATE TABLE digest (
    week TEXT PRIMARY KEY NOT NULL CHECK (week GLOB '[0-9][0-9][0-9][0-9]-W[0-5][0-9]'),
    zone TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    made_at TEXT NOT NULL,
    is_final INTEGER NOT NULL CHECK (is_final IN (0, 1)),
    document TEXT NOT NULL,
    markdown TEXT NOT NULL,
    facts TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER digest_delete AFTER DELETE ON digest BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'digests';
END;
CREATE TRIGGER digest_insert AFTER INSERT ON digest BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'digests';
END;
CREATE TRIGGER digest_update AFTER UPDATE ON digest BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'digests';
END;
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
CREATE INDEX drift_incident ON drift_events (incident_id);
CREATE INDEX drift_time ON drift_events (detected_at);
CREATE TRIGGER drift_events_delete AFTER DELETE ON drift_events BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'drift';
END;
CREATE TRIGGER drift_events_insert AFTER INSERT ON drift_events BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'drift';
END;
CREATE TRIGGER drift_events_update AFTER UPDATE ON drift_events BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'drift';
END;
CREATE TABLE "failed_trace" (
    trace_id TEXT PRIMARY KEY NOT NULL CHECK (trace_id <> ''),
    detection_type TEXT NOT NULL REFERENCES detection_type (name),
    seen_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER failed_trace_delete AFTER DELETE ON failed_trace BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TRIGGER failed_trace_insert AFTER INSERT ON failed_trace BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TRIGGER failed_trace_update AFTER UPDATE ON failed_trace BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TABLE file_risk_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_path TEXT NOT NULL,
    commit_sha TEXT,
    change_date TEXT,
    cost_delta REAL NOT NULL DEFAULT 0,
    error_delta INTEGER NOT NULL DEFAULT 0,
    risk_score REAL NOT NULL DEFAULT 0, previous_path TEXT, lines_added INTEGER NOT NULL DEFAULT 0, lines_removed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (file_path, commit_sha)
) STRICT;
CREATE INDEX risk_commit ON file_risk_history (commit_sha);
CREATE INDEX risk_time ON file_risk_history (change_date DESC, id DESC);
CREATE TRIGGER file_risk_history_delete AFTER DELETE ON file_risk_history BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'risk';
END;
CREATE TRIGGER file_risk_history_insert AFTER INSERT ON file_risk_history BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'risk';
END;
CREATE TRIGGER file_risk_history_update AFTER UPDATE ON file_risk_history BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'risk';
END;
CREATE TABLE "incident_finding" (
    incident_id INTEGER NOT NULL REFERENCES incident_reports (id),
    fingerprint TEXT NOT NULL CHECK (fingerprint <> ''),
    detection_type TEXT NOT NULL REFERENCES detection_type (name),
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
CREATE TRIGGER incident_finding_delete AFTER DELETE ON incident_finding BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER incident_finding_insert AFTER INSERT ON incident_finding BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER incident_finding_update AFTER UPDATE ON incident_finding BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TABLE incident_note (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL REFERENCES incident_reports (id) ON DELETE CASCADE,
    at TEXT NOT NULL,
    author TEXT NOT NULL CHECK (author <> ''),
    text TEXT NOT NULL CHECK (text <> '')
) STRICT;
CREATE INDEX incident_note_incident ON incident_note (incident_id, id);
CREATE TRIGGER incident_note_delete AFTER DELETE ON incident_note BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER incident_note_insert AFTER INSERT ON incident_note BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER incident_note_update AFTER UPDATE ON incident_note BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TABLE "incident_reports" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint TEXT NOT NULL CHECK (fingerprint <> ''),
    detected_at TEXT NOT NULL,
    detection_type TEXT NOT NULL REFERENCES detection_type (name),
    severity TEXT NOT NULL CHECK (severity IN ('info', 'medium', 'high', 'critical')),
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'acknowledged', 'resolved')),
    last_seen TEXT NOT NULL,
    first_scan TEXT NOT NULL,
    reopened_scan TEXT,
    occurrences INTEGER NOT NULL DEFAULT 1 CHECK (occurrences >= 1),
    cost_impact REAL NOT NULL DEFAULT 0,
    cost_total REAL NOT NULL DEFAULT 0,
    approval TEXT NOT NULL DEFAULT 'none' CHECK (approval IN ('pending', 'auto', 'none')),
    acknowledged_at TEXT,
    acknowledged_by TEXT,
    resolved_at TEXT,
    resolved_by TEXT,
    snoozed_until TEXT,
    snoozed_by TEXT,
    silence_id INTEGER REFERENCES silence (id),
    inhibited_by INTEGER REFERENCES incident_reports (id),
    inhibited_why TEXT,
    flapping_since TEXT,
    is_present INTEGER NOT NULL DEFAULT 1 CHECK (is_present IN (0, 1)),
    reopened INTEGER NOT NULL DEFAULT 0 CHECK (reopened >= 0),
    notified_at TEXT,
    pending_notice TEXT,
    shown_state TEXT GENERATED ALWAYS AS (CASE
        WHEN state = 'resolved' AND flapping_since IS NULL THEN 'resolved'
        WHEN silence_id IS NOT NULL THEN 'silenced'
        WHEN snoozed_until IS NOT NULL THEN 'snoozed'
        WHEN flapping_since IS NOT NULL THEN 'flapping'
        ELSE state END) VIRTUAL,
    rank INTEGER GENERATED ALWAYS AS (
        CASE WHEN state = 'resolved' AND flapping_since IS NULL THEN 0 ELSE
            CASE severity WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 ELSE 1 END
            + CASE WHEN silence_id IS NULL AND snoozed_until IS NULL AND inhibited_by IS NULL
                AND state <> 'resolved' THEN 4 ELSE 0 END END) VIRTUAL,
    changes TEXT NOT NULL DEFAULT '[]',
    slack_thread_ts TEXT,
    investigated_at TEXT,
    narrator TEXT NOT NULL DEFAULT '',
    suspects TEXT NOT NULL DEFAULT '[]',
    no_code_cause TEXT,
    gaps TEXT NOT NULL DEFAULT '[]',
    messages TEXT NOT NULL DEFAULT '[]',
    report_text TEXT NOT NULL DEFAULT '',
    related_errors TEXT NOT NULL DEFAULT '[]',
    related_commits TEXT NOT NULL DEFAULT '[]',
    graph TEXT, notice_at TEXT,
    CHECK ((state = 'resolved') = (resolved_at IS NOT NULL))
) STRICT;
CREATE INDEX incident_inhibited ON incident_reports (inhibited_by) WHERE inhibited_by IS NOT NULL;
CREATE INDEX incident_ranked ON incident_reports (rank DESC, last_seen DESC, id DESC);
CREATE INDEX incident_returned ON incident_reports (fingerprint, resolved_at);
CREATE INDEX incident_snoozed ON incident_reports (snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE UNIQUE INDEX incident_unresolved ON incident_reports (fingerprint) WHERE state <> 'resolved';
CREATE TRIGGER incident_reports_delete AFTER DELETE ON incident_reports BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER incident_reports_insert AFTER INSERT ON incident_reports BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER incident_reports_update AFTER UPDATE ON incident_reports BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TABLE incident_runbook (
    incident_id INTEGER NOT NULL REFERENCES incident_reports (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> ''),
    title TEXT NOT NULL,
    PRIMARY KEY (incident_id, name)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER incident_runbook_delete AFTER DELETE ON incident_runbook BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER incident_runbook_insert AFTER INSERT ON incident_runbook BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER incident_runbook_update AFTER UPDATE ON incident_runbook BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TABLE incident_traits (
    incident_id INTEGER PRIMARY KEY REFERENCES incident_reports (id) ON DELETE CASCADE,
    detection_type TEXT NOT NULL CHECK (detection_type <> ''),
    subject TEXT NOT NULL,
    errors TEXT NOT NULL DEFAULT '[]',
    files TEXT NOT NULL DEFAULT '[]',
    tools TEXT NOT NULL DEFAULT '[]',
    week_hour INTEGER NOT NULL CHECK (week_hour BETWEEN 0 AND 167),
    cause TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX incident_traits_subject ON incident_traits (subject, incident_id);
CREATE INDEX incident_traits_type ON incident_traits (detection_type, incident_id);
CREATE TRIGGER incident_traits_delete AFTER DELETE ON incident_traits BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER incident_traits_insert AFTER INSERT ON incident_traits BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER incident_traits_update AFTER UPDATE ON incident_traits BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TABLE intent (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL CHECK (length(payload) <= 65536),
    author TEXT NOT NULL CHECK (author <> '' AND length(author) <= 200),
    created_at TEXT NOT NULL,
    handled_at TEXT,
    outcome TEXT
, is_refused INTEGER NOT NULL DEFAULT 0 CHECK (is_refused IN (0, 1)), channel TEXT CHECK (length(channel) <= 100), thread TEXT CHECK (length(thread) <= 100)) STRICT;
CREATE INDEX intent_pending ON intent (id) WHERE handled_at IS NULL;
CREATE TRIGGER intent_delete AFTER DELETE ON intent BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'intents';
END;
CREATE TRIGGER intent_insert AFTER INSERT ON intent BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'intents';
END;
CREATE TRIGGER intent_update AFTER UPDATE ON intent BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'intents';
END;
CREATE TABLE job (
    name TEXT PRIMARY KEY NOT NULL,
    last_run_at TEXT,
    next_run_at TEXT
) STRICT, WITHOUT ROWID;
CREATE TRIGGER job_delete AFTER DELETE ON job BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
CREATE TRIGGER job_insert AFTER INSERT ON job BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
CREATE TRIGGER job_update AFTER UPDATE ON job BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
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
, cost_per_minute REAL) STRICT;
CREATE INDEX loop_burning ON loop_detections (status) WHERE status IN ('active', 'killing', 'kill_failed');
CREATE INDEX loop_incident ON loop_detections (incident_id);
CREATE INDEX loop_listed ON loop_detections (last_seen DESC, id DESC);
CREATE TRIGGER loop_detections_delete AFTER DELETE ON loop_detections BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'loops';
END;
CREATE TRIGGER loop_detections_insert AFTER INSERT ON loop_detections BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'loops';
END;
CREATE TRIGGER loop_detections_update AFTER UPDATE ON loop_detections BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'loops';
END;
CREATE TABLE narration_draft (
    job TEXT NOT NULL,
    subject INTEGER NOT NULL,
    model TEXT NOT NULL,
    text TEXT NOT NULL,
    started_at TEXT NOT NULL,
    PRIMARY KEY (job, subject)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER narration_draft_delete AFTER DELETE ON narration_draft BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER narration_draft_insert AFTER INSERT ON narration_draft BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER narration_draft_update AFTER UPDATE ON narration_draft BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TABLE narration_use (
    day TEXT PRIMARY KEY NOT NULL,
    tokens INTEGER NOT NULL DEFAULT 0,
    answers INTEGER NOT NULL DEFAULT 0,
    kept INTEGER NOT NULL DEFAULT 0,
    dropped INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TRIGGER narration_use_delete AFTER DELETE ON narration_use BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
CREATE TRIGGER narration_use_insert AFTER INSERT ON narration_use BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
CREATE TRIGGER narration_use_update AFTER UPDATE ON narration_use BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
CREATE TABLE "outbox_action" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    act_key TEXT NOT NULL UNIQUE CHECK (act_key <> ''),
    kind TEXT NOT NULL,
    action TEXT NOT NULL,
    incident_id INTEGER REFERENCES incident_reports (id),
    round INTEGER NOT NULL CHECK (round >= 0),
    request_id INTEGER UNIQUE REFERENCES approval_queue (id),
    ground TEXT NOT NULL CHECK (ground IN ('policy', 'person', 'order', 'notice')),
    rule TEXT CHECK (rule IN
        ('looped_generations', 'cost_of_loop', 'cost_per_hour', 'harmless_review', 'pull_percentile')),
    rule_limit REAL,
    person TEXT CHECK (person <> ''),
    intent_id INTEGER,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN
        ('waiting', 'attempting', 'done', 'failed', 'unknown')),
    tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    created_at TEXT NOT NULL,
    next_try_at TEXT,
    started_at TEXT,
    finished_at TEXT,
    detail TEXT NOT NULL DEFAULT '',
    reference TEXT, sent_at TEXT, followed_at TEXT,
    CHECK ((ground = 'policy') = (rule IS NOT NULL)),
    CHECK ((ground IN ('person', 'order')) = (person IS NOT NULL)),
    CHECK (ground <> 'person' OR request_id IS NOT NULL),
    CHECK ((ground = 'order') = (intent_id IS NOT NULL)),
    CHECK ((state = 'waiting') = (next_try_at IS NOT NULL)),
    CHECK (state IN ('waiting', 'attempting') OR finished_at IS NOT NULL)
) STRICT;
CREATE INDEX outbox_due ON outbox_action (next_try_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_failed ON outbox_action (kind) WHERE state = 'failed' AND followed_at IS NULL;
CREATE INDEX outbox_incident ON outbox_action (incident_id, id);
CREATE INDEX outbox_kind ON outbox_action (kind, created_at);
CREATE INDEX outbox_undelivered ON outbox_action (incident_id)
    WHERE ground = 'notice' AND state IN ('waiting', 'unknown');
CREATE INDEX outbox_unfinished ON outbox_action (state) WHERE state IN ('attempting', 'unknown');
CREATE TRIGGER outbox_action_delete AFTER DELETE ON outbox_action BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'acts';
END;
CREATE TRIGGER outbox_action_insert AFTER INSERT ON outbox_action BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'acts';
END;
CREATE TRIGGER outbox_action_update AFTER UPDATE ON outbox_action BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'acts';
END;
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
CREATE TRIGGER outside_alert_delete AFTER DELETE ON outside_alert BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'outside_alerts';
END;
CREATE TRIGGER outside_alert_insert AFTER INSERT ON outside_alert BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'outside_alerts';
END;
CREATE TRIGGER outside_alert_update AFTER UPDATE ON outside_alert BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'outside_alerts';
END;
CREATE TABLE provider_limit (
    provider TEXT PRIMARY KEY NOT NULL CHECK (provider IN ('slack', 'github')),
    until TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER provider_limit_delete AFTER DELETE ON provider_limit BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'acts';
END;
CREATE TRIGGER provider_limit_insert AFTER INSERT ON provider_limit BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'acts';
END;
CREATE TRIGGER provider_limit_update AFTER UPDATE ON provider_limit BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'acts';
END;
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
CREATE TRIGGER pull_risk_delete AFTER DELETE ON pull_risk BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'risk';
END;
CREATE TRIGGER pull_risk_insert AFTER INSERT ON pull_risk BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'risk';
END;
CREATE TRIGGER pull_risk_update AFTER UPDATE ON pull_risk BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'risk';
END;
CREATE TABLE sampled_trace (
    trace_id TEXT PRIMARY KEY NOT NULL CHECK (trace_id <> ''),
    last_at TEXT NOT NULL,
    score INTEGER NOT NULL CHECK (score >= 0),
    reasons TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sampled_time ON sampled_trace (last_at, reasons);
CREATE TRIGGER sampled_trace_delete AFTER DELETE ON sampled_trace BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TRIGGER sampled_trace_insert AFTER INSERT ON sampled_trace BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TRIGGER sampled_trace_update AFTER UPDATE ON sampled_trace BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TABLE sampler_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    read_until TEXT,
    rules TEXT NOT NULL
) STRICT;
CREATE TRIGGER sampler_state_delete AFTER DELETE ON sampler_state BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TRIGGER sampler_state_insert AFTER INSERT ON sampler_state BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TRIGGER sampler_state_update AFTER UPDATE ON sampler_state BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TABLE sampling_stats (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recorded_at TEXT NOT NULL UNIQUE,
    total_traces INTEGER NOT NULL CHECK (total_traces >= 0),
    sampled_traces INTEGER NOT NULL CHECK (sampled_traces >= 0),
    dropped_traces INTEGER NOT NULL CHECK (dropped_traces >= 0),
    keep_reasons TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE TRIGGER sampling_stats_delete AFTER DELETE ON sampling_stats BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TRIGGER sampling_stats_insert AFTER INSERT ON sampling_stats BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TRIGGER sampling_stats_update AFTER UPDATE ON sampling_stats BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TABLE scan_report (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at TEXT NOT NULL,
    report TEXT NOT NULL
) STRICT;
CREATE TRIGGER scan_report_delete AFTER DELETE ON scan_report BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
CREATE TRIGGER scan_report_insert AFTER INSERT ON scan_report BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
CREATE TRIGGER scan_report_update AFTER UPDATE ON scan_report BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'agent';
END;
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
CREATE TRIGGER schema_snapshot_version_delete AFTER DELETE ON schema_snapshot_version BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'drift';
END;
CREATE TRIGGER schema_snapshot_version_insert AFTER INSERT ON schema_snapshot_version BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'drift';
END;
CREATE TRIGGER schema_snapshot_version_update AFTER UPDATE ON schema_snapshot_version BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'drift';
END;
CREATE TABLE schema_snapshots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    feature_name TEXT NOT NULL UNIQUE,
    schema_json TEXT NOT NULL,
    captured_at TEXT NOT NULL,
    sample_count INTEGER NOT NULL DEFAULT 0
, state TEXT NOT NULL DEFAULT 'learning'
    CHECK (state IN ('learning', 'learned', 'drifted')), candidate_json TEXT, version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1), looked_at TEXT, newest_output TEXT, checked INTEGER NOT NULL DEFAULT 0 CHECK (checked >= 0), failed INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0), accepted_by TEXT) STRICT;
CREATE TRIGGER schema_snapshots_delete AFTER DELETE ON schema_snapshots BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'drift';
END;
CREATE TRIGGER schema_snapshots_insert AFTER INSERT ON schema_snapshots BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'drift';
END;
CREATE TRIGGER schema_snapshots_update AFTER UPDATE ON schema_snapshots BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'drift';
END;
CREATE TABLE setting_value (
    key TEXT PRIMARY KEY NOT NULL,
    position INTEGER NOT NULL,
    value TEXT NOT NULL,
    refusal TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TRIGGER setting_value_delete AFTER DELETE ON setting_value BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'settings';
END;
CREATE TRIGGER setting_value_insert AFTER INSERT ON setting_value BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'settings';
END;
CREATE TRIGGER setting_value_update AFTER UPDATE ON setting_value BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'settings';
END;
CREATE TABLE silence (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    matcher TEXT NOT NULL,
    reason TEXT NOT NULL,
    author TEXT NOT NULL CHECK (author <> ''),
    created_at TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    ended_at TEXT,
    ended_by TEXT,
    phase TEXT NOT NULL DEFAULT 'waiting' CHECK (phase IN ('waiting', 'running', 'over')),
    CHECK (starts_at < expires_at),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
) STRICT;
CREATE INDEX silence_due ON silence (phase) WHERE phase <> 'over';
CREATE TRIGGER silence_delete AFTER DELETE ON silence BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER silence_insert AFTER INSERT ON silence BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER silence_update AFTER UPDATE ON silence BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TABLE similar_incident (
    incident_id INTEGER NOT NULL REFERENCES incident_reports (id) ON DELETE CASCADE,
    past_id INTEGER NOT NULL REFERENCES incident_reports (id) ON DELETE CASCADE,
    score REAL NOT NULL,
    why TEXT NOT NULL DEFAULT '[]',
    is_same INTEGER NOT NULL CHECK (is_same IN (0, 1)),
    PRIMARY KEY (incident_id, past_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX similar_incident_past ON similar_incident (past_id) WHERE is_same = 1;
CREATE TRIGGER similar_incident_delete AFTER DELETE ON similar_incident BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER similar_incident_insert AFTER INSERT ON similar_incident BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER similar_incident_update AFTER UPDATE ON similar_incident BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TABLE source_health (
    name TEXT PRIMARY KEY NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('ok', 'syncing', 'partial', 'no_data', 'down', 'refused', 'waiting', 'not_checked', 'not_configured')),
    as_of TEXT,
    calls INTEGER NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT ''
, down_since TEXT) STRICT, WITHOUT ROWID;
CREATE TRIGGER source_health_delete AFTER DELETE ON source_health BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'health';
END;
CREATE TRIGGER source_health_insert AFTER INSERT ON source_health BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'health';
END;
CREATE TRIGGER source_health_update AFTER UPDATE ON source_health BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'health';
END;
CREATE TABLE timeline (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL REFERENCES incident_reports (id),
    at TEXT NOT NULL,
    author TEXT NOT NULL,
    event TEXT NOT NULL
) STRICT;
CREATE INDEX timeline_incident ON timeline (incident_id, id);
CREATE TRIGGER timeline_delete AFTER DELETE ON timeline BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER timeline_insert AFTER INSERT ON timeline BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TRIGGER timeline_update AFTER UPDATE ON timeline BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'incidents';
END;
CREATE TABLE topic_revision (
    topic TEXT PRIMARY KEY NOT NULL,
    revision INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE trace_pattern (
    pattern TEXT PRIMARY KEY NOT NULL CHECK (pattern <> ''),
    steps TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    opener TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX pattern_seen ON trace_pattern (last_seen);
CREATE TRIGGER trace_pattern_delete AFTER DELETE ON trace_pattern BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TRIGGER trace_pattern_insert AFTER INSERT ON trace_pattern BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TRIGGER trace_pattern_update AFTER UPDATE ON trace_pattern BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'sampling';
END;
CREATE TABLE trace_record (
    trace_id TEXT PRIMARY KEY NOT NULL CHECK (trace_id <> ''),
    tree TEXT NOT NULL,
    as_of TEXT NOT NULL,
    incident_id INTEGER REFERENCES incident_reports (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX trace_incident ON trace_record (incident_id);
CREATE TRIGGER trace_record_delete AFTER DELETE ON trace_record BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'traces';
END;
CREATE TRIGGER trace_record_insert AFTER INSERT ON trace_record BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'traces';
END;
CREATE TRIGGER trace_record_update AFTER UPDATE ON trace_record BEGIN
    UPDATE topic_revision SET revision = revision + 1 WHERE topic = 'traces';
END;
