package import Basics

/// Decides when a request may go, under one rate limit of a provider.
///
/// The lower a priority, the smaller the part of the limit that it may use, so a higher one never waits for a lower one.
package struct RequestSchedule: Sendable {
    /// A provider whose limit is unknown is asked as if it had the lowest limit that is known of any plan, for this long. After
    /// that it is asked without a limit until it refuses.
    static let trial = Span.seconds(6)
    /// Fewer accepted requests show no limit: the provider refuses for another reason.
    private static let minAccepted = 10
    static let trialLimit = RateLimit(requests: 30, per: .minutes(1))

    /// What the provider's last response said is left.
    private struct Allowance {
        var requests: Int
        var limit: Int
        var until: Instant
    }

    /// Nil while no limit is known.
    package var limit: RateLimit?
    package private(set) var blockedUntil: Instant?
    /// The moments of the latest requests, in order.
    private var moments: [Instant] = []
    /// The moments of the latest requests that were not refused.
    private var accepted: [Instant] = []
    private var firstAt: Instant?
    private var isTrialOver = false
    private var allowance: Allowance?

    package init(_ limit: RateLimit?) {
        self.limit = limit
    }

    /// The earliest moment at which a request of this priority may go.
    package func moment(for priority: RequestPriority, at now: Instant) -> Instant {
        var moment = max(now, blockedUntil ?? now)
        if let allowance, allowance.until > now,
            allowance.requests <= RateLimit.kept(of: allowance.limit, by: priority)
        {
            moment = max(moment, allowance.until)
        }
        if let limit { return max(moment, turn(of: priority, under: limit, at: now)) }
        let end = (firstAt ?? now) + Self.trial
        return now < end && !isTrialOver
            ? max(moment, min(end, turn(of: priority, under: Self.trialLimit, at: now))) : moment
    }

    private func turn(of priority: RequestPriority, under limit: RateLimit, at now: Instant) -> Instant {
        let recent = moments.drop { $0 + limit.per <= now }
        let share = limit.share(of: priority)
        return recent.count < share ? now : recent[recent.endIndex - share] + limit.per
    }

    /// A request goes now.
    package mutating func take(at now: Instant) {
        let kept = max(limit?.per ?? .minutes(1), .minutes(1))
        moments.removeAll { $0 + kept <= now }
        moments.append(now)
        firstAt = firstAt ?? now
        if let firstAt, now >= firstAt + Self.trial { isTrialOver = true }
        allowance?.requests -= 1
    }

    /// How many requests the provider still takes now; nil while no limit is known.
    package func left(at now: Instant) -> Int? {
        if let blockedUntil, blockedUntil > now { return 0 }
        let allowed = allowance.flatMap { $0.until > now ? max(0, $0.requests) : nil }
        let unused = limit.map { limit in
            max(0, limit.requests - moments.count { $0 + limit.per > now })
        }
        return [allowed, unused].compactMap { $0 }.min()
    }

    /// The provider answered a request.
    package mutating func accept(at now: Instant) {
        accepted.removeAll { $0 + .hours(1) <= now }
        accepted.append(now)
    }

    /// A response said what is left until its limit starts anew.
    package mutating func allow(_ requests: Int, of limit: Int, until: Instant) {
        allowance = Allowance(requests: requests, limit: limit, until: until)
    }

    /// The provider refused a request and named a pause.
    package mutating func block(until moment: Instant) {
        blockedUntil = max(moment, blockedUntil ?? moment)
        // Its count starts anew after the pause.
        moments.removeAll()
        accepted.removeAll()
    }

    /// The limit that a refusal shows. `declared` is the number that the provider gave; without it the limit is what it had accepted in
    /// that time. Nil where the pause is too short to mean a limit for a minute, or where too little was accepted to show one.
    package func limit(refusedFor pause: Span, declared: Int?, at now: Instant) -> RateLimit? {
        let periods: [Span] = [.minutes(1), .hours(1), .days(1)]
        guard pause >= .seconds(2), let per = periods.first(where: { pause <= $0 }) else { return nil }
        // Some refuse the request that would use up the limit.
        if let declared { return RateLimit(requests: max(1, declared - 1), per: per) }
        let count = accepted.count { $0 + per > now }
        return count >= Self.minAccepted ? RateLimit(requests: count, per: per) : nil
    }
}
