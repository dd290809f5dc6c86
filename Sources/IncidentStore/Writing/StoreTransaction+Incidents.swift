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
    /// This scan saw the finding in it for the first time, and something else had opened it.
    package let joined: Bool
    /// How many scans have seen the incident.
    package let occurrences: Int
}

/// The incident that a finding belongs to though something else opened it, and why, as a phrase.
package struct Joining: Hashable, Sendable {
    package let incident: Int64
    package let why: String

    package init(incident: Int64, why: String) {
        (self.incident, self.why) = (incident, why)
    }
}

extension StoreTransaction {
    /// Makes a finding an incident, or an occurrence of the one that is open for its fingerprint, or a part of the one that it
    /// joins.
    ///
    /// `scan` names the scan: every scan counts once, however often it is repeated after a crash. An incident that was
    /// resolved less than `reopenWithin` ago is opened again. A note opens nothing: nil.
    package func recordFinding(
        _ finding: Finding, scan: String, joining: Joining? = nil, reopenWithin: Span, at now: Instant
    ) throws -> FindingRecord? {
        guard !finding.isNote else { return nil }
        guard let known = try latest(finding.fingerprint, resolvedAfter: now - reopenWithin) else {
            let incident = try joining.flatMap { try isUnresolved($0.incident) ? $0.incident : nil }
            let id = try incident ?? insert(finding, scan: scan, at: now)
            try insertMember(finding, of: id, why: incident == nil ? "" : joining?.why ?? "", scan: scan, at: now)
            if incident != nil {
                try note(id, "Joined: \(finding.description) (\(joining?.why ?? ""))", by: Self.agent, at: now)
                try see(finding, in: self.known(id), scan: scan, at: now)
                try addOccurrence(of: finding, to: self.known(id), scan: scan, at: now)
            }
            return try self.known(id).record(for: scan)
        }
        guard known.memberScan != scan else { return known.record(for: scan) }
        try see(finding, in: known, scan: scan, at: now)
        try updateMember(finding, of: known.id, scan: scan, at: now)
        try addOccurrence(of: finding, to: known, scan: scan, at: now)
        return try latest(finding.fingerprint, resolvedAfter: now)?.record(for: scan)
    }

    private func insert(_ finding: Finding, scan: String, at now: Instant) throws -> Int64 {
        try run(
            """
            INSERT INTO incident_reports (fingerprint, detected_at, detection_type, severity, last_seen, first_scan,
                cost_impact, cost_total)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(finding.fingerprint.text), .init(now), .text(finding.type.rawValue),
                .text(finding.severity.rawValue), .init(finding.lastSeen), .text(scan), .real(finding.costPerHour),
                .real(max(0, finding.costPerHour * (finding.lastSeen - finding.onset).seconds / 3600)),
            ])
        let id = connection.lastInsertedRowID
        try note(id, "Opened: \(finding.description)", by: Self.agent, at: now)
        return id
    }

    /// Brings an incident up to date with a finding that was just written.
    ///
    /// The severity is the worst since the incident opened. The cost is the highest that one finding of this scan names, as two
    /// may count the same dollars. The first finding of a scan makes it an occurrence.
    private func addOccurrence(of finding: Finding, to known: Known, scan: String, at now: Instant) throws {
        let severity = max(finding.severity, known.severity)
        try addCost(of: finding, to: known.id)
        try run(
            """
            UPDATE incident_reports SET severity = ?2, last_seen = f.last_seen, cost_impact = f.cost,
                occurrences = occurrences + (f.findings = 1)
            FROM (SELECT max(last_seen) AS last_seen, max(cost_impact) FILTER (WHERE last_scan = ?1) AS cost,
                    count(*) FILTER (WHERE last_scan = ?1) AS findings
                FROM incident_finding WHERE incident_id = ?3) AS f
            WHERE id = ?3
            """, [.text(scan), .text(severity.rawValue), .integer(known.id)])
        if severity > known.severity {
            try note(
                known.id, "Raised from \(known.severity.rawValue) to \(severity.rawValue): \(finding.description)",
                by: Self.agent, at: now)
        }
    }

    /// Tells the incident's life that it was seen; one that was resolved is opened again.
    private func see(_ finding: Finding, in known: Known, scan: String, at now: Instant) throws {
        let isWorse = finding.severity > known.severity
        let worse = isWorse ? "Raised from \(known.severity.rawValue) to \(finding.severity.rawValue)" : nil
        guard try receive(.seen(worse: worse), of: known.id, at: now).isReopened else { return }
        try run("UPDATE incident_reports SET reopened_scan = ? WHERE id = ?", [.text(scan), .integer(known.id)])
    }

    private func isUnresolved(_ incident: Int64) throws -> Bool {
        try !snapshot.rows(
            "incident_reports", "SELECT id FROM incident_reports WHERE id = ? AND state <> 'resolved'",
            [.integer(incident)]
        ).isEmpty
    }

    // MARK: what is known

    private static let knownColumns = """
        i.id, i.severity, i.occurrences, i.first_scan, i.reopened_scan, f.last_scan AS member_scan,
        f.occurrences AS member_occurrences, f.why
        """

    /// The unresolved incident that a fingerprint belongs to, else the one resolved last, if that was after `moment`.
    private func latest(_ fingerprint: Fingerprint, resolvedAfter moment: Instant) throws -> Known? {
        try snapshot.rows(
            "incident_reports",
            """
            SELECT \(Self.knownColumns) FROM incident_finding f JOIN incident_reports i ON i.id = f.incident_id
            WHERE f.fingerprint = ? AND (i.resolved_at IS NULL OR i.resolved_at > ?)
            ORDER BY i.resolved_at IS NULL DESC, i.resolved_at DESC, i.id DESC LIMIT 1
            """, [.text(fingerprint.text), .init(moment)]
        ).first.map(Known.init)
    }

    /// An incident by the finding that it saw last.
    private func known(_ incident: Int64) throws -> Known {
        let row = try snapshot.rows(
            "incident_reports",
            """
            SELECT \(Self.knownColumns) FROM incident_finding f JOIN incident_reports i ON i.id = f.incident_id
            WHERE i.id = ? ORDER BY f.joined_at DESC, f.why <> '' DESC LIMIT 1
            """, [.integer(incident)]
        ).first
        guard let row else { throw StoreError.noIncident(incident) }
        return try Known(row)
    }

    private struct Known {
        let id: Int64
        let severity: Severity
        let occurrences: Int
        let firstScan: String
        let reopenedScan: String?
        let memberScan: String
        let hasJustJoined: Bool

        init(_ row: StoredRow) throws {
            id = try row.id()
            severity = try row.choice("severity")
            occurrences = try row.integer("occurrences")
            firstScan = try row.text("first_scan")
            reopenedScan = row.optionalText("reopened_scan")
            memberScan = try row.text("member_scan")
            hasJustJoined = try row.integer("member_occurrences") == 1 && !row.text("why").isEmpty
        }

        func record(for scan: String) -> FindingRecord {
            FindingRecord(
                incident: id, isNew: firstScan == scan, reopened: reopenedScan == scan,
                joined: hasJustJoined && memberScan == scan, occurrences: occurrences)
        }
    }
}
