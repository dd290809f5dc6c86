import Basics
import OnCallModel

extension Decision.Reason {
    /// For the audit, the report and the panes.
    package var sentence: String {
        switch self {
        case .loopedGenerations(let count, let limit):
            "\(count) looped generations with repetition exceed the limit of \(limit), so no approval is required."
        case .costOfLoop(let cost, let limit):
            "A repetitive loop at \(Format.dollars(cost))/h is above \(Format.dollars(limit))/h, so no approval is required."
        case .costPerHour(let cost, let limit):
            "\(Format.dollars(cost))/h is above \(Format.dollars(limit))/h, so no approval is required."
        case .belowLimits: "Below the limits for automatic action, so approval is required."
        case .slowLoop: "A slow loop leaves time to ask, so approval is required."
        case .costAloneNeverKills(let cost):
            "\(Format.dollars(cost))/h alone never kills: the trace shows no repetition, so approval is required."
        case .budgetSpent(let kills):
            "\(kills) loops were killed automatically within ten minutes, so the next kill requires approval."
        case .frozen: "Actions are frozen, so nothing runs automatically."
        case .note: "A note requires no action."
        case .alreadyActed: "The remedy is already permitted."
        case .alreadyAsked: "A request for approval is already pending."
        case .rejected: "A person rejected this remedy, so it is not requested again."
        case .policyAsks(let rule): "The policy for \(rule.scope) requires approval."
        case .rejectedBefore: "A person rejected this remedy before the incident was reopened, so approval is required."
        case .silenced(let until):
            "The incident is silenced until \(until.iso8601Seconds), so nothing runs and no approval is requested."
        case .quiet: "The incident is muted, so no review is requested."
        case .over: "The incident is resolved."
        case .forbidden(let rule): "The policy for \(rule.scope) allows no action."
        case .noRemedy: "This class of finding has no remedy."
        }
    }

    /// The rule by which no approval is required; nil if it is required.
    var rule: Ground.Rule? {
        switch self {
        case .loopedGenerations(_, let limit): .loopedGenerations(over: limit)
        case .costOfLoop(_, let limit): .costOfLoop(over: limit)
        case .costPerHour(_, let limit): .costPerHour(over: limit)
        default: nil
        }
    }

    /// The cost is above the limit, but without approval it allows only a message.
    var asksForReview: Bool {
        if case .costAloneNeverKills = self { true } else { false }
    }
}

extension Refusal {
    package var sentence: String {
        switch self {
        case .frozen: "Actions are frozen; lift the freeze and try again."
        case .notAnApprover(let author): "\(author) is not on the list of approvers; ask an approver."
        case .approvedBySame(let person): "\(person) has approved the request; a second person must approve it too."
        case .tooWideForSlack(let targets):
            (targets > 1 ? "The action has \(targets) targets." : "The action may stop more than one agent.")
                + " Approve it in the console, or name the approvers in the setting people."
        case .alreadyDecided(let status, let author):
            "The request is already \(status.rawValue)\(author.map { " by \($0)" } ?? "")."
        case .changed(let action):
            "The request has changed since it was shown: \(action.sentence). Look at it, then approve it again."
        case .expired(let instant):
            "The request expired at \(instant.iso8601Seconds); the next scan creates a new one if the incident is still open."
        case .alreadyAllowed(let ground): "The action is already allowed by \(ground.sentence); it does not run twice."
        case .underWay(let ground): "The action is running, allowed by \(ground.sentence)."
        case .silenced(let until): "The incident is silenced until \(until.iso8601Seconds)."
        case .muted: "The incident is muted."
        case .resolved: "The incident was resolved before its notice could be delivered."
        case .notANotice(let kind): "\(kind.rawValue) requires its own decision; approve its request."
        case .ownPull(let login):
            "\(login) opened the pull request; another person must decide on the review of it."
        case .notKillable: "Only the kill of a loop can be requested directly; for other actions, approve the request."
        }
    }
}
