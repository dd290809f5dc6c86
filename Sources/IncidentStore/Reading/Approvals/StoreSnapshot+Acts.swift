package import Basics
package import Governance
package import OnCallModel
import OutboxSeal

extension StoreSnapshot {
    package func act(_ id: Int64) throws -> ActRecord? {
        try acts("WHERE id = ?", [.integer(id)]).first
    }

    package func acts(ofIncident id: Int64) throws -> [ActRecord] {
        try acts("WHERE incident_id = ? ORDER BY id", [.integer(id)])
    }

    /// The acts of one kind that were allowed at or after `moment`.
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

    /// Acts that were begun and whose outcome is not known: at start, those of an agent that died.
    package func unfinishedAttempts() throws -> [ActRecord] {
        try acts("WHERE state IN ('attempting', 'unknown') ORDER BY state, id", [])
    }

    /// The permission that an act was stored with. It permits nothing before the gate has read it.
    package func permission(ofAct id: Int64) throws -> StoredPermission? {
        try outbox("WHERE id = ?", [.integer(id)]).first?.permission()
    }

    /// What the gate has to know of an incident. Nil stands for the loops that no incident has.
    package func circumstances(ofIncident id: Int64?, at now: Instant) throws -> Circumstances {
        let life = try id.flatMap { try self.life(ofIncident: $0) }
        let kills = try acts(of: .killLoop, since: now - Policy.budgetWindow)
        return Circumstances(
            round: life?.reopened ?? 0, silencedUntil: life?.silence?.until, isQuiet: life?.isQuiet ?? false,
            acts: try acts("WHERE incident_id IS ? ORDER BY id", [.init(id)]),
            requests: try requests("WHERE incident_id IS ? ORDER BY id", [.init(id)]),
            automaticKills: kills.compactMap { kill -> Instant? in
                if case .policy = kill.ground { kill.createdAt } else { nil }
            })
    }

    func acts(_ condition: String, _ bindings: [Value]) throws -> [ActRecord] {
        try outbox(condition, bindings).map { try $0.act() }
    }

    private func outbox(_ condition: String, _ bindings: [Value]) throws -> [StoredRow] {
        try rows("outbox_action", "SELECT * FROM outbox_action \(condition)", bindings)
    }
}

extension StoredRow {
    fileprivate func act() throws -> ActRecord {
        try ActRecord(
            id: id(), action: action(), incident: optionalID("incident_id"), round: integer("round"),
            request: optionalID("request_id"), state: choice("state"), tries: integer("tries"),
            createdAt: instant("created_at"), nextTryAt: optionalInstant("next_try_at"),
            finishedAt: optionalInstant("finished_at"), detail: text("detail"), reference: optionalText("reference"),
            ground: ground())
    }

    fileprivate func permission() throws -> StoredPermission {
        try StoredPermission(
            act: id(), action: action(), key: text("act_key"), ground: ground(), incident: optionalID("incident_id"),
            round: integer("round"), seal: Seal())
    }

    private func action() throws -> Action {
        guard let action = try Action(stored: json("action")) else { throw damaged("its action is not known") }
        return action
    }
}
