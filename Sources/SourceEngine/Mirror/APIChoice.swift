import Basics
import SourceSpec

/// Selects one of two APIs of a table: the newer one until it refuses, then the older one for one day.
struct APIChoice: Hashable, Sendable {
    struct Change: Hashable, Sendable { var since: Instant? }

    private(set) var usesFallback: Bool
    private let hasFallback: Bool
    private var hasTurned = false
    private var remembered: Instant?

    init(mirror: MirrorSpec, state: MirrorState, now: Instant) {
        hasFallback = mirror.fallback != nil
        remembered = state.fallbackSince
        usesFallback = hasFallback && state.usesFallback(now: now)
    }

    /// The API in use refused: true when the other one is to be tried. Both are tried once.
    mutating func tryOther() -> Bool {
        guard hasFallback, !hasTurned else { return false }
        hasTurned = true
        usesFallback.toggle()
        return true
    }

    /// The API in use answered; the change that is to be remembered, if any.
    mutating func answered(at now: Instant) -> Change? {
        if usesFallback, remembered == nil || hasTurned {
            defer { (remembered, hasTurned) = (now, false) }
            return remembered == now ? nil : Change(since: now)
        }
        guard !usesFallback, remembered != nil else { return nil }
        remembered = nil
        return Change(since: nil)
    }
}
