import Basics

/// Finds how long a window may be, for a server that fails on long ones.
struct WindowLength: Hashable, Sendable {
    static let shortest = MirrorPlan.shortestWindow

    enum Next: Hashable, Sendable {
        /// Read what failed again, in shorter windows.
        case shorten
        /// The length is not the reason.
        case giveUp
    }

    /// The longest window that was answered, and the shortest that was not.
    private var good = Span.milliseconds(0)
    private var bad: Span?
    /// One short window is read first: if that fails too, the source is down.
    private var isProbing = false
    private var hasProbed = false

    /// No window is to be longer; nil before one has failed.
    var limit: Span? {
        guard let bad else { return nil }
        if isProbing { return Self.shortest }
        let known = max(good, Self.shortest)
        guard bad.seconds > known.seconds * 2 else { return min(known, bad) }
        return .seconds((known.seconds * bad.seconds).squareRoot().rounded())
    }

    /// Whether windows as long as the limit are known to be answered.
    var isProven: Bool { limit.map { $0 <= good } ?? true }

    mutating func answered(_ window: Interval) {
        good = max(good, window.length)
        isProbing = false
    }

    /// `isSure`: the server says that it was too much; otherwise it may be down.
    mutating func failed(_ window: Interval, isSure: Bool) -> Next {
        guard window.length > Self.shortest else { return .giveUp }
        bad = min(bad ?? window.length, window.length)
        good = good < window.length ? good : .milliseconds(0)
        if !isSure, !hasProbed { (isProbing, hasProbed) = (true, true) }
        return .shorten
    }
}
