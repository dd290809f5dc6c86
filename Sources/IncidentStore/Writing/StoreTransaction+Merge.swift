package import Basics
package import OnCallModel

/// Two incidents that turn out to be one.
extension StoreTransaction {
    /// Closes an incident of which people were notified into an older one with the same cause: its findings are members of the
    /// other one from now on, its request expires, and what it would still do or tell is withdrawn. A kill that it has allowed
    /// counts for the other one.
    ///
    /// - Returns: what its message says from now on; nil if one of the two does not exist or is resolved.
    package func close(_ incident: Int64, into other: Int64, why: String, at now: Instant) throws -> IncidentLife.Turn?
    {
        guard incident != other, let gone = try snapshot.incident(incident)?.summary, gone.life.stage != .resolved,
            let head = try snapshot.incident(other)?.summary, head.life.stage != .resolved
        else { return nil }
        try copyFindings(of: incident, to: other, why: why)
        for table in ["loop_detections", "drift_events"] {
            try run(
                "UPDATE \(table) SET incident_id = ? WHERE incident_id = ?", [.integer(other), .integer(incident)])
        }
        try run(
            "UPDATE incident_reports SET inhibited_by = NULL, inhibited_why = NULL WHERE inhibited_by = ?",
            [.integer(incident)])
        try expireRequests(of: incident, at: now)
        try withdrawActs(of: incident, because: "Merged into incident \(other).", at: now)
        try run(
            "UPDATE outbox_action SET incident_id = ?, round = ? WHERE incident_id = ? AND kind = ?",
            [
                .integer(other), .init(head.life.reopened), .integer(incident),
                .text(Action.Kind.killLoop.rawValue),
            ])
        try raise(other, by: gone)
        try note(other, "Merged with incident \(incident): \(gone.headline) (\(why))", by: Self.agent, at: now)
        let sentence = "Merged into incident \(other): \(why)."
        return try receive(.resolve(by: Self.agent, sentence: sentence), of: incident, at: now)
    }

    /// The incident keeps its own rows, which its list and report show.
    private func copyFindings(of incident: Int64, to other: Int64, why: String) throws {
        let columns = """
            fingerprint, detection_type, severity, subject, headline, joined_at, first_seen, last_seen, seen_at, last_scan,
            occurrences, cost_impact, query_sql, evidence, links
            """
        try run(
            """
            INSERT OR IGNORE INTO incident_finding (incident_id, why, \(columns))
            SELECT ?1, ?2, \(columns) FROM incident_finding WHERE incident_id = ?3
            """, [.integer(other), .text(why), .integer(incident)])
    }

    private func expireRequests(of incident: Int64, at now: Instant) throws {
        try run(
            """
            UPDATE approval_queue SET status = 'expired', resolved_at = ?, resolved_by = ?
            WHERE incident_id = ? AND status = 'pending'
            """, [.init(now), .text(Self.agent), .integer(incident)])
        try run(
            "UPDATE incident_reports SET approval = 'none' WHERE id = ? AND approval = 'pending'", [.integer(incident)])
    }

    /// What waits is not carried out, but for a kill, which moves to the other incident.
    private func withdrawActs(of incident: Int64, because reason: String, at now: Instant) throws {
        for act in try snapshot.acts(ofIncident: incident)
        where act.state == .waiting && ![.killLoop, .updatePost].contains(act.action.kind) {
            try withdraw(act.id, because: reason, at: now)
        }
    }

    /// An incident is at least as severe and costly as what it takes up.
    func raise(_ incident: Int64, by gone: IncidentSummary) throws {
        let severity = try max(gone.severity, snapshot.incident(incident)?.summary.severity ?? gone.severity)
        try run(
            """
            UPDATE incident_reports SET severity = ?, last_seen = max(last_seen, ?), cost_impact = max(cost_impact, ?),
                cost_total = max(cost_total, ?) WHERE id = ?
            """,
            [
                .text(severity.rawValue), .init(gone.lastSeen), .real(gone.costPerHour), .real(gone.life.cost),
                .integer(incident),
            ])
    }
}
