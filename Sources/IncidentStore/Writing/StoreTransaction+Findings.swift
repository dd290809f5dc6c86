package import Basics
import OnCallModel
import SQLiteKit

/// The findings that an incident is made of.
extension StoreTransaction {
    func insertMember(_ finding: Finding, of incident: Int64, why: String, scan: String, at now: Instant) throws {
        try run(
            """
            INSERT INTO incident_finding (incident_id, fingerprint, detection_type, severity, subject, headline,
                joined_at, why, first_seen, last_seen, seen_at, last_scan, cost_impact, query_sql, evidence, links)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?7, ?11, ?12, ?13, ?14, ?15)
            """,
            [
                .integer(incident), .text(finding.fingerprint.text), .text(finding.type.rawValue),
                .text(finding.severity.rawValue), .text(finding.subject), .text(finding.description), .init(now),
                .text(why), .init(finding.onset), .init(finding.lastSeen), .text(scan), .real(finding.costPerHour),
                .text(finding.sql), .text(finding.facts.json.serialized), .text(finding.links.stored.serialized),
            ])
    }

    func updateMember(_ finding: Finding, of incident: Int64, scan: String, at now: Instant) throws {
        try run(
            """
            UPDATE incident_finding SET severity = ?, headline = ?, first_seen = min(first_seen, ?),
                last_seen = max(last_seen, ?), seen_at = ?, last_scan = ?, occurrences = occurrences + 1,
                cost_impact = ?, query_sql = ?, evidence = ?, links = ?
            WHERE incident_id = ? AND fingerprint = ?
            """,
            [
                .text(finding.severity.rawValue), .text(finding.description), .init(finding.onset),
                .init(finding.lastSeen), .init(now), .text(scan), .real(finding.costPerHour), .text(finding.sql),
                .text(finding.facts.json.serialized), .text(finding.links.stored.serialized), .integer(incident),
                .text(finding.fingerprint.text),
            ])
    }

    /// Puts the findings of an incident that has just been opened into another one, and takes it away: it was the same
    /// trouble. The other is to be investigated anew with what it got. False where somebody was told of it or asked already, or
    /// it is not there.
    package func absorb(_ incident: Int64, into other: Int64, why: String, at now: Instant) throws -> Bool {
        let isTold =
            try !snapshot.acts(ofIncident: incident).isEmpty || !snapshot.approvals(ofIncident: incident).isEmpty
        guard !isTold, incident != other, let gone = try snapshot.incident(incident)?.summary,
            try snapshot.incident(other).map({ $0.summary.life.stage != .resolved }) == true
        else { return false }
        let numbers: [Value] = [.integer(other), .integer(incident)]
        try run(
            "UPDATE incident_finding SET incident_id = ?, why = ? WHERE incident_id = ?",
            [.integer(other), .text(why), .integer(incident)])
        try run("UPDATE loop_detections SET incident_id = ? WHERE incident_id = ?", numbers)
        try run("UPDATE drift_events SET incident_id = ? WHERE incident_id = ?", numbers)
        try run("UPDATE trace_record SET incident_id = ? WHERE incident_id = ?", numbers)
        try run(
            "UPDATE incident_reports SET inhibited_by = NULL, inhibited_why = NULL WHERE inhibited_by = ?",
            [.integer(incident)])
        try run("DELETE FROM timeline WHERE incident_id = ?", [.integer(incident)])
        try run("DELETE FROM incident_reports WHERE id = ?", [.integer(incident)])
        let severity = try max(gone.severity, snapshot.incident(other)?.summary.severity ?? gone.severity)
        try run(
            """
            UPDATE incident_reports SET severity = ?, last_seen = max(last_seen, ?), cost_impact = max(cost_impact, ?),
                cost_total = max(cost_total, ?) WHERE id = ?
            """,
            [
                .text(severity.rawValue), .init(gone.lastSeen), .real(gone.costPerHour), .real(gone.life.cost),
                .integer(other),
            ])
        try note(other, "Joined: \(gone.headline) (\(why))", by: Self.agent, at: now)
        return true
    }
}
