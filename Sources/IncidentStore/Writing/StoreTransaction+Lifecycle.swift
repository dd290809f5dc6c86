package import Basics
package import OnCallModel

extension StoreTransaction {
    /// The author of what the agent did itself.
    package static let agent = IncidentLife.agent

    /// Saves the result of an investigation.
    package func saveInvestigation(
        of incident: Int64, narrative: Narrative, suspects: [Suspect], commits: [CommitFact],
        errors: [ErrorFact], messages: [MessageFact], gaps: [String], at now: Instant
    ) throws {
        func list(_ elements: [some JSONConvertible]) -> Value { .text(elements.json.serialized) }
        let changed = try run(
            """
            UPDATE incident_reports SET report_text = ?, narrator = ?, suspects = ?, related_commits = ?,
                related_errors = ?, messages = ?, gaps = ?, investigated_at = ? WHERE id = ?
            """,
            [
                .text(narrative.text), .text(narrative.author.stored), list(suspects), list(commits), list(errors),
                list(messages), list(gaps), .init(now), .integer(incident),
            ])
        guard changed == 1 else { throw StoreError.noIncident(incident) }
        try note(incident, "Investigated (\(narrative.author.stored))", by: Self.agent, at: now)
    }

    /// Saves what is known before the first investigation ends.
    package func saveFirstReport(of incident: Int64, text: String) throws {
        try run(
            "UPDATE incident_reports SET report_text = ? WHERE id = ? AND report_text = ''",
            [.text(text), .integer(incident)])
    }

    package func setApproval(_ mode: ApprovalMode, of incident: Int64) throws {
        try run("UPDATE incident_reports SET approval = ? WHERE id = ?", [.text(mode.rawValue), .integer(incident)])
    }

    /// Marks the incidents that no scan has seen since `moment`, the start of this scan, as not present.
    ///
    /// `judges` returns whether this scan could have seen a finding: what a failed detector did not see may still be there.
    package func markUnseen(
        since moment: Instant, judges: (IncidentFinding) -> Bool, at now: Instant
    ) throws {
        let unseen = try snapshot.rows(
            "incident_reports",
            "SELECT id FROM incident_reports i WHERE rank > 0 AND is_present = 1 AND \(Self.isUnseen)", [.init(moment)])
        for row in unseen {
            let id = try row.id()
            guard try snapshot.findings(ofIncident: id).allSatisfy(judges) else { continue }
            _ = try receive(.missed, of: id, at: now)
        }
    }

    /// The unresolved incidents that no scan has seen since `moment`, although all of their findings could have been seen.
    package func unseen(since moment: Instant, judges: (IncidentFinding) -> Bool) throws -> [IncidentSummary] {
        let unseen = try snapshot.rows(
            "incident_reports",
            "SELECT id FROM incident_reports i WHERE rank > 0 AND state <> 'resolved' AND \(Self.isUnseen) ORDER BY id",
            [.init(moment)])
        return try unseen.compactMap { row in
            let id = try row.id()
            return try snapshot.findings(ofIncident: id).allSatisfy(judges) ? snapshot.incident(id)?.summary : nil
        }
    }

    /// No scan has seen one of its findings since a moment.
    private static let isUnseen =
        "NOT EXISTS (SELECT 1 FROM incident_finding f WHERE f.incident_id = i.id AND f.seen_at >= ?)"

    /// Adds a sentence to the timeline of an incident.
    package func note(_ incident: Int64, _ event: String, by author: String, at now: Instant) throws {
        try insert(
            into: "timeline",
            ["incident_id": .integer(incident), "at": .init(now), "author": .text(author), "event": .text(event)])
    }
}
