import Basics
package import OnCallModel

/// The name of one act: `incident-7/kill_loop`. The outbox takes each name once, and what an act leaves behind (an issue's
/// marker, a message's metadata, a webhook's idempotency key) carries it, so that a lost outcome can be looked up.
package struct ActKey: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package var description: String { text }

    /// What an act is named after.
    package enum Subject: Hashable, Sendable {
        /// The incident in its round: how often it was opened again.
        case incident(Int64, round: Int)
        /// A request about no incident.
        case request(Int64)
        /// A person's order. Each order is an act of its own.
        case order(intent: Int64)
    }

    /// A remedy may be carried out again in each round. An incident has one message and one issue for all its rounds; an
    /// update and a reply are named after their text too, so that each new state is sent once.
    package init(_ action: Action, for subject: Subject) {
        let kind = action.kind.rawValue
        switch subject {
        case .order(let intent): text = "intent-\(intent)/\(kind)"
        case .request(let request): text = "request-\(request)/\(kind)"
        case .incident(let incident, let round):
            let name = "incident-\(incident)/\(kind)"
            let suffix = round == 0 ? "" : "/round-\(round)"
            switch action {
            case .postIncident, .openIssue: text = name
            case .updatePost(_, let note), .postReply(_, let note): text = "\(name)/\(Fingerprint(note))\(suffix)"
            case .killLoop, .requestReview: text = name + suffix
            }
        }
    }

    /// A key that was stored.
    init(stored: String) {
        text = stored
    }
}
