package import Basics

/// Decides how long to wait for a store that cannot be used, and when people are notified. It has no clock.
package struct StoreOutageMachine: Hashable, Sendable {
    private struct Outage: Hashable, Sendable {
        var since: Instant
        var isAnnounced = false
    }

    private var outage: Outage?
    private var lastEnd: Instant?
    private var pauses = 0

    /// Another program's short lock notifies no one.
    static let announcedAfter = Span.seconds(10)
    /// Where outages follow each other, each must last this long before it is announced.
    static let announcedAgainAfter = Span.minutes(5)

    package init() {}

    package var since: Instant? { outage?.since }
    package var isAnnounced: Bool { outage?.isAnnounced ?? false }

    /// Something could not be written. True if this begins an outage.
    package mutating func failed(at now: Instant) -> Bool {
        guard outage == nil else { return false }
        if let lastEnd, now - lastEnd < .minutes(1) {} else { pauses = 0 }
        outage = Outage(since: now)
        return true
    }

    /// How long to wait before the next try: 1 s, doubling to 30 s.
    package mutating func nextPause() -> Span {
        defer { pauses = min(pauses + 1, 5) }
        return .seconds(min(30, Double(1 << pauses)))
    }

    /// Whether people should be notified now.
    package func isAnnouncementDue(at now: Instant) -> Bool {
        guard let outage, !outage.isAnnounced else { return false }
        let isRepeated = lastEnd.map { outage.since - $0 < Self.announcedAgainAfter } ?? false
        return now - outage.since >= (isRepeated ? Self.announcedAgainAfter : Self.announcedAfter)
    }

    package mutating func announced() {
        outage?.isAnnounced = true
    }

    /// The store was written again. Returns how long it could not be, if people were notified of that.
    package mutating func ended(at now: Instant) -> Span? {
        defer { (outage, lastEnd) = (nil, now) }
        return outage.flatMap { $0.isAnnounced ? now - $0.since : nil }
    }
}
