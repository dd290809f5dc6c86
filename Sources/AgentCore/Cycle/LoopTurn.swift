import Basics

/// Keeps a pulse from judging loops while a scan judges the same rows. A scan that waits long for rows keeps no pulse away.
final class LoopTurn: Sendable {
    private let began = Lock<ContinuousClock.Instant?>(nil)

    private static let longest = Span.seconds(20)

    func begin() { began.withLock { $0 = .now } }

    func end() { began.withLock { $0 = nil } }

    var isTaken: Bool { began.withLock { $0 }.map { ContinuousClock.now - $0 < Self.longest.duration } ?? false }
}
