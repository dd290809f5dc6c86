import Basics
import Governance
import OnCallModel

/// Notices that were not delivered, and the limits of the providers that take them.
extension StoreTransaction {
    /// No write goes to the provider before that moment.
    func limit(_ provider: Action.Provider, until moment: Instant) throws {
        try run(
            """
            INSERT INTO provider_limit (provider, until) VALUES (?1, ?2)
            ON CONFLICT (provider) DO UPDATE SET until = max(until, ?2)
            """, [.text(provider.rawValue), .init(moment)])
    }

    /// Whether a refused act is tried again: a notice of an incident that is not resolved, or of none for a week.
    func isRepeated(_ record: ActRecord, at now: Instant) throws -> Bool {
        guard record.ground == .notice else { return false }
        guard let incident = record.incident else { return now < record.createdAt + .days(7) }
        return try snapshot.life(ofIncident: incident)?.stage != .resolved
    }

    func notified(_ incident: Int64, at now: Instant) throws {
        try run("UPDATE incident_reports SET notified_at = ? WHERE id = ?", [.init(now), .integer(incident)])
    }

    /// Makes way for a new notice. An older update or reply that could not be delivered is replaced by a newer one; a post or
    /// an issue that was given up is put into the outbox again.
    func replaceUndelivered(by permission: Permission, at now: Instant) throws {
        let action = permission.action
        switch action.kind {
        case .postIncident, .createIssue:
            try run(
                """
                UPDATE outbox_action SET state = 'waiting', tries = 0, next_try_at = ?, finished_at = NULL, round = ?
                WHERE act_key = ? AND state = 'failed' AND ground = 'notice'
                """, [.init(now), .init(permission.round), .text(permission.key.text)])
        case .updatePost, .postReply:
            try run(
                """
                UPDATE outbox_action AS a SET state = 'failed', next_try_at = NULL, finished_at = ?,
                    detail = 'Replaced by a newer notice.'
                WHERE a.state = 'waiting' AND a.ground = 'notice' AND a.kind = ? AND a.incident_id = ? AND a.act_key <> ?
                    AND (a.tries > 0 OR EXISTS (SELECT 1 FROM outbox_action p WHERE p.incident_id = a.incident_id
                        AND p.kind = 'slack_post' AND p.state = 'waiting' AND p.tries > 0))
                """,
                [
                    .init(now), .text(action.kind.rawValue), .init(permission.incident), .text(permission.key.text),
                ])
        case .killLoop, .review, .commentIssue, .execute, .notify, .pullComment, .pullReview, .pullDismissal,
            .postDigest,
            .warnBudget:
            return
        }
    }

    /// A post that goes out late says everything that its waiting replies would say.
    func withdrawReplies(to post: ActRecord, at now: Instant) throws {
        guard post.tries > 1, let incident = post.incident else { return }
        try run(
            """
            UPDATE outbox_action SET state = 'failed', next_try_at = NULL, finished_at = ?,
                detail = 'The incident was posted after it.'
            WHERE state = 'waiting' AND kind = 'slack_reply' AND incident_id = ?
            """, [.init(now), .integer(incident)])
    }
}
