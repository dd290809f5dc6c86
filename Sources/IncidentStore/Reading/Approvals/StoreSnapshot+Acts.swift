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

    /// Resolved incidents with a notice in a channel in their last round, but none that says they are resolved.
    package func resolvedIncidentsInChannels() throws -> [Int64] {
        try rows(
            "outbox_action",
            """
            SELECT DISTINCT i.id FROM incident_reports i JOIN outbox_action a ON a.incident_id = i.id
            WHERE i.state = 'resolved' AND a.kind = 'notify' AND a.round = i.reopened AND a.state <> 'failed'
                AND NOT EXISTS (SELECT 1 FROM outbox_action e WHERE e.incident_id = i.id AND e.kind = 'notify'
                    AND e.round = i.reopened AND json_extract(e.action, '$.event') = 'resolved'
                    AND json_extract(e.action, '$.channel') = json_extract(a.action, '$.channel'))
            ORDER BY i.id
            """
        ).map { try $0.id() }
    }

    /// The acts of one kind that were allowed at or after `moment`.
    package func acts(of kind: Action.Kind, since moment: Instant) throws -> [ActRecord] {
        try acts("WHERE kind = ? AND created_at >= ? ORDER BY id", [.text(kind.rawValue), .init(moment)])
    }

    /// The waiting acts that are due, earliest first. None goes to a provider that asked to wait.
    package func dueActs(at now: Instant) throws -> [ActRecord] {
        try acts("AS a WHERE \(Self.ready) AND \(Self.dueAt) <= ? ORDER BY a.next_try_at, a.id", [.init(now)])
    }

    /// When the next waiting act is due, after a moment.
    package func nextActDue(after moment: Instant = Instant(milliseconds: 0)) throws -> Instant? {
        try scalar(
            "SELECT min(\(Self.dueAt)) FROM outbox_action AS a WHERE \(Self.ready) AND \(Self.dueAt) > ?",
            [.init(moment)])?.instant
    }

    /// Updates and replies wait until the message that they are about is posted, and comments until the issue is opened.
    static let ready = """
        a.state = 'waiting' AND NOT (a.kind IN ('slack_update', 'slack_reply', 'issue_comment') AND EXISTS (
            SELECT 1 FROM outbox_action p WHERE p.incident_id = a.incident_id
                AND p.kind = CASE a.kind WHEN 'issue_comment' THEN 'create_issue' ELSE 'slack_post' END
                AND p.state IN ('waiting', 'attempting', 'unknown')))
        """
    private static let dueAt = """
        max(a.next_try_at, coalesce((SELECT until FROM provider_limit WHERE provider =
            \(provider(of: "a.kind"))), ''))
        """

    /// The provider of an act's kind, in SQL.
    static func provider(of kind: String) -> String {
        """
        CASE WHEN \(kind) IN ('create_issue', 'issue_comment', 'pull_comment', 'pull_review', 'pull_dismissal') THEN 'github'
            WHEN \(kind) IN ('kill_loop', 'execute', 'notify') THEN NULL ELSE 'slack' END
        """
    }

    /// Attempts without a known outcome: when an agent starts, those of an agent that died.
    package func unfinishedAttempts() throws -> [ActRecord] {
        try acts("WHERE state IN ('attempting', 'unknown') ORDER BY state, id", [])
    }

    /// The stored permission of an act. It permits nothing until the gate has read it.
    package func permission(ofAct id: Int64) throws -> StoredPermission? {
        try outbox("WHERE id = ?", [.integer(id)]).first?.permission()
    }

    /// What the gate needs to know of an incident; nil means the loops without an incident.
    package func circumstances(ofIncident id: Int64?, at now: Instant) throws -> Circumstances {
        let life = try id.flatMap { try self.life(ofIncident: $0) }
        let kills = try acts(of: .killLoop, since: now - Policy.budgetWindow)
        return Circumstances(
            round: life?.reopened ?? 0, silencedUntil: life?.silence?.until, isMuted: life?.isMuted ?? false,
            isResolved: life?.stage == .resolved,
            acts: try acts("WHERE incident_id IS ? ORDER BY id", [.init(id)]),
            requests: try requests("WHERE incident_id IS ? ORDER BY id", [.init(id)]),
            automaticKills: kills.flatMap { kill -> [Instant] in
                guard case .policy = kill.ground else { return [] }
                return kill.action.traces.map { _ in kill.createdAt }
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
