package import Basics

/// A finding that an incident holds, as far as its detector needs to know it again.
package struct PastFinding: Hashable, Sendable {
    package var subject: String
    package var firstSeen: Instant
    package var lastSeen: Instant
    /// Its incident is resolved.
    package var isResolved: Bool
    /// The version of a prompt that a drift came with.
    package var prompt: Prompt?

    package struct Prompt: Hashable, Sendable {
        package var name: String
        package var version: Int
        package var createdAt: Instant
        package var message: String

        package init(name: String, version: Int, createdAt: Instant, message: String) {
            (self.name, self.version, self.createdAt, self.message) = (name, version, createdAt, message)
        }
    }

    package init(subject: String, firstSeen: Instant, lastSeen: Instant, isResolved: Bool) {
        (self.subject, self.firstSeen) = (subject, firstSeen)
        (self.lastSeen, self.isResolved) = (lastSeen, isResolved)
    }

    /// The UTC hours that it covers, 745 of them at most.
    package var hours: [Instant] {
        let first = firstSeen.startOfHour
        let count = min(max(0, Int((lastSeen - first).seconds / 3600)), 31 * 24)
        return (0...count).map { first + .hours(Double($0)) }
    }
}
