import Basics

/// The stored state of one mirrored table.
struct MirrorState: Hashable, Sendable {
    var coverage = IntervalSet()
    /// The start of the last complete sync: its rows are as of that time.
    var syncedAt: Instant?
    /// The time of the newest row.
    var newest: Instant?
    /// The provider answered 404 then, and its older API is spoken since.
    var fallbackSince: Instant?

    var hasRows: Bool { newest != nil }

    /// The primary API is tried again after this time.
    static let probeInterval = Span.days(1)

    func usesFallback(now: Instant) -> Bool {
        fallbackSince.map { now - $0 < Self.probeInterval } ?? false
    }
}
