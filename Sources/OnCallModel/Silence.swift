package import Basics

/// A period in which matching incidents are recorded, but not notified or acted on automatically.
package struct Silence: Hashable, Sendable, Identifiable {
    /// What it holds for. Everything that is set must fit; nothing set fits all: a maintenance window.
    package struct Matcher: Hashable, Sendable {
        package var type: DetectionType?
        /// A subject; `*` matches any characters.
        package var subject: String?
        /// This severity and milder ones.
        package var maxSeverity: Severity?
        package var fingerprint: Fingerprint?

        package init(
            type: DetectionType? = nil, subject: String? = nil, maxSeverity: Severity? = nil,
            fingerprint: Fingerprint? = nil
        ) {
            (self.type, self.subject) = (type, subject)
            (self.maxSeverity, self.fingerprint) = (maxSeverity, fingerprint)
        }
    }

    package var id: Int64
    package var matcher: Matcher
    package var reason: String
    package var author: String
    package var createdAt: Instant
    package var startsAt: Instant
    /// Every silence has an end.
    package var expiresAt: Instant
    /// When and by whom it was ended before that.
    package var endedAt: Instant?
    package var endedBy: String?

    package init(
        id: Int64, matcher: Matcher, reason: String, author: String, createdAt: Instant, startsAt: Instant,
        expiresAt: Instant, endedAt: Instant? = nil, endedBy: String? = nil
    ) {
        (self.id, self.matcher, self.reason) = (id, matcher, reason)
        (self.author, self.createdAt, self.startsAt) = (author, createdAt, startsAt)
        (self.expiresAt, self.endedAt, self.endedBy) = (expiresAt, endedAt, endedBy)
    }

    package func isInForce(at now: Instant) -> Bool { endedAt == nil && startsAt <= now && now < expiresAt }
}
