package import Basics
package import OnCallModel

extension StoreTransaction {
    /// Saves what an incident is compared by and the past ones that it resembles; they replace those of its previous
    /// investigation.
    package func saveTraits(_ traits: IncidentTraits, similar: [Likeness]) throws {
        func list(_ names: Set<String>) -> Value {
            .text(JSONValue.array(names.sorted().map(JSONValue.string)).serialized)
        }
        try insert(
            into: "incident_traits",
            [
                "incident_id": .integer(traits.incident), "detection_type": .text(traits.type.rawValue),
                "subject": .text(traits.subject), "errors": list(traits.errors), "files": list(traits.files),
                "tools": list(traits.tools), "week_hour": .init(traits.weekHour), "cause": .text(traits.cause),
            ], on: .replace("incident_id"))
        try run("DELETE FROM similar_incident WHERE incident_id = ?", [.integer(traits.incident)])
        for likeness in similar {
            try insert(
                into: "similar_incident",
                [
                    "incident_id": .integer(traits.incident), "past_id": .integer(likeness.past),
                    "score": .real(likeness.score),
                    "why": .text(JSONValue.array(likeness.why.map(JSONValue.string)).serialized),
                    "is_same": .init(likeness.isSame ? 1 : 0),
                ])
        }
    }

    /// Saves which runbooks serve an incident; they replace those of its previous investigation.
    package func saveRunbooks(_ runbooks: [RunbookName], of incident: Int64) throws {
        try run("DELETE FROM incident_runbook WHERE incident_id = ?", [.integer(incident)])
        for runbook in runbooks {
            try insert(
                into: "incident_runbook",
                ["incident_id": .integer(incident), "name": .text(runbook.name), "title": .text(runbook.title)],
                on: .keep)
        }
    }

    /// Marks the cause of an incident as right or wrong. Returns false if its last mark says the same.
    package func markCause(
        of incident: Int64, kind: String, isRight: Bool, by author: String, at now: Instant
    ) throws -> Bool {
        if try snapshot.causeMark(ofIncident: incident)?.isRight == isRight { return false }
        let verdict = isRight ? "right" : "wrong"
        try insert(
            into: "cause_mark",
            [
                "incident_id": .integer(incident), "cause": .text(kind), "verdict": .text(verdict),
                "author": .text(author), "at": .init(now),
            ])
        try note(incident, "Cause marked \(verdict)", by: author, at: now)
        return true
    }

    /// Adds what a person wrote to an incident.
    package func addNote(_ text: String, to incident: Int64, by author: String, at now: Instant) throws {
        try insert(
            into: "incident_note",
            [
                "incident_id": .integer(incident), "at": .init(now), "author": .text(author), "text": .text(text),
            ])
    }
}
