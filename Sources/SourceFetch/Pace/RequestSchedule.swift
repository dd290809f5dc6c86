package import Basics
package import SourceSpec

/// Gives every request to a source its moment: never more than the budget's requests within its time.
package struct RequestSchedule: Sendable {
    package enum Answer: Hashable, Sendable {
        /// The request has its place; it may go after this long.
        case go(after: Span)
        /// No place was taken: it would have to wait longer than its asker will.
        case tooLong(Span)
    }

    private let budget: RateBudgetSpec
    /// The moments of the latest requests, in order; at most as many as the budget has.
    private var moments: [Instant] = []
    package private(set) var blockedUntil: Instant?

    package init(_ budget: RateBudgetSpec) {
        self.budget = budget
    }

    package mutating func reserve(at now: Instant, maxWait: Span) -> Answer {
        moments.removeAll { $0 + budget.per <= now }
        var moment = max(now, blockedUntil ?? now)
        if moments.count >= max(1, budget.requests) {
            moment = max(moment, moments[moments.count - max(1, budget.requests)] + budget.per)
        }
        guard moment - now <= maxWait else { return .tooLong(moment - now) }
        moments.append(moment)
        return .go(after: moment - now)
    }

    /// The provider requested a pause until then.
    package mutating func block(until moment: Instant) {
        blockedUntil = max(moment, blockedUntil ?? moment)
    }
}
