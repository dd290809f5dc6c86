import Basics
import OnCallModel

extension Decision.Reason {
    /// What the audit, the report and the panes say.
    package var sentence: String {
        switch self {
        case .loopedGenerations(let count, let limit):
            "\(count) looped generations with repetition exceed the limit of \(limit), so no approval is required."
        case .costOfLoop(let cost, let limit):
            "A repetitive loop at \(Format.dollars(cost))/h is above \(Format.dollars(limit))/h, so no approval is required."
        case .costPerHour(let cost, let limit):
            "\(Format.dollars(cost))/h is above \(Format.dollars(limit))/h, so no approval is required."
        case .belowLimits:
            "Below the limits for automatic action, so approval is required."
        case .slowLoop:
            "A slow loop leaves time to ask, so approval is required."
        case .costAloneNeverKills(let cost):
            "\(Format.dollars(cost))/h alone never kills: the trace shows no repetition, so approval is required."
        case .budgetSpent(let kills):
            "\(kills) loops were killed automatically within ten minutes, so the next kill requires approval."
        case .frozen:
            "Actions are frozen, so nothing runs automatically."
        case .note:
            "A note requires no action."
        case .alreadyActed:
            "The remedy is already permitted."
        case .alreadyAsked:
            "A request for approval is already pending."
        case .rejected:
            "A person rejected this remedy, so it is not requested again."
        case .noRemedy:
            "This class of finding has no remedy."
        }
    }

    var actsAlone: Bool {
        switch self {
        case .loopedGenerations, .costOfLoop, .costPerHour: true
        default: false
        }
    }

    /// The money is above the limit, but what it would allow alone is no more than a post.
    var asksForReview: Bool {
        if case .costAloneNeverKills = self { true } else { false }
    }

    /// The short form that stands in `Approval.allowedBy` after `policy: `.
    var policy: String {
        switch self {
        case .loopedGenerations(_, let limit): "more than \(limit) looped generations"
        case .costOfLoop(_, let limit): "repetitive loop above \(Format.dollars(limit))/h"
        case .costPerHour(_, let limit): "more than \(Format.dollars(limit))/h"
        case .costAloneNeverKills: "a review is harmless"
        default: sentence
        }
    }
}

extension Refusal {
    package var sentence: String {
        switch self {
        case .frozen:
            "Actions are frozen; lift the freeze and try again."
        case .notAnApprover(let author):
            "\(author) is not on the list of approvers; ask an approver."
        case .alreadyDecided(let status, let author):
            "The request is already \(status.rawValue)\(author.map { " by \($0)" } ?? "")."
        case .expired(let instant):
            "The request expired at \(instant.iso8601Seconds); the next scan creates a new one if the incident is still open."
        case .notStanding(let kind):
            "\(kind.rawValue) requires its own decision; approve its request."
        case .notKillable:
            "Only the kill of a loop can be requested directly; for other actions, approve the request."
        }
    }
}
