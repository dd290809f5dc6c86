import Basics

/// Why an act is allowed.
package enum Ground: Hashable, Sendable {
    /// A rule allows it without asking anybody.
    case policy(Rule)
    /// A person approved a request.
    case person(String, request: Int64)
    /// A person ordered it without being asked; `intent` is the row of the order.
    case order(String, intent: Int64)
    /// A notice, which needs no decision.
    case notice

    /// What follows "allowed by": `policy: more than 20 looped generations`, `alice@host (console)`.
    package var sentence: String {
        switch self {
        case .policy(let rule): "policy: \(rule.sentence)"
        case .person(let author, _), .order(let author, _): author
        case .notice: "policy: notices"
        }
    }

    /// The person who allowed it.
    package var author: String? {
        switch self {
        case .person(let author, _), .order(let author, _): author
        case .policy, .notice: nil
        }
    }

    /// A rule that allows an act without a person, with its limit. Costs are US dollars an hour.
    package enum Rule: Hashable, Sendable {
        case loopedGenerations(over: Int)
        case costOfLoop(over: Double)
        case costPerHour(over: Double)
        /// A request for a review is only a message.
        case harmlessReview
        /// A pull request is riskier than this percentage of the recent changes, and a setting allows the review.
        case pullPercentile(over: Double)

        package var sentence: String {
            switch self {
            case .loopedGenerations(let limit): "more than \(limit) looped generations"
            case .costOfLoop(let limit): "repetitive loop above \(Format.dollars(limit))/h"
            case .costPerHour(let limit): "more than \(Format.dollars(limit))/h"
            case .harmlessReview: "a review is harmless"
            case .pullPercentile(let limit): "riskier than \(Format.decimal(limit, digits: 0)) % of recent changes"
            }
        }
    }
}
