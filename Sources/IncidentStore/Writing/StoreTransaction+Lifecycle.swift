package import Basics
package import OnCallModel

extension StoreTransaction {
    /// The author of what no person did.
    package static let agent = IncidentLife.agent

    /// Keeps what the investigation found and wrote.
    package func saveInvestigation(
        of incident: Int64, narrative: Narrative, suspects: [Suspect], commits: [CommitFact],
        errors: [ErrorFact], messages: [MessageFact], gaps: [String], at now: Instant
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
                list(commits, \.stored), list(errors, \.stored), list(messages, \.stored),
                list(gaps, JSONValue.string), .init(now), .integer(incident),
            ])
        guard changed == 1 else { throw StoreError.noIncident(incident) }
        try note(incident, "Investigated (\(narrative.author.stored))", by: Self.agent, at: now)
    }

    package func setApproval(_ mode: ApprovalMode, of incident: Int64) throws {
        try run("UPDATE incident_reports SET approval = ? WHERE id = ?", [.text(mode.rawValue), .integer(incident)])
    }

    /// Marks the living incidents that no scan has seen since `moment`, the beginning of this one, as gone from sight.
    ///
    /// `judges` says of a finding whether this scan would have seen it: what a failed detector did not see may be there.
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

    /// The unresolved incidents that no scan has seen since `moment`, though every one of their findings is judged.
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

    /// No scan since a moment saw one of its findings.
    private static let isUnseen =
        "NOT EXISTS (SELECT 1 FROM incident_finding f WHERE f.incident_id = i.id AND f.seen_at >= ?)"

    /// Adds a sentence to the timeline of an incident.
    package func note(_ incident: Int64, _ event: String, by author: String, at now: Instant) throws {
        try run(
            "INSERT INTO timeline (incident_id, at, author, event) VALUES (?, ?, ?, ?)",
            [.integer(incident), .init(now), .text(author), .text(event)])
    }
}
