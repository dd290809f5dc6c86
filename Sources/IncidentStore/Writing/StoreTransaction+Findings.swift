package import Basics
import OnCallModel
import SQLiteKit

/// The findings that an incident is made of.
extension StoreTransaction {
    func insertMember(_ finding: Finding, of incident: Int64, why: String, scan: String, at now: Instant) throws {
        try insert(
            into: "incident_finding",
            [
                "incident_id": .integer(incident), "fingerprint": .text(finding.fingerprint.text),
                "detection_type": .text(finding.type.rawValue), "severity": .text(finding.severity.rawValue),
                "subject": .text(finding.subject), "headline": .text(finding.description), "joined_at": .init(now),
                "why": .text(why), "first_seen": .init(finding.onset), "last_seen": .init(finding.lastSeen),
                "seen_at": .init(now), "last_scan": .text(scan), "cost_impact": .real(finding.costPerHour),
                "query_sql": .text(finding.sql), "evidence": .text(finding.facts.json.serialized),
                "links": .text(finding.links.stored.serialized),
            ])
    }

    func updateMember(_ finding: Finding, of incident: Int64, scan: String, at now: Instant) throws {
        try run(
            """
            UPDATE incident_finding SET severity = ?, headline = ?, first_seen = min(first_seen, ?),
                last_seen = max(last_seen, ?), seen_at = ?, occurrences = occurrences + (last_scan IS NOT ?), last_scan = ?,
                cost_impact = ?, query_sql = ?, evidence = ?, links = ?
            WHERE incident_id = ? AND fingerprint = ?
            """,
            [
                .text(finding.severity.rawValue), .text(finding.description), .init(finding.onset),
                .init(finding.lastSeen), .init(now), .text(scan), .text(scan), .real(finding.costPerHour),
                .text(finding.sql),
                .text(finding.facts.json.serialized), .text(finding.links.stored.serialized), .integer(incident),
                .text(finding.fingerprint.text),
            ])
    }

    /// Moves the findings of an incident that has just been opened to another one, and deletes it: it is the same failure. The
    /// caller investigates the other one again. False if people were already notified or asked, or one of the two does not
    /// exist.
    package func absorb(_ incident: Int64, into other: Int64, why: String, at now: Instant) throws -> Bool {
        guard try snapshot.acts(ofIncident: incident).isEmpty, try snapshot.approvals(ofIncident: incident).isEmpty,
            incident != other, let gone = try snapshot.incident(incident)?.summary,
            try snapshot.incident(other).map({ $0.summary.life.stage != .resolved }) == true
        else { return false }
        try run("UPDATE incident_finding SET why = ? WHERE incident_id = ?", [.text(why), .integer(incident)])
        for table in [
            "incident_finding", "loop_detections", "drift_events", "trace_record", "cause_mark", "incident_note",
        ] {
            try run(
                "UPDATE \(table) SET incident_id = ? WHERE incident_id = ?", [.integer(other), .integer(incident)])
        }
        try run(
            "UPDATE incident_reports SET inhibited_by = NULL, inhibited_why = NULL WHERE inhibited_by = ?",
            [.integer(incident)])
        try run("DELETE FROM timeline WHERE incident_id = ?", [.integer(incident)])
        try run("DELETE FROM incident_reports WHERE id = ?", [.integer(incident)])
        try raise(other, by: gone)
        try note(other, "Joined: \(gone.headline) (\(why))", by: Self.agent, at: now)
        return true
    }
}
