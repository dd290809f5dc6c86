package import Basics
package import OnCallModel

extension StoreSnapshot {
    /// The findings of an incident; the first one opened it.
    package func findings(ofIncident id: Int64) throws -> [IncidentFinding] {
        try rows(
            "incident_finding",
            "SELECT * FROM incident_finding WHERE incident_id = ? ORDER BY why <> '', joined_at, fingerprint",
            [.integer(id)]
        ).map { try $0.incidentFinding() }
    }

    /// The findings of one type that were seen since `moment`, also of resolved incidents.
    package func findings(of type: DetectionType, since moment: Instant) throws -> [IncidentFinding] {
        try rows(
            "incident_finding",
            "SELECT * FROM incident_finding WHERE detection_type = ? AND last_seen >= ? ORDER BY last_seen",
            [.text(type.rawValue), .init(moment)]
        ).map { try $0.incidentFinding() }
    }

    /// The findings of the incidents that were resolved since `moment`.
    package func findings(ofIncidentsResolvedSince moment: Instant) throws -> [IncidentFinding] {
        try rows(
            "incident_finding",
            """
            SELECT f.* FROM incident_finding f JOIN incident_reports i ON i.id = f.incident_id
            WHERE i.state = 'resolved' AND i.resolved_at >= ? ORDER BY i.id, f.why <> '', f.joined_at, f.fingerprint
            """, [.init(moment)]
        ).map { try $0.incidentFinding() }
    }

    /// The findings of all incidents that are not resolved, older incidents first.
    package func unresolvedFindings() throws -> [IncidentFinding] {
        try rows(
            "incident_finding",
            """
            SELECT f.* FROM incident_finding f JOIN incident_reports i ON i.id = f.incident_id
            WHERE i.state <> 'resolved' ORDER BY i.id, f.why <> '', f.joined_at, f.fingerprint
            """
        ).map { try $0.incidentFinding() }
    }
}

extension StoredRow {
    fileprivate func incidentFinding() throws -> IncidentFinding {
        try IncidentFinding(
            incident: id("incident_id"), fingerprint: Fingerprint(stored: text("fingerprint")),
            facts: facts(), severity: choice("severity"), subject: text("subject"),
            headline: text("headline"), why: text("why"), firstSeen: instant("first_seen"),
            lastSeen: instant("last_seen"), occurrences: integer("occurrences"), costPerHour: real("cost_impact"),
            sql: text("query_sql"), links: FindingLinks(stored: readable("links")))
    }

    /// The class is a column of its own, so a damaged document does not hide the incident.
    private func facts() throws -> FindingFacts {
        try FindingFacts(choice("detection_type"), json: readable("evidence"))
    }

    /// An empty object if the document is damaged.
    private func readable(_ column: String) -> JSONValue { (try? json(column)) ?? [:] }
}

extension FindingLinks {
    var stored: JSONValue {
        func list(_ names: Set<String>) -> JSONValue? {
            names.isEmpty ? nil : .array(names.sorted().prefix(100).map(JSONValue.string))
        }
        return .fields([
            "traces": list(traces), "releases": list(releases), "guilty_releases": list(failingReleases),
            "features": list(features), "commits": list(commits),
        ])
    }

    init(stored: JSONValue) {
        func names(_ member: String) -> Set<String> { Set((stored[member]?.array ?? []).compactMap(\.string)) }
        self.init(
            traces: names("traces"), releases: names("releases"),
            failingReleases: names("guilty_releases"), features: names("features"), commits: names("commits")
        )
    }
}
