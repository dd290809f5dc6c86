package import Basics
package import OnCallModel

extension StoreSnapshot {
    /// The acts that are notices and did not reach people: refused, waiting for another try, or with an unknown outcome.
    static let undelivered =
        "o.ground = 'notice' AND o.state IN ('waiting', 'unknown') AND (o.state = 'unknown' OR o.tries > 0)"

    /// The notices of unmuted incidents that did not reach people, by incident.
    package func undeliveredNotices() throws -> [UndeliveredNotice] {
        try acts(
            """
            AS o WHERE \(Self.undelivered) AND EXISTS (SELECT 1 FROM incident_reports i WHERE i.id = o.incident_id
                AND i.shown_state IN ('open', 'acknowledged') AND i.inhibited_by IS NULL) ORDER BY o.incident_id, o.id
            """, []
        ).compactMap(UndeliveredNotice.init)
    }

    /// When the first provider that asked to wait, and that acts wait for, takes writes again.
    package func nextLimitEnd(after moment: Instant) throws -> Instant? {
        try scalar(
            """
            SELECT min(l.until) FROM provider_limit l WHERE l.until > ? AND EXISTS (SELECT 1 FROM outbox_action a
                WHERE \(Self.ready) AND a.next_try_at <= l.until AND \(Self.provider(of: "a.kind")) = l.provider)
            """, [.init(moment)])?.instant
    }
}

extension StoredRow {
    /// `slack: Slack refused (is_archived): …`, one for each provider and reason.
    func undelivered() throws -> [String] {
        if try text("undelivered") == "[]" { return [] }
        let acts = (try json("undelivered").array ?? []).compactMap(\.string)
        return Set(
            acts.map { act in
                let kind = act.prefix { $0 != " " }
                let provider = Action.Kind(rawValue: String(kind))?.provider
                return "\(provider?.rawValue ?? ""):\(act.dropFirst(kind.count))"
            }
        ).sorted()
    }
}
