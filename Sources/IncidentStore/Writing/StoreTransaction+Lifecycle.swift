package import Basics
package import OnCallModel

extension StoreTransaction {
    /// The author of what no person did.
    package static let agent = "agent"

    /// Keeps what the investigation found and wrote.
    package func saveInvestigation(
        of incident: Int64, narrative: Narrative, suspects: [Suspect], caseFile: CaseFile, at now: Instant
    ) throws {
        func list<Element>(_ elements: [Element], _ stored: (Element) -> JSONValue) -> Value {
            .text(JSONValue.array(elements.map(stored)).serialized)
        }
        let changed = try run(
            """
            UPDATE incident_reports SET report_text = ?, narrator = ?, suspects = ?, related_commits = ?,
                related_errors = ?, messages = ?, gaps = ?, investigated_at = ? WHERE id = ?
            """,
            [
                .text(narrative.text), .text(narrative.author.stored), list(suspects, \.stored),
                list(caseFile.commits, \.stored), list(caseFile.errors, \.stored), list(caseFile.messages, \.stored),
                list(caseFile.gaps, JSONValue.string), .init(now), .integer(incident),
            ])
        guard changed == 1 else { throw StoreError.noIncident(incident) }
        try note(incident, "Investigated (\(narrative.author.stored))", by: Self.agent, at: now)
    }

    package func setApproval(_ mode: ApprovalMode, of incident: Int64) throws {
        try run("UPDATE incident_reports SET approval = ? WHERE id = ?", [.text(mode.rawValue), .integer(incident)])
    }

    /// False where the incident is not open.
    package func acknowledge(_ incident: Int64, by author: String, at now: Instant) throws -> Bool {
        let changed = try run(
            """
            UPDATE incident_reports SET state = 'acknowledged', acknowledged_at = ?, acknowledged_by = ?
            WHERE id = ? AND state = 'open'
            """, [.init(now), .text(author), .integer(incident)])
        if changed > 0 { try note(incident, "Acknowledged", by: author, at: now) }
        return changed > 0
    }

    /// False where the incident is resolved already.
    package func resolve(_ incident: Int64, by author: String, at now: Instant) throws -> Bool {
        let changed = try run(
            """
            UPDATE incident_reports SET state = 'resolved', resolved_at = ?, resolved_by = ?
            WHERE id = ? AND state <> 'resolved'
            """, [.init(now), .text(author), .integer(incident)])
        if changed > 0 { try note(incident, "Resolved", by: author, at: now) }
        return changed > 0
    }

    /// Resolves the incidents all of whose findings are of `types` and were seen by no scan since `moment`, and answers which.
    ///
    /// Name only types whose detector could judge: what a failed detector did not see may still be there. `isJudged` says it of
    /// one finding, where a detector looks at some of its subjects in each scan.
    package func resolveUnseen(
        since moment: Instant, types: Set<DetectionType>, isJudged: (IncidentFinding) -> Bool = { _ in true },
        at now: Instant
    ) throws -> [IncidentSummary] {
        let unseen = try snapshot.rows(
            "incident_reports",
            "SELECT id FROM incident_reports WHERE state <> 'resolved' AND seen_at < ? ORDER BY id", [.init(moment)])
        return try unseen.compactMap { row in
            let id = try row.id()
            let all = try snapshot.findings(ofIncident: id)
            guard all.allSatisfy({ types.contains($0.type) && isJudged($0) }), try resolve(id, by: Self.agent, at: now)
            else { return nil }
            return try snapshot.incident(id)?.summary
        }
    }

    /// Adds a sentence to the timeline of an incident.
    package func note(_ incident: Int64, _ event: String, by author: String, at now: Instant) throws {
        try run(
            "INSERT INTO timeline (incident_id, at, author, event) VALUES (?, ?, ?, ?)",
            [.integer(incident), .init(now), .text(author), .text(event)])
    }
}
