package import Basics
package import OnCallModel

extension StoreSnapshot {
    /// The columns of a summary, with those of its silence and of the finding that opened it, the number of its findings, and its
    /// cost: the sum of its hours, or the cost of its loops if that is higher.
    static let summaries = joined(
        """
        i.id, i.fingerprint, i.detection_type, i.severity, i.state, i.shown_state, i.last_seen, i.occurrences,
            i.cost_impact, i.approval, i.acknowledged_at, i.acknowledged_by, i.resolved_at, i.resolved_by,
            i.snoozed_until, i.snoozed_by, i.silence_id, i.inhibited_by, i.inhibited_why,
            i.flapping_since, i.is_present, i.changes, i.reopened, i.notified_at, i.notice_at,
            i.pending_notice
        """)
    /// The same with the report.
    static let details = joined("i.*")

    private static func joined(_ columns: String) -> String {
        """
        SELECT \(columns), coalesce(lead.subject, '') AS subject, coalesce(lead.headline, '') AS headline,
            coalesce((SELECT min(first_seen) FROM incident_finding f WHERE f.incident_id = i.id), i.detected_at)
                AS first_seen, s.expires_at AS silence_until, s.reason AS silence_reason,
            (SELECT count(*) FROM incident_finding f WHERE f.incident_id = i.id) AS parts,
            (SELECT json_group_array(o.kind || ' ' || o.detail) FROM outbox_action o
                WHERE o.incident_id = i.id AND \(undelivered)) AS undelivered,
            max(i.cost_total, coalesce((SELECT sum(cost_burned) FROM loop_detections l WHERE l.incident_id = i.id), 0))
                AS spent
        FROM incident_reports i LEFT JOIN silence s ON s.id = i.silence_id
            LEFT JOIN incident_finding lead ON lead.incident_id = i.id AND lead.fingerprint = i.fingerprint
        """
    }

    package func life(ofIncident id: Int64) throws -> IncidentLife? {
        try rows("incident_reports", Self.summaries + " WHERE i.id = ?", [.integer(id)]).first?.incidentLife()
    }

    /// The incidents that are not resolved, and the flapping ones in any state.
    package func livingIncidents() throws -> [IncidentSummary] {
        try rows(
            "incident_reports", Self.summaries + " WHERE i.rank > 0 ORDER BY i.rank DESC, i.last_seen DESC, i.id DESC"
        ).map { try $0.incidentSummary() }
    }

    /// When the next snooze ends, or the next silence begins or ends.
    package func nextLifeMoment() throws -> Instant? {
        try scalar(
            """
            SELECT min(at) FROM (
                SELECT min(snoozed_until) AS at FROM incident_reports WHERE snoozed_until IS NOT NULL
                UNION ALL SELECT CASE phase WHEN 'waiting' THEN starts_at ELSE expires_at END FROM silence
                    WHERE phase <> 'over')
            """)?.instant
    }

    // MARK: silences

    /// Active, pending, then expired silences; the latest end first.
    package func silences(limit: Int) throws -> [Silence] {
        try rows(
            "silence",
            """
            SELECT * FROM silence ORDER BY CASE phase WHEN 'running' THEN 0 WHEN 'waiting' THEN 1 ELSE 2 END,
                expires_at DESC, id DESC LIMIT ?
            """, [.init(limit)]
        ).map { try $0.silence() }
    }

    package func silence(_ id: Int64) throws -> Silence? {
        try rows("silence", "SELECT * FROM silence WHERE id = ?", [.integer(id)]).first?.silence()
    }

    /// The silences that are active at a moment; the latest end first.
    package func silencesInForce(at now: Instant) throws -> [Silence] {
        try rows("silence", "SELECT * FROM silence WHERE phase <> 'over' ORDER BY expires_at DESC, id")
            .map { try $0.silence() }.filter { $0.isInForce(at: now) }
    }
}

extension StoreQuery {
    package static func silences(limit: Int) -> Self where Answer == [Silence] {
        Self { try $0.silences(limit: limit) }
    }
}

extension StoredRow {
    func incidentLife() throws -> IncidentLife {
        var life = try IncidentLife(stage: choice("state"))
        (life.acknowledgedAt, life.acknowledgedBy) = (
            try optionalInstant("acknowledged_at"), optionalText("acknowledged_by")
        )
        (life.resolvedAt, life.resolvedBy) = (try optionalInstant("resolved_at"), optionalText("resolved_by"))
        (life.snoozedUntil, life.snoozedBy) = (try optionalInstant("snoozed_until"), optionalText("snoozed_by"))
        if let id = try optionalID("silence_id") {
            life.silence = IncidentLife.Hold(
                id: id, until: try instant("silence_until"), reason: try text("silence_reason"))
        }
        if let incident = try optionalID("inhibited_by") {
            life.parent = IncidentLife.Parent(incident: incident, why: optionalText("inhibited_why") ?? "")
        }
        life.flappingSince = try optionalInstant("flapping_since")
        life.isPresent = try flag("is_present")
        life.changes = try (json("changes").array ?? []).compactMap(\.instant)
        life.reopened = try integer("reopened")
        (life.notifiedAt, life.noticeAt) = (try optionalInstant("notified_at"), try optionalInstant("notice_at"))
        life.pendingNotice = optionalText("pending_notice")
        life.cost = try real("spent")
        return life
    }

    fileprivate func silence() throws -> Silence {
        guard let matcher = try Silence.Matcher(stored: json("matcher")) else {
            throw damaged("its matcher is not known")
        }
        return try Silence(
            id: id(), matcher: matcher, reason: text("reason"), author: text("author"),
            createdAt: instant("created_at"), startsAt: instant("starts_at"), expiresAt: instant("expires_at"),
            endedAt: optionalInstant("ended_at"), endedBy: optionalText("ended_by"))
    }
}
