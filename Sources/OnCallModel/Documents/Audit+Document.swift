package import Basics

extension AuditRow {
    package var json: JSONValue {
        .fields([
            "id": .integer(id), "at": JSONValue(at), "who": .string(entry.who), "event": .string(entry.event.rawValue),
            "action": .string(entry.what), "why": .string(entry.why), "incident": entry.incident.map(JSONValue.integer),
            "request": entry.request.map(JSONValue.integer), "act": entry.act.map(JSONValue.integer),
            "calls": .array(entry.calls.map(JSONValue.string)), "outcome": .string(entry.outcome),
            "hash": .string(hash),
        ])
    }
}
