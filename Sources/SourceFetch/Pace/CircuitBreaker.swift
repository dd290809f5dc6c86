package import Basics

/// Stops requests to a source that keeps failing, and then tests it with one request at a time.
package struct CircuitBreaker: Sendable {
    private enum State: Hashable, Sendable {
        case closed
        case open(until: Instant)
        /// One request tests whether the source is back; if it does not report until then, another one may.
        case probing(until: Instant)
    }

    /// The number of failed requests in a row, not counting retries, that opens the breaker.
    package static let threshold = 5
    private static let shortestRest = Span.seconds(30)
    private static let longestRest = Span.minutes(5)

    private var state = State.closed
    private var failures = 0
    private var rest = shortestRest

    package init() {}

    /// Nil if a request may be sent now, else the end of the pause.
    package mutating func pauseEnd(at now: Instant) -> Instant? {
        switch state {
        case .closed: return nil
        case .open(let until), .probing(let until):
            guard now >= until else { return until }
            state = .probing(until: now + Self.shortestRest)
            return nil
        }
    }

    package mutating func succeed() {
        (state, failures, rest) = (.closed, 0, Self.shortestRest)
    }

    package mutating func fail(at now: Instant) {
        failures += 1
        if case .probing = state {
            rest = min(Self.longestRest, .seconds(rest.seconds * 2))
        } else if failures < Self.threshold {
            return
        }
        state = .open(until: now + rest)
    }
}
