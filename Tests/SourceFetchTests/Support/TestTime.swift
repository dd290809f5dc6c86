import Basics

/// A clock that moves only when someone sleeps, and remembers how long each sleep was.
final class TestTime: Sendable {
    private let state: Lock<(now: Instant, sleeps: [Span])>

    init(_ now: Instant = Instant(iso8601: "2026-11-24T03:00:00Z")!) {
        state = Lock((now, []))
    }

    var clock: WallClock { WallClock { [self] in state.withLock { $0.now } } }
    var sleeps: [Span] { state.withLock { $0.sleeps } }

    func sleep(_ span: Span) throws {
        try Task.checkCancellation()
        advance(span)
        state.withLock { $0.sleeps.append(span) }
    }

    func advance(_ span: Span) {
        state.withLock { $0.now = $0.now + span }
    }
}
