import Basics
package import OnCallModel

extension StoreSnapshot {
    /// The resolved incidents that one may resemble: the latest of its class, and the latest about its subject.
    package func recallable(for traits: IncidentTraits) throws -> [IncidentTraits] {
        let latest = """
            SELECT t.* FROM incident_traits t JOIN incident_reports i ON i.id = t.incident_id
            WHERE t.%@ = ? AND t.incident_id <> ? AND i.state = 'resolved' ORDER BY t.incident_id DESC LIMIT 500
            """
        let ofClass = try rows(
            "incident_traits", latest.replacing("%@", with: "detection_type"),
            [.text(traits.type.rawValue), .integer(traits.incident)])
        let ofSubject = try rows(
            "incident_traits", latest.replacing("%@", with: "subject"),
            [.text(traits.subject), .integer(traits.incident)])
        let all = try (ofClass + ofSubject).map { try $0.traits() }
        return Array(Dictionary(all.map { ($0.incident, $0) }) { first, _ in first }.values)
    }

    func memory(ofIncident id: Int64) throws -> IncidentMemory {
        var memory = IncidentMemory()
        memory.similar = try rows(
            "similar_incident",
            "SELECT * FROM similar_incident WHERE incident_id = ? ORDER BY score DESC, past_id DESC",
            [.integer(id)]
        ).compactMap { try similar($0) }
        memory.cause =
            try scalar("SELECT cause FROM incident_traits WHERE incident_id = ?", [.integer(id)])?.text ?? ""
        memory.mark = try causeMark(ofIncident: id)
        if !memory.cause.isEmpty { memory.record = try record(ofCause: memory.cause, besides: id) }
        memory.notes = try notes(ofIncident: id)
        memory.runbooks = try rows(
            "incident_runbook", "SELECT * FROM incident_runbook WHERE incident_id = ? ORDER BY name", [.integer(id)]
        ).map { try RunbookName(name: $0.text("name"), title: $0.text("title")) }
        return memory
    }

    /// What the incidents so far were about, each once: a class, a subject and the title of an error.
    package func served() throws -> [Runbook.Occasion] {
        try rows(
            "incident_finding",
            """
            SELECT DISTINCT f.detection_type, coalesce(nullif(json_extract(f.evidence, '$.agent'), ''), f.subject) AS subject,
                coalesce(json_extract(e.value, '$.title'), '') AS error
            FROM incident_finding f JOIN incident_reports i ON i.id = f.incident_id
                LEFT JOIN json_each(i.related_errors) e
            """
        ).map {
            try Runbook.Occasion(
                type: $0.choice("detection_type"), subject: $0.text("subject"), errors: [$0.text("error")])
        }
    }

    package func causeMark(ofIncident id: Int64) throws -> CauseMark? {
        try rows(
            "cause_mark", "SELECT * FROM cause_mark WHERE incident_id = ? ORDER BY id DESC LIMIT 1", [.integer(id)]
        ).first.map {
            try CauseMark(isRight: $0.text("verdict") == "right", author: $0.text("author"), at: $0.instant("at"))
        }
    }

    package func notes(ofIncident id: Int64) throws -> [IncidentNote] {
        try rows("incident_note", "SELECT * FROM incident_note WHERE incident_id = ? ORDER BY id", [.integer(id)]).map {
            try IncidentNote(id: $0.id(), at: $0.instant("at"), author: $0.text("author"), text: $0.text("text"))
        }
    }

    /// The last mark of each other incident whose cause is of this kind.
    private func record(ofCause cause: String, besides id: Int64) throws -> CauseRecord {
        let row = try rows(
            "cause_mark",
            """
            SELECT count(*) FILTER (WHERE verdict = 'right') AS rights, count(*) FILTER (WHERE verdict = 'wrong') AS wrongs
            FROM cause_mark m WHERE cause = ?1 AND incident_id <> ?2
                AND id = (SELECT max(id) FROM cause_mark l WHERE l.incident_id = m.incident_id)
            """, [.text(cause), .integer(id)]
        ).first
        return try row.map { try CauseRecord(right: $0.integer("rights"), wrong: $0.integer("wrongs")) }
            ?? CauseRecord()
    }

    // MARK: how it ended

    private func similar(_ row: StoredRow) throws -> SimilarIncident? {
        let past = try row.id("past_id")
        guard
            let summary = try rows("incident_reports", Self.summaries + " WHERE i.id = ?", [.integer(past)]).first?
                .incidentSummary()
        else { return nil }
        let likeness = try Likeness(
            past: past, score: row.real("score"), why: (row.json("why").array ?? []).compactMap(\.string),
            isSame: row.flag("is_same"))
        return try SimilarIncident(
            likeness: likeness, headline: summary.headline, firstSeen: summary.firstSeen,
            resolvedAt: summary.life.resolvedAt, ending: ending(of: summary),
            returnedAt: summary.life.resolvedAt.flatMap { try firstReturn(of: past, after: $0) })
    }

    /// A commit that a person named, else the last act that changed something outside, else nothing.
    private func ending(of past: IncidentSummary) throws -> SimilarIncident.Ending {
        if let commit = try notes(ofIncident: past.id).last(where: { $0.fix != nil })?.fix { return .fixed(by: commit) }
        guard past.life.stage == .resolved else { return .unresolved }
        let remedies = try acts(ofIncident: past.id).filter { act in
            act.state == .done && [.killLoop, .execute].contains(act.action.kind)
                && act.action.execution.map { !$0.isUndo && $0.kind.purpose != .record } ?? true
        }
        return remedies.last.map { .stopped(by: $0.action.sentence) } ?? .noRecordedFix
    }

    /// When the same problem was first seen again, in any later incident.
    private func firstReturn(of past: Int64, after end: Instant) throws -> Instant? {
        try scalar(
            """
            SELECT min(f.first_seen) FROM similar_incident s JOIN incident_finding f ON f.incident_id = s.incident_id
            WHERE s.past_id = ? AND s.is_same = 1 AND f.first_seen >= ?
            """, [.integer(past), .init(end)])?.instant
    }
}

extension StoredRow {
    fileprivate func traits() throws -> IncidentTraits {
        func names(_ column: String) throws -> Set<String> { try Set((json(column).array ?? []).compactMap(\.string)) }
        return try IncidentTraits(
            incident: id("incident_id"), type: choice("detection_type"), subject: text("subject"),
            errors: names("errors"), files: names("files"), tools: names("tools"), weekHour: integer("week_hour"),
            cause: text("cause"))
    }
}
