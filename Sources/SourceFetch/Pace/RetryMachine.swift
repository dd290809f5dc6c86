package import Basics

/// Decides after each failed try of one page whether and when to retry.
package struct RetryMachine: Sendable {
    package enum Trouble: Hashable, Sendable {
        /// The provider requested a pause; nil if it gave no duration.
        case rateLimited(Span?)
        /// 5xx, no connection, half an answer.
        case passing(retryAfter: Span?)
        /// Asking again would be answered the same.
        case lasting
    }

    package enum Decision: Hashable, Sendable {
        case tryAgain(after: Span)
        case giveUp
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

    /// `random` is in 0..<1: the jitter, so that readers do not retry at the same time.
    package mutating func decide(after trouble: Trouble, random: Double) -> Decision {
        failures += 1
        guard failures < policy.tries else { return .giveUp }
        let wait: Span
        switch trouble {
        case .lasting: return .giveUp
        case .rateLimited(let span?), .passing(let span?): wait = span + .seconds(span.seconds * 0.1 * random)
        case .rateLimited(nil), .passing(nil):
            wait = .seconds(policy.backoff.wait(afterFailures: failures).seconds * random)
        }
        guard waited + wait <= policy.maxWait else { return .giveUp }
        waited = waited + wait
        return .tryAgain(after: wait)
    }
}
