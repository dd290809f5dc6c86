package import Basics

/// How many requests a provider allows within a time.
package struct RateLimit: Hashable, Sendable {
    package var requests: Int
    package var per: Span

    package init(requests: Int, per: Span) {
        (self.requests, self.per) = (requests, per)
    }

    /// How many of `requests` a priority leaves to the ones above it: a tenth for each of these, and at least two.
    static func kept(of requests: Int, by priority: RequestPriority) -> Int {
        requests < 5 ? 0 : priority.rawValue * max(2, requests / 10)
    }

    /// How many requests in ``per`` a priority may use, those of the others counted.
    func share(of priority: RequestPriority) -> Int {
        max(1, requests - Self.kept(of: requests, by: priority))
    }

    /// `30 calls a minute`
    package var phrase: String {
        let unit =
            switch per {
            case .seconds(1): "a second"
            case .minutes(1): "a minute"
            case .hours(1): "an hour"
            case .days(1): "a day"
            default: "in \(Format.duration(per))"
            }
        return "\(requests) \(requests == 1 ? "call" : "calls") \(unit)"
    }
}
