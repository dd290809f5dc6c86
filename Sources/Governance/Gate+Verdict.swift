package import Basics
package import OnCallModel

extension Gate {
    /// A notice, which needs no decision: the post of an incident, its update, a reply below it, its GitHub issue.
    ///
    /// `round`: how often the incident was opened again.
    package func notice(_ action: Action, incident: Int64, round: Int) -> Verdict {
        switch action {
        case .killLoop, .requestReview: return .refuse(.notANotice(action.kind))
        case .postIncident, .updatePost, .postReply, .openIssue: break
        }
        if let refusal = noticeRefusal { return .refuse(refusal) }
        return .allow(
            Permission(
                action, for: .incident(incident, round: round), ground: .notice, incident: incident, round: round))
    }

    /// Why no notice may go out now; nil when they may.
    package var noticeRefusal: Refusal? { policy.isFrozen ? .frozen : nil }

    /// A person's yes to a request.
    ///
    /// The store still compares and sets (status, expiry) in one statement: this is the judgement, that is the lock. A
    /// request of an earlier round is approved for the round of now.
    package func approve(
        _ item: ApprovalItem, by author: String, in circumstances: Circumstances, now: Instant
    ) -> Verdict {
        if let refusal = refusal(of: item, to: author, now: now) { return .refuse(refusal) }
        if policy.isFrozen { return .refuse(.frozen) }
        if let act = circumstances.acts(carryingOut: item.action).last {
            return .refuse(.alreadyAllowed(act.ground))
        }
        let subject = item.incident.map { ActKey.Subject.incident($0, round: circumstances.round) }
        return .allow(
            Permission(
                item.action, for: subject ?? .request(item.id), ground: .person(author, request: item.id),
                incident: item.incident, round: circumstances.round))
    }

    /// Why a person may not decide on a request, be it yes or no; nil when they may.
    package func refusal(of item: ApprovalItem, to author: String, now: Instant) -> Refusal? {
        if !policy.admits(author) { return .notAnApprover(author) }
        if item.status == .expired { return .expired(item.expiresAt) }
        if item.status != .pending { return .alreadyDecided(item.status, by: item.resolvedBy) }
        return now < item.expiresAt ? nil : .expired(item.expiresAt)
    }

    /// A kill that a person ordered without being asked. `intent` is the order.
    ///
    /// An order is a ground of its own: it works again where an earlier kill failed, or has ended and the loop goes on. Only
    /// what is under way, or was done after the person gave the order, is not done once more.
    package func order(
        _ action: Action, by intent: IntentRecord, incident: Int64?, in circumstances: Circumstances
    ) -> Verdict {
        guard action.kind == .killLoop else { return .refuse(.notKillable) }
        if !policy.admits(intent.author) { return .refuse(.notAnApprover(intent.author)) }
        if policy.isFrozen { return .refuse(.frozen) }
        for act in circumstances.acts(carryingOut: action) {
            if act.state == .attempting { return .refuse(.underWay(act.ground)) }
            if act.state == .done, let end = act.finishedAt, end > intent.createdAt {
                return .refuse(.alreadyAllowed(act.ground))
            }
        }
        return .allow(
            Permission(
                action, for: .order(intent: intent.id), ground: .order(intent.author, intent: intent.id),
                incident: incident, round: circumstances.round))
    }

    // MARK: acts of the outbox

    /// Whether an act that was allowed and stored before may be carried out now.
    package func resume(_ stored: StoredPermission, in circumstances: Circumstances, now: Instant) -> Verdict {
        if policy.isFrozen { return .refuse(.frozen) }
        switch stored.ground {
        case .order: return .allow(Permission(stored))
        case .person: break
        case .policy, .notice:
            // Nobody is notified of an update, and it takes away buttons that lead nowhere.
            if stored.action.kind != .updatePost, let until = circumstances.silencedUntil, until > now {
                return .refuse(.silenced(until: until))
            }
        }
        if stored.ground != .notice {
            let others = circumstances.acts(carryingOut: stored.action, round: stored.round)
            if let other = others.first(where: { $0.id != stored.act && $0.state.mayHaveHappened }) {
                return .refuse(.alreadyAllowed(other.ground))
            }
        }
        return .allow(Permission(stored))
    }

    /// Whether what became of an attempt without an outcome may be found out now.
    package func lookUp(_ stored: StoredPermission) -> Verdict {
        policy.isFrozen ? .refuse(.frozen) : .allow(Permission(stored))
    }
}

extension AttemptState {
    fileprivate var mayHaveHappened: Bool {
        switch self {
        case .attempting, .done, .unknown: true
        case .waiting, .failed: false
        }
    }
}
