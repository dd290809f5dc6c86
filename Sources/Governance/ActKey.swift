import Basics
package import OnCallModel

/// The key of one act: `incident-7/kill_loop`. The outbox accepts each key once. The result of an act (an issue's marker, a
/// message's metadata, a webhook's idempotency key) contains it, so that a lost outcome can be checked.
package struct ActKey: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package var description: String { text }

    /// What an act is about.
    package enum Subject: Hashable, Sendable {
        /// The incident and its round: how often it was reopened. A kill of traces that the kills of the round did not cover
        /// is a later wave.
        case incident(Int64, round: Int, wave: Int = 0)
        /// A request about no incident.
        case request(Int64)
        /// A person's order. Each order is a separate act.
        case order(intent: Int64)
        /// A pull request. `turn` is how many acts of this kind it had before.
        case pull(PullTarget, turn: Int)
        /// The digest of one week is posted once.
        case digest(week: String)
        /// Each budget, period and level is notified once.
        case budget(key: String)
    }

    /// A remedy may be carried out once in each round; a kill once for each wave of traces, and an executor once for each time
    /// that its target was put back. An incident has one message and one issue for all rounds. The keys of
    /// updates and replies contain a fingerprint of their text, so that each text is sent once.
    package init(_ action: Action, for subject: Subject) {
        let kind = action.kind.rawValue
        switch subject {
        case .order(let intent): text = "intent-\(intent)/\(kind)"
        case .digest(let week): text = "digest-\(week)/\(kind)"
        case .budget(let key): text = "budget-\(key)/\(kind)"
        case .request(let request): text = "request-\(request)/\(kind)"
        case .pull(let target, let turn): text = "pull-\(target.name)/\(kind)/\(turn)"
        case .incident(let incident, let round, let wave):
            let name = "incident-\(incident)/\(kind)"
            let suffix = round == 0 ? "" : "/round-\(round)"
            switch action {
            case .postIncident, .openIssue, .postDigest, .warnBudget: text = name
            case .updatePost(_, let note), .postReply(_, let note), .commentIssue(_, let note):
                text = "\(name)/\(Fingerprint(note))\(suffix)"
            case .notify(_, let channel, let event, let note):
                text = "\(name)/\(channel)/\(event.rawValue)/\(Fingerprint(note))\(suffix)"
            case .requestReview: text = name + suffix
            case .killLoop: text = name + suffix + (wave == 0 ? "" : "/wave-\(wave)")
            case .execute(let execution):
                text = "\(name)/\(execution.name)" + suffix + (wave == 0 ? "" : "/wave-\(wave)")
            case .pull: text = name
            }
        }
    }

    init(stored: String) { text = stored }
}
