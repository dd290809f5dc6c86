package import Basics

/// A finding that an incident holds, as far as its detector needs to know it again.
package struct PastFinding: Hashable, Sendable {
    package var subject: String
    package var firstSeen: Instant
    package var lastSeen: Instant
    /// Its incident is resolved.
    package var isResolved: Bool

    package init(subject: String, firstSeen: Instant, lastSeen: Instant, isResolved: Bool) {
        self.subject = subject
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.isResolved = isResolved
    }

    /// The UTC hours that it covers, 745 of them at most.
    package var hours: [Instant] {
        let first = firstSeen.startOfHour
        let count = min(max(0, Int((lastSeen - first).seconds / 3600)), 31 * 24)
        return (0...count).map { first + .hours(Double($0)) }
    }
}
