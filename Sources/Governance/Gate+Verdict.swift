package import Basics
package import OnCallModel

extension Gate {
    /// A notice, which standing policy allows: the post of an incident, its update, a reply below it, its GitHub issue.
    ///
    /// The key of an update and of a reply names its text, so that each new state is told once.
    package func standing(_ action: Action, incident: Int64) -> Verdict {
        if policy.isFrozen { return .refuse(.frozen) }
        let key: String
        switch action {
        case .postIncident, .openIssue: key = Self.key(of: action, incident: incident)
        case .updatePost(_, let text), .postReply(_, let text):
            key = "\(Self.key(of: action, incident: incident))/\(Fingerprint(text))"
        case .killLoop, .requestReview: return .refuse(.notStanding(action.kind))
        }
        return .allow(
            Approval(action: action, key: key, allowedBy: "policy: notices", incident: incident, request: nil))
    }

    /// A person's yes to a request.
    ///
    /// The store still compares and sets (status, expiry) in one statement: this is the judgement, that is the lock.
    package func approve(_ item: ApprovalItem, by author: String, now: Instant) -> Verdict {
        if let refusal = refusal(of: item, to: author, now: now) { return .refuse(refusal) }
        if policy.isFrozen { return .refuse(.frozen) }
        let key =
            item.incident.map { Self.key(of: item.action, incident: $0) }
            ?? "request-\(item.id)/\(item.action.kind.rawValue)"
        return .allow(
            Approval(
                action: item.action, key: key, allowedBy: author, incident: item.incident, request: item.id))
    }

    /// Why a person may not decide on a request, be it yes or no; nil when they may.
    package func refusal(of item: ApprovalItem, to author: String, now: Instant) -> Refusal? {
        if !policy.admits(author) { return .notAnApprover(author) }
        if item.status == .expired { return .expired(item.expiresAt) }
        if item.status != .pending { return .alreadyDecided(item.status, by: item.resolvedBy) }
        return now < item.expiresAt ? nil : .expired(item.expiresAt)
    }

    /// A kill that a person ordered without being asked. `intent` is the row of the order, so that the same order is
    /// carried out once and a new one, after a failed kill, is an act of its own.
    package func ordered(_ action: Action, by author: String, intent: Int64, incident: Int64?) -> Verdict {
        guard action.kind == .killLoop else { return .refuse(.notKillable) }
        if !policy.admits(author) { return .refuse(.notAnApprover(author)) }
        if policy.isFrozen { return .refuse(.frozen) }
        return .allow(
            Approval(
                action: action, key: "intent-\(intent)/\(action.kind.rawValue)", allowedBy: author,
                incident: incident, request: nil))
    }

    /// An act that was allowed and stored before, taken up again after a pause or a restart.
    package func resume(_ act: ActRecord) -> Verdict {
        if policy.isFrozen { return .refuse(.frozen) }
        return .allow(
            Approval(
                action: act.action, key: act.key, allowedBy: act.allowedBy, incident: act.incident,
                request: act.request))
    }
}
