package import Basics
package import OnCallModel

extension StoreTransaction {
    /// The first request of an attempt is about to be sent: from now on it may have arrived.
    package func markSent(_ act: Int64, at now: Instant) throws {
        try run(
            "UPDATE outbox_action SET sent_at = coalesce(sent_at, ?) WHERE id = ? AND state = 'attempting'",
            [.init(now), .integer(act)])
    }

    /// What is done after a failed kill was decided: the next executor was requested, or there is none. False if it was decided
    /// before.
    @discardableResult
    package func markFollowed(_ act: Int64, at now: Instant) throws -> Bool {
        try run(
            "UPDATE outbox_action SET followed_at = ? WHERE id = ? AND followed_at IS NULL",
            [.init(now), .integer(act)])
            == 1
    }
}

extension StoreSnapshot {
    /// When the first request of an act was sent; nil if certainly none was.
    package func sentAt(ofAct id: Int64) throws -> Instant? {
        try scalar("SELECT sent_at FROM outbox_action WHERE id = ?", [.integer(id)])?.instant
    }

    /// The kills and executors that failed to stop their traces, and after which nothing was requested yet.
    package func unfollowedKills() throws -> [ActRecord] {
        try acts(
            "WHERE state = 'failed' AND followed_at IS NULL AND kind IN ('kill_loop', 'execute') ORDER BY id", [])
    }
}
