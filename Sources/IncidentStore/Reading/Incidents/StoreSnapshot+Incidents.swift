import Basics
package import OnCallModel

extension StoreQuery {
    package static func incidents(limit: Int) -> Self where Answer == [IncidentSummary] {
        Self { try $0.incidents(limit: limit) }
    }
    package static func incident(_ id: Int64) -> Self where Answer == IncidentDetail? { Self { try $0.incident(id) } }
}

extension StoreSnapshot {
    /// Most urgent first: unmuted, muted, resolved; then by severity, then the latest first.
    package func incidents(limit: Int) throws -> [IncidentSummary] {
        try rows(
            "incident_reports",
            Self.summaries + " ORDER BY i.rank DESC, i.last_seen DESC, i.id DESC LIMIT ?", [.init(limit)]
        ).map { try $0.incidentSummary() }
    }

    package func unresolvedIncidents() throws -> [IncidentSummary] {
        try rows(
            "incident_reports",
            Self.summaries
                + " WHERE i.rank > 0 AND i.state <> 'resolved' ORDER BY i.rank DESC, i.last_seen DESC, i.id DESC"
        ).map { try $0.incidentSummary() }
    }

    package func incident(_ id: Int64) throws -> IncidentDetail? {
        guard
            let row = try rows(
                "incident_reports", Self.details + " WHERE i.id = ?", [.integer(id)]
            ).first
        else { return nil }
        var detail = try row.incidentDetail(
            findings: findings(ofIncident: id), acts: acts(ofIncident: id), memory: memory(ofIncident: id))
        detail.draft = try draft(of: "incident", about: id)
        return detail
    }

    /// The `ts` of an incident's Slack message.
    package func slackThread(ofIncident id: Int64) throws -> String? {
        try scalar("SELECT slack_thread_ts FROM incident_reports WHERE id = ?", [.integer(id)])?.text
    }

    /// Incidents whose investigation was not saved, because the agent crashed before.
    package func uninvestigatedIncidents() throws -> [Int64] {
        try rows(
            "incident_reports",
            "SELECT id FROM incident_reports WHERE rank > 0 AND state <> 'resolved' AND investigated_at IS NULL ORDER BY id"
        ).map { try $0.id() }
    }

    package func timeline(ofIncident id: Int64) throws -> [TimelineEntry] {
        try rows("timeline", "SELECT * FROM timeline WHERE incident_id = ? ORDER BY id", [.integer(id)]).map {
            try TimelineEntry(id: $0.id(), at: $0.instant("at"), author: $0.text("author"), event: $0.text("event"))
        }
    }
}

extension StoredRow {
    func incidentSummary() throws -> IncidentSummary {
        try IncidentSummary(
            id: id(), fingerprint: Fingerprint(stored: text("fingerprint")), type: choice("detection_type"),
            severity: choice("severity"), state: choice("shown_state"), subject: text("subject"),
            headline: text("headline"), firstSeen: instant("first_seen"), lastSeen: instant("last_seen"),
            occurrences: integer("occurrences"), costPerHour: real("cost_impact"), approval: choice("approval"),
            parts: integer("parts"), life: incidentLife(), undelivered: undelivered())
    }

    func incidentDetail(
        findings: [IncidentFinding], acts: [ActRecord], memory: IncidentMemory
    ) throws -> IncidentDetail {
        try IncidentDetail(
            summary: incidentSummary(), findings: findings, report: text("report_text"),
            suspects: list("suspects"), commits: list("related_commits"), errors: list("related_errors"),
            messages: list("messages"), gaps: list("gaps"), acts: acts,
            noCodeCause: optionalJSON("no_code_cause").flatMap(NoCodeCause.init(json:)), memory: memory)
    }

    /// The elements of a JSON array.
    private func list<Element: JSONConvertible>(_ column: String) throws -> [Element] {
        guard let values = try json(column).array else { throw damaged("\(column) is not a list") }
        return try values.map {
            guard let element = Element(json: $0) else { throw damaged("an element of \(column) is incomplete") }
            return element
        }
    }
}
