import Basics

/// What a mirror file remembers of one table.
struct MirrorState: Hashable, Sendable {
    var coverage = IntervalSet()
    /// When the last sync that came to its end began: what it read is as old as that.
    var syncedAt: Instant?
    /// The time of the newest row.
    var newest: Instant?
    /// The provider answered 404 then, and its older API is spoken since.
    var fallbackSince: Instant?

    var hasRows: Bool { newest != nil }

    /// The primary API is asked again after this time.
    static let probeInterval = Span.days(1)

    func usesFallback(now: Instant) -> Bool {
        fallbackSince.map { now - $0 < Self.probeInterval } ?? false
    }
}
