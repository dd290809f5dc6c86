package import Basics
package import OnCallModel
import SQLiteKit

/// What the store made of a finding. The same scan asked again gets the same answer.
package struct FindingRecord: Hashable, Sendable {
    package let incident: Int64
    /// This scan opened the incident.
    package let isNew: Bool
    /// This scan opened it again after it was resolved.
    package let reopened: Bool
    /// How many scans have seen it.
    package let occurrences: Int
}

extension StoreTransaction {
    /// Makes a finding an incident, or an occurrence of the one that is open for its fingerprint.
    ///
    /// `scan` names the scan: every scan counts once, however often it is repeated after a crash. An incident that was
    /// resolved less than `reopenWithin` ago is opened again. A note opens nothing: nil.
    package func recordFinding(
        _ finding: Finding, scan: String, reopenWithin: Span, at now: Instant
    ) throws -> FindingRecord? {
        guard !finding.isNote else { return nil }
        guard let known = try latest(finding.fingerprint, resolvedAfter: now - reopenWithin) else {
            try insert(finding, scan: scan, at: now)
            return try latest(finding.fingerprint, resolvedAfter: now)?.record(for: scan)
        }
        guard known.lastScan != scan else { return known.record(for: scan) }
        if known.state == .resolved { try reopen(known.id, scan: scan, at: now) }
        try addOccurrence(of: finding, to: known, scan: scan, at: now)
        return try latest(finding.fingerprint, resolvedAfter: now)?.record(for: scan)
    }

    private func insert(_ finding: Finding, scan: String, at now: Instant) throws {
        try run(
            """
            INSERT INTO incident_reports (fingerprint, detected_at, detection_type, severity, subject, headline,
                first_seen, last_seen, seen_at, first_scan, last_scan, cost_impact, query_sql, evidence)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(finding.fingerprint.text), .init(now), .text(finding.type.rawValue),
                .text(finding.severity.rawValue), .text(finding.subject), .text(finding.description),
                .init(finding.onset), .init(finding.lastSeen), .init(now), .text(scan), .text(scan),
                .real(finding.costPerHour), .text(finding.sql), .text(finding.evidence.serialized),
            ])
        try note(connection.lastInsertedRowID, "Opened: \(finding.description)", by: Self.agent, at: now)
    }

    /// The figures are the latest ones; the severity is the worst since the incident opened.
    private func addOccurrence(of finding: Finding, to known: Known, scan: String, at now: Instant) throws {
        let severity = max(finding.severity, known.severity)
        try run(
            """
            UPDATE incident_reports SET occurrences = occurrences + 1, last_scan = ?, seen_at = ?, severity = ?,
                headline = ?, first_seen = min(first_seen, ?), last_seen = max(last_seen, ?), cost_impact = ?,
                query_sql = ?, evidence = ?
            WHERE id = ?
            """,
            [
                .text(scan), .init(now), .text(severity.rawValue), .text(finding.description), .init(finding.onset),
                .init(finding.lastSeen), .real(finding.costPerHour), .text(finding.sql),
                .text(finding.evidence.serialized), .integer(known.id),
            ])
        if severity > known.severity {
            try note(
                known.id, "Raised from \(known.severity.rawValue) to \(severity.rawValue): \(finding.description)",
                by: Self.agent, at: now)
        }
    }

    private func reopen(_ id: Int64, scan: String, at now: Instant) throws {
        try run(
            """
            UPDATE incident_reports SET state = 'open', resolved_at = NULL, resolved_by = NULL, acknowledged_at = NULL,
                acknowledged_by = NULL, reopened_scan = ? WHERE id = ?
            """, [.text(scan), .integer(id)])
        try note(id, "Opened again", by: Self.agent, at: now)
    }

    /// The unresolved incident of a fingerprint, else the one resolved last, if that was after `moment`.
    private func latest(_ fingerprint: Fingerprint, resolvedAfter moment: Instant) throws -> Known? {
        try snapshot.rows(
            "incident_reports",
            """
            SELECT id, state, severity, occurrences, first_scan, reopened_scan, last_scan FROM incident_reports
            WHERE fingerprint = ? AND (resolved_at IS NULL OR resolved_at > ?)
            ORDER BY resolved_at IS NULL DESC, resolved_at DESC, id DESC LIMIT 1
            """, [.text(fingerprint.text), .init(moment)]
        ).first.map(Known.init)
    }

    private struct Known {
        let id: Int64
        let state: IncidentState
        let severity: Severity
        let occurrences: Int
        let firstScan: String
        let reopenedScan: String?
        let lastScan: String

        init(_ row: StoredRow) throws {
            id = try row.id()
            state = try row.choice("state")
            severity = try row.choice("severity")
            occurrences = try row.integer("occurrences")
            firstScan = try row.text("first_scan")
            reopenedScan = row.optionalText("reopened_scan")
            lastScan = try row.text("last_scan")
        }

        func record(for scan: String) -> FindingRecord {
            FindingRecord(
                incident: id, isNew: firstScan == scan, reopened: reopenedScan == scan, occurrences: occurrences)
        }
    }
}
