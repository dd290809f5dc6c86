package import Basics

/// Leaves a source alone that keeps failing, and tries it again with one request at a time.
package struct CircuitBreaker: Sendable {
    package enum Permit: Hashable, Sendable {
        case go
        case refuse(until: Instant)
    }

    private enum State: Hashable, Sendable {
        case closed
        case open(until: Instant)
        /// One request is under way to see whether the source is back; should it never report, another may go then.
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

    package mutating func ask(at now: Instant) -> Permit {
        switch state {
        case .closed: return .go
        case .open(let until), .probing(let until):
            guard now >= until else { return .refuse(until: until) }
            state = .probing(until: now + Self.shortestRest)
            return .go
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
