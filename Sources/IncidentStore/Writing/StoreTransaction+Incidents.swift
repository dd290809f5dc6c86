package import Basics
package import OnCallModel
import SQLiteKit

/// The result of recording a finding. A scan that is repeated gets the same result.
package struct FindingRecord: Hashable, Sendable {
    package let incident: Int64
    /// This scan opened the incident.
    package let isNew: Bool
    /// This scan reopened it.
    package let reopened: Bool
    /// This scan added the finding to an incident that another finding had opened.
    package let joined: Bool
    /// How many scans have seen the incident.
    package let occurrences: Int
}

/// The incident of another finding that a finding joins, and why, as a phrase.
package struct Joining: Hashable, Sendable {
    package let incident: Int64
    package let why: String
    /// An incident that was resolved since then is opened again; nil: one that is resolved is not joined.
    package let since: Instant?

    package init(incident: Int64, why: String, since: Instant? = nil) {
        (self.incident, self.why, self.since) = (incident, why, since)
    }
}

extension StoreTransaction {
    /// Records a finding: as a new incident, as an occurrence of the open incident with its fingerprint, or as a part of the
    /// incident that it joins.
    ///
    /// `scan` identifies the scan, which counts once even if it is repeated after a crash. An incident that was resolved less than
    /// `reopenWithin` ago is reopened. Nil for a note, which opens no incident.
    package func recordFinding(
        _ finding: Finding, scan: String, joining: Joining? = nil, reopenWithin: Span, at now: Instant
    ) throws -> FindingRecord? {
        guard !finding.isNote else { return nil }
        guard let known = try latest(finding.fingerprint, resolvedAfter: now - reopenWithin) else {
            let incident = try joining.flatMap { try isOpen($0.incident, since: $0.since) ? $0.incident : nil }
            let id = try incident ?? insert(finding, scan: scan, at: now)
            try insertMember(finding, of: id, why: incident == nil ? "" : joining?.why ?? "", scan: scan, at: now)
            if incident != nil {
                try note(id, "Joined: \(finding.description) (\(joining?.why ?? ""))", by: Self.agent, at: now)
                try see(finding, in: self.known(id), scan: scan, at: now)
                try addOccurrence(of: finding, to: self.known(id), scan: scan, at: now)
            }
            return try self.known(id).record(for: scan)
        }
        guard known.memberScan != scan else {
            // A scan may find it by its first rows, and again by all.
            try updateMember(finding, of: known.id, scan: scan, at: now)
            return known.record(for: scan)
        }
        try see(finding, in: known, scan: scan, at: now)
        try updateMember(finding, of: known.id, scan: scan, at: now)
        try addOccurrence(of: finding, to: known, scan: scan, at: now)
        return try latest(finding.fingerprint, resolvedAfter: now)?.record(for: scan)
    }

    private func insert(_ finding: Finding, scan: String, at now: Instant) throws -> Int64 {
        let cost = max(0, finding.costPerHour * (finding.lastSeen - finding.onset).seconds / 3600)
        try insert(
            into: "incident_reports",
            [
                "fingerprint": .text(finding.fingerprint.text), "detected_at": .init(now),
                "detection_type": .text(finding.type.rawValue), "severity": .text(finding.severity.rawValue),
                "last_seen": .init(finding.lastSeen), "first_scan": .text(scan),
                "cost_impact": .real(finding.costPerHour), "cost_total": .real(cost),
            ])
        let id = connection.lastInsertedRowID
        try note(id, "Opened: \(finding.description)", by: Self.agent, at: now)
        return id
    }

    /// Updates an incident from a finding that was just written.
    ///
    /// The severity is the highest since the incident opened. The cost is the highest of one finding of this scan, because two
    /// findings may count the same dollars, or that of all its loops, which are different traces. The first finding of a scan
    /// counts as an occurrence.
    private func addOccurrence(of finding: Finding, to known: Known, scan: String, at now: Instant) throws {
        let severity = max(finding.severity, known.severity)
        try addCost(of: finding, to: known.id)
        try run(
            """
            UPDATE incident_reports SET severity = ?2, last_seen = f.last_seen, cost_impact = f.cost,
                occurrences = occurrences + (f.findings = 1)
            FROM (SELECT max(last_seen) AS last_seen, max(max(cost_impact) FILTER (WHERE last_scan = ?1),
                    total(cost_impact) FILTER (WHERE last_scan = ?1 AND detection_type IN (\(Self.ofTraces)))) AS cost,
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

    /// The classes whose findings are each about one trace, in SQL.
    private static let ofTraces = DetectionType.allCases.filter { $0.traits.subject == .trace }
        .map { "'\($0.rawValue)'" }.joined(separator: ", ")

    /// Applies the event `seen` to the incident; a resolved one is reopened.
    private func see(_ finding: Finding, in known: Known, scan: String, at now: Instant) throws {
        let isWorse = finding.severity > known.severity
        let worse = isWorse ? "Raised from \(known.severity.rawValue) to \(finding.severity.rawValue)" : nil
        let wasKilled = try finding.loop.map { try snapshot.loop(trace: $0.traceID)?.status == .killed } ?? false
        let again = wasKilled ? "Running again after the kill" : nil
        guard try receive(.seen(worse: worse, again: again), of: known.id, at: now).isReopened else { return }
        try run("UPDATE incident_reports SET reopened_scan = ? WHERE id = ?", [.text(scan), .integer(known.id)])
    }

    /// It is not resolved, or was resolved after that moment, so that what joins it opens it again.
    private func isOpen(_ incident: Int64, since moment: Instant?) throws -> Bool {
        try !snapshot.rows(
            "incident_reports",
            "SELECT id FROM incident_reports WHERE id = ?1 AND (state <> 'resolved' OR resolved_at >= ?2)",
            [.integer(incident), .init(moment)]
        ).isEmpty
    }

    // MARK: what is known

    private static let knownColumns = """
        i.id, i.severity, i.occurrences, i.first_scan, i.reopened_scan, f.last_scan AS member_scan,
        f.occurrences AS member_occurrences, f.why
        """

    /// The unresolved incident of a fingerprint, or the one that was resolved last, if that was after `moment`.
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

    /// An incident with the finding that joined it last.
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
