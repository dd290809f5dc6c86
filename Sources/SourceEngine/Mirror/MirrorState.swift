import Basics

/// The stored state of one mirrored table.
struct MirrorState: Hashable, Sendable {
    var coverage = IntervalSet()
    /// The start of the last complete sync.
    var syncedAt: Instant?
    /// The start of the last read that went up to its own time: the newest rows are as of then.
    var headAt: Instant?
    /// The time of the newest row.
    var newest: Instant?
    /// The provider refused its newer API then, and its older one is used since.
    var fallbackSince: Instant?

    var hasRows: Bool { newest != nil }

    /// The primary API is tried again after this time.
    static let probeInterval = Span.days(1)

    func usesFallback(now: Instant) -> Bool {
        fallbackSince.map { now - $0 < Self.probeInterval } ?? false
    }
}
