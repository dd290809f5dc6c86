import Basics

/// Keeps at least one second between two writes, as GitHub asks for.
struct WritePace: Sendable {
    let clock: WallClock
    let sleep: @Sendable (Span) async throws -> Void
    private let next = Lock(Instant(milliseconds: 0))

    static let interval = Span.seconds(1)

    init(clock: WallClock, sleep: @escaping @Sendable (Span) async throws -> Void) {
        (self.clock, self.sleep) = (clock, sleep)
    }

    /// Waits for the turn of a write.
    func wait() async {
        let now = clock.now()
        let pause = next.withLock { next -> Span in
            // A clock that was set back does not make it wait longer.
            let turn = min(max(now, next), now + .seconds(60))
            next = turn + Self.interval
            return turn - now
        }
        if pause > .milliseconds(0) { try? await sleep(pause) }
    }
}
