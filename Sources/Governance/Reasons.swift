import Basics
import OnCallModel

extension Decision.Reason {
    /// What the audit, the report and the panes say.
    package var sentence: String {
        switch self {
        case .loopedGenerations(let count, let limit):
            "\(count) looped generations with repetition are more than \(limit), so the gate acts alone."
        case .costOfLoop(let cost, let limit):
            "A repetitive loop at \(Format.dollars(cost))/h is above \(Format.dollars(limit))/h, so the gate acts alone."
        case .costPerHour(let cost, let limit):
            "\(Format.dollars(cost))/h is above \(Format.dollars(limit))/h, so the gate acts alone."
        case .belowLimits:
            "Below the limits for acting alone, so a person decides."
        case .slowLoop:
            "A slow loop leaves time to ask, so a person decides."
        case .costAloneNeverKills(let cost):
            "\(Format.dollars(cost))/h alone never kills: the trace shows no repetition, so a person decides."
        case .budgetSpent(let kills):
            "\(kills) loops were killed unasked within ten minutes, so a person decides on the next."
        case .frozen:
            "Actions are frozen, so the gate does nothing alone."
        case .note:
            "A note asks for no action."
        case .alreadyActed:
            "The remedy was already allowed."
        case .alreadyAsked:
            "A person was already asked and has not answered yet."
        case .rejected:
            "A person rejected this remedy, so it is neither done nor asked again."
        case .noRemedy:
            "This kind of finding has no remedy."
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
            "\(author) is not on the list of approvers; ask someone who is."
        case .alreadyDecided(let status, let author):
            "The request is already \(status.rawValue)\(author.map { " by \($0)" } ?? "")."
        case .expired(let instant):
            "The request expired at \(instant.iso8601Seconds); the next scan asks again if the trouble lasts."
        case .notStanding(let kind):
            "\(kind.rawValue) needs a decision of its own; approve its request."
        case .notKillable:
            "Only the killing of a loop can be ordered directly; approve the request for anything else."
        }
    }
}
