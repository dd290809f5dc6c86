package import Basics

/// How long the outbox waits before it tries an act again.
package struct RetryPolicy: Hashable, Sendable {
    /// The pause after the first attempt; each later one is twice as long.
    package var first: Span
    package var longest: Span
    /// A provider that asks for more than this is asked again after this.
    package var longestAsked: Span
    package var attempts: Int

    package init(
        first: Span = .seconds(2), longest: Span = .minutes(10), longestAsked: Span = .hours(1), attempts: Int = 300
    ) {
        self.first = first
        self.longest = longest
        self.longestAsked = longestAsked
        self.attempts = attempts
    }

    /// About two days of trying: an outage of Slack or GitHub loses nothing.
    package static let outbox = RetryPolicy()

    /// The pause after attempt number `attempt` (from 1), nil when it was the last one.
    ///
    /// What a provider asked for is kept exactly; otherwise `jitter`, from 0 up to 1, takes up to half of the pause away,
    /// so that several acts do not come back in step.
    package func pause(afterAttempt attempt: Int, asked: Span? = nil, jitter: Double = 0) -> Span? {
        guard attempt < attempts else { return nil }
        if let asked { return max(.milliseconds(0), min(asked, longestAsked)) }
        var pause = first
        for _ in 1..<max(attempt, 1) where pause < longest { pause = pause + pause }
        let bounded = min(pause, longest)
        return .seconds(bounded.seconds * (1 - 0.5 * min(max(jitter, 0), 1)))
    }
}
