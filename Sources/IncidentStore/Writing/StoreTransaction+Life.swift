package import Basics
package import OnCallModel

extension StoreTransaction {
    /// Applies an event to an incident and saves its new state and timeline. The result says what to notify.
    package func receive(
        _ event: IncidentLife.Event, of incident: Int64, by author: String = agent, at now: Instant
    ) throws -> IncidentLife.Turn {
        guard let before = try snapshot.life(ofIncident: incident) else {
            return IncidentLife.Turn(refusal: "does not exist")
        }
        var life = before
        let turn = life.receive(event, at: now)
        if life != before { try save(life, of: incident) }
        for event in turn.notes { try note(incident, event, by: author, at: now) }
        return turn
    }

    /// The notice of an incident that is due now, marked as put into the outbox.
    package func takePendingNotice(of incident: Int64, renotify: Span, at now: Instant) throws -> IncidentLife.Notice? {
        guard let summary = try snapshot.incident(incident)?.summary else { return nil }
        var life = summary.life
        guard let notice = life.due(at: now, severity: summary.severity, renotify: renotify) else { return nil }
        try save(life, of: incident)
        return notice
    }

    private func save(_ life: IncidentLife, of incident: Int64) throws {
        try run(
            """
            UPDATE incident_reports SET state = ?, acknowledged_at = ?, acknowledged_by = ?, resolved_at = ?,
                resolved_by = ?, snoozed_until = ?, snoozed_by = ?, silence_id = ?, inhibited_by = ?,
                inhibited_why = ?, flapping_since = ?, is_present = ?, changes = ?, reopened = ?, notice_at = ?,
                pending_notice = ?
            WHERE id = ?
            """,
            [
                .text(life.stage.rawValue), .init(life.acknowledgedAt), .init(life.acknowledgedBy),
                .init(life.resolvedAt), .init(life.resolvedBy), .init(life.snoozedUntil), .init(life.snoozedBy),
                .init(life.silence?.id), .init(life.parent?.incident), .init(life.parent?.why),
                .init(life.flappingSince), .init(life.isPresent), .text(life.changes.json.serialized),
                .init(life.reopened), .init(life.noticeAt), .init(life.pendingNotice), .integer(incident),
            ])
    }

    /// False if the incident is not open.
    package func acknowledge(_ incident: Int64, by author: String, at now: Instant) throws -> Bool {
        try receive(.acknowledge(by: author), of: incident, by: author, at: now).refusal == nil
    }

    /// False if the incident is already resolved.
    package func resolve(_ incident: Int64, by author: String, at now: Instant) throws -> Bool {
        try receive(.resolve(by: author, sentence: ""), of: incident, by: author, at: now).refusal == nil
    }

    /// Adds the cost of the time since the last scan, at the rate of this scan.
    func addCost(of finding: Finding, to incident: Int64) throws {
        try run(
            """
            UPDATE incident_reports SET cost_total = cost_total
                + max(0, (julianday(?1) - julianday(max(last_seen, ?2))) * 24) * ?3 WHERE id = ?4
            """,
            [
                .init(finding.lastSeen), .init(finding.onset), .real(max(0, finding.costPerHour)),
                .integer(incident),
            ])
    }
}
