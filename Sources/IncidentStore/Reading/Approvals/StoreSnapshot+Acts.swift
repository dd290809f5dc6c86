package import Basics
package import OnCallModel

extension StoreSnapshot {
    package func act(_ id: Int64) throws -> ActRecord? {
        try acts("WHERE id = ?", [.integer(id)]).first
    }

    package func act(key: String) throws -> ActRecord? {
        try acts("WHERE act_key = ?", [.text(key)]).first
    }

    package func acts(ofIncident id: Int64) throws -> [ActRecord] {
        try acts("WHERE incident_id = ? ORDER BY id", [.integer(id)])
    }

    package func acts(in state: AttemptState) throws -> [ActRecord] {
        try acts("WHERE state = ? ORDER BY id", [.text(state.rawValue)])
    }

    /// The acts of one kind that were allowed at or after `moment`: what a budget counts.
    package func acts(of kind: Action.Kind, since moment: Instant) throws -> [ActRecord] {
        try acts("WHERE kind = ? AND created_at >= ? ORDER BY id", [.text(kind.rawValue), .init(moment)])
    }

    /// The waiting acts whose moment has come, the longest due first.
    package func dueActs(at now: Instant) throws -> [ActRecord] {
        try acts("WHERE state = 'waiting' AND next_try_at <= ? ORDER BY next_try_at, id", [.init(now)])
    }

    /// When the next waiting act is due.
    package func nextActDue() throws -> Instant? {
        try scalar("SELECT min(next_try_at) FROM outbox_action WHERE state = 'waiting'")?.instant
    }

    /// Acts that were begun and whose outcome was never written: at start, those of an agent that died.
    package func unfinishedAttempts() throws -> [ActRecord] {
        try acts(in: .attempting)
    }

    func acts(_ condition: String, _ bindings: [Value]) throws -> [ActRecord] {
        try rows("outbox_action", "SELECT * FROM outbox_action \(condition)", bindings).map { try $0.act() }
    }
}

extension StoredRow {
    func act() throws -> ActRecord {
        guard let action = try Action(stored: json("action")) else { throw damaged("its action is not known") }
        return try ActRecord(
            id: id(), key: text("act_key"), action: action, incident: optionalID("incident_id"),
            request: optionalID("request_id"), state: choice("state"), tries: integer("tries"),
            createdAt: instant("created_at"), nextTryAt: optionalInstant("next_try_at"),
            finishedAt: optionalInstant("finished_at"), detail: text("detail"), reference: optionalText("reference"),
            allowedBy: text("allowed_by"))
    }
}
