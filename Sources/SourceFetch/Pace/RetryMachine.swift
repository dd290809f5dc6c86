package import Basics

/// Decides after each failed try of one page whether and when to retry.
package struct RetryMachine: Sendable {
    /// Whether a retry may succeed.
    package enum Retry: Hashable, Sendable {
        /// The provider requested a pause; nil if it gave no duration.
        case rateLimited(Span?)
        /// 5xx, no connection, an incomplete response.
        case temporary(retryAfter: Span?)
        /// A retry would get the same response.
        case useless
    }

    package struct Policy: Hashable, Sendable {
        package var tries = 4
        package var backoff = Backoff(first: .milliseconds(500), longest: .seconds(8))
        /// The maximum wait of a statement for one page; a longer wait is reported as an error.
        package var maxWait = Span.seconds(15)

        package init() {}
    }

    private let policy: Policy
    private var failures = 0
    private var waited = Span.milliseconds(0)

    package init(policy: Policy = Policy()) {
        self.policy = policy
    }

    /// The wait before the next try; nil to give up. `random` is in 0..<1: the jitter, so that readers do not retry at the same time.
    package mutating func wait(after retry: Retry, random: Double) -> Span? {
        failures += 1
        guard failures < policy.tries else { return nil }
        let wait: Span
        switch retry {
        case .useless: return nil
        case .rateLimited(let span?), .temporary(let span?): wait = span + .seconds(span.seconds * 0.1 * random)
        case .rateLimited(nil), .temporary(nil):
            wait = .seconds(policy.backoff.wait(afterFailures: failures).seconds * random)
        }
        guard waited + wait <= policy.maxWait else { return nil }
        waited = waited + wait
        return wait
    }
}
