import Basics
import OnCallModel

extension Decision.Reason {
    /// What the audit, the report and the panes say.
    package var sentence: String {
        switch self {
        case .loopedGenerations(let count, let limit):
            "\(count) looped generations with repetition are more than \(limit), so the gate acts alone."
        case .costOfLoop(let cost, let limit):
            "A repetitive loop at \(Figures.dollars(cost))/h is above \(Figures.dollars(limit))/h, so the gate acts alone."
        case .costPerHour(let cost, let limit):
            "\(Figures.dollars(cost))/h is above \(Figures.dollars(limit))/h, so the gate acts alone."
        case .belowLimits:
            "Below the limits for acting alone, so a person decides."
        case .slowLoop:
            "A slow loop leaves time to ask, so a person decides."
        case .costAloneNeverKills(let cost):
            "\(Figures.dollars(cost))/h alone never kills: the trace shows no repetition, so a person decides."
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
        case .rejectedBefore:
            "A person rejected this remedy before the incident was opened again, so a person decides."
        case .silenced(let until):
            "The incident is silenced until \(until.iso8601Seconds), so nothing is done and nobody is asked."
        case .quiet:
            "The incident is muted, so nobody is asked for a review."
        case .noRemedy:
            "This kind of finding has no remedy."
        }
    }

    /// The rule by which the gate acts alone; nil where it does not.
    var rule: Ground.Rule? {
        switch self {
        case .loopedGenerations(_, let limit): .loopedGenerations(over: limit)
        case .costOfLoop(_, let limit): .costOfLoop(over: limit)
        case .costPerHour(_, let limit): .costPerHour(over: limit)
        default: nil
        }
    }

    /// The cost is above the limit, but all it allows without a person is a message.
    var asksForReview: Bool {
        if case .costAloneNeverKills = self { true } else { false }
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
        case .alreadyAllowed(let ground):
            "This is already allowed by \(ground.sentence); it is not done twice."
        case .underWay(let ground):
            "This is being done now, allowed by \(ground.sentence)."
        case .silenced(let until):
            "The incident is silenced until \(until.iso8601Seconds)."
        case .notANotice(let kind):
            "\(kind.rawValue) needs a decision of its own; approve its request."
        case .notKillable:
            "Only the killing of a loop can be ordered directly; approve the request for anything else."
        }
    }
}
