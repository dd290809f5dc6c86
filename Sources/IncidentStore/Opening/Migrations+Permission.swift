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

    /// Why an act is allowed, as values and not as a sentence; how often a request was asked, as its number and not in its key.
    ///
    /// What was done or asked before counts for the present round of its incident, so that nothing is done again because of
    /// this step. A request whose remedy was carried out already is closed.
    enum Permissions {
        static let sql =
            """
            UPDATE approval_queue AS q SET status = 'approved',
                resolved_at = (SELECT max(q.created_at, min(a.created_at)) FROM outbox_action a
                    WHERE a.incident_id = q.incident_id AND a.kind = q.action_type),
                resolved_by = (SELECT a.allowed_by FROM outbox_action a
                    WHERE a.incident_id = q.incident_id AND a.kind = q.action_type ORDER BY a.id LIMIT 1)
            WHERE status = 'pending' AND EXISTS (SELECT 1 FROM outbox_action a
                WHERE a.incident_id = q.incident_id AND a.kind = q.action_type);
            UPDATE incident_reports AS i SET approval = 'auto' WHERE approval = 'pending'
                AND NOT EXISTS (SELECT 1 FROM approval_queue WHERE incident_id = i.id AND status = 'pending');

            CREATE TABLE outbox_action_new (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                act_key TEXT NOT NULL UNIQUE CHECK (act_key <> ''),
                kind TEXT NOT NULL,
                action TEXT NOT NULL,
                incident_id INTEGER REFERENCES incident_reports (id),
                round INTEGER NOT NULL CHECK (round >= 0),
                request_id INTEGER UNIQUE REFERENCES approval_queue (id),
                ground TEXT NOT NULL CHECK (ground IN ('policy', 'person', 'order', 'notice')),
                rule TEXT CHECK (rule IN
                    ('looped_generations', 'cost_of_loop', 'cost_per_hour', 'harmless_review')),
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
                reference TEXT,
                CHECK ((ground = 'policy') = (rule IS NOT NULL)),
                CHECK ((ground IN ('person', 'order')) = (person IS NOT NULL)),
                CHECK (ground <> 'person' OR request_id IS NOT NULL),
                CHECK ((ground = 'order') = (intent_id IS NOT NULL)),
                CHECK ((state = 'waiting') = (next_try_at IS NOT NULL)),
                CHECK (state IN ('waiting', 'attempting') OR finished_at IS NOT NULL)
            ) STRICT;
            INSERT INTO outbox_action_new (id, act_key, kind, action, incident_id, round, request_id, ground, rule,
                rule_limit, person, intent_id, state, tries, created_at, next_try_at, started_at, finished_at, detail,
                reference)
            SELECT id, act_key, kind, action, incident_id,
                coalesce((SELECT reopened FROM incident_reports i WHERE i.id = incident_id), 0), request_id, ground,
                CASE WHEN ground = 'policy' THEN rule END,
                CASE WHEN ground = 'policy' AND rule = 'looped_generations'
                        THEN CAST(substr(allowed_by, length('policy: more than ') + 1) AS REAL)
                    WHEN ground = 'policy' AND rule <> 'harmless_review'
                        THEN CAST(substr(allowed_by, instr(allowed_by, '$') + 1) AS REAL) END,
                CASE WHEN ground IN ('person', 'order') THEN allowed_by END,
                CASE WHEN ground = 'order' THEN intent END,
                state, tries, created_at, next_try_at, started_at, finished_at, detail, reference
            FROM (SELECT *,
                CASE WHEN allowed_by = 'policy: notices' THEN 'notice'
                    WHEN allowed_by LIKE 'policy:%' AND rule IS NOT NULL THEN 'policy'
                    WHEN request_id IS NOT NULL THEN 'person'
                    ELSE 'order' END AS ground
                FROM (SELECT *,
                    CASE WHEN allowed_by LIKE 'policy: more than $%' THEN 'cost_per_hour'
                        WHEN allowed_by LIKE 'policy: more than % looped generations' THEN 'looped_generations'
                        WHEN allowed_by LIKE 'policy: repetitive loop above $%' THEN 'cost_of_loop'
                        WHEN allowed_by = 'policy: a review is harmless' THEN 'harmless_review' END AS rule,
                    CASE WHEN act_key LIKE 'intent-%' THEN CAST(substr(act_key, length('intent-') + 1) AS INTEGER)
                        ELSE 0 END AS intent
                    FROM outbox_action));
            DROP TABLE outbox_action;
            ALTER TABLE outbox_action_new RENAME TO outbox_action;
            CREATE INDEX outbox_due ON outbox_action (next_try_at, id) WHERE state = 'waiting';
            CREATE INDEX outbox_unfinished ON outbox_action (state) WHERE state IN ('attempting', 'unknown');
            CREATE INDEX outbox_kind ON outbox_action (kind, created_at);
            CREATE INDEX outbox_incident ON outbox_action (incident_id, id);

            DROP INDEX approval_asked;
            ALTER TABLE approval_queue ADD COLUMN round INTEGER NOT NULL DEFAULT 0 CHECK (round >= 0);
            ALTER TABLE approval_queue ADD COLUMN number INTEGER NOT NULL DEFAULT 1 CHECK (number >= 1);
            UPDATE approval_queue AS q SET
                round = coalesce((SELECT reopened FROM incident_reports i WHERE i.id = q.incident_id), 0),
                number = CASE WHEN instr(request_key, '#') > 0
                    THEN max(1, CAST(substr(request_key, instr(request_key, '#') + 1) AS INTEGER)) ELSE 1 END;
            ALTER TABLE approval_queue DROP COLUMN request_key;
            UPDATE approval_queue AS q SET status = 'expired', resolved_at = expires_at, resolved_by = 'agent'
            WHERE status = 'pending' AND EXISTS (SELECT 1 FROM approval_queue n WHERE n.status = 'pending' AND n.id > q.id
                AND n.incident_id = q.incident_id AND n.action_type = q.action_type AND n.trace_id IS q.trace_id);
            CREATE UNIQUE INDEX approval_asked ON approval_queue (incident_id, action_type, coalesce(trace_id, ''))
                WHERE status = 'pending';

            """ + counting("outbox_action", as: "acts")
    }
}
