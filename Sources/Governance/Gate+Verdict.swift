package import Basics
package import OnCallModel

extension Gate {
    /// Allows a notice, which requires no approval: the post of an incident, its update, a reply, its GitHub issue.
    ///
    /// `round`: how often the incident was reopened.
    package func notice(_ action: Action, incident: Int64, round: Int) -> Verdict {
        switch action {
        case .killLoop, .requestReview, .execute, .pull, .postDigest, .warnBudget:
            return .refuse(.notANotice(action.kind))
        case .postIncident, .updatePost, .postReply, .openIssue, .commentIssue, .notify: break
        }
        if let refusal = noticeRefusal { return .refuse(refusal) }
        return .allow(
            Permission(
                action, for: .incident(incident, round: round), ground: .notice, incident: incident, round: round))
    }

    /// Allows a notice that is about no incident: the weekly digest, a budget. A freeze holds it in the outbox.
    package func notice(_ action: Action) -> Verdict {
        let subject: ActKey.Subject
        switch action {
        case .postDigest(let week, _): subject = .digest(week: week)
        case .warnBudget(let key, _): subject = .budget(key: key)
        default: return .refuse(.notANotice(action.kind))
        }
        return .allow(Permission(action, for: subject, ground: .notice, incident: nil, round: 0))
    }

    /// Why no notice may be sent now; nil if they may.
    package var noticeRefusal: Refusal? { policy.isFrozen ? .frozen : nil }

    /// A person's approval of a request.
    ///
    /// The store still compares and sets status and expiry in one statement. A request of an earlier round is approved for the
    /// current round. What other acts of the round have stopped is left out. A wide action needs two people, both of whom may
    /// approve at the second approval. `seen` is the fingerprint of the request that the person saw: no other one is approved.
    package func approve(
        _ item: ApprovalItem, seen: Fingerprint? = nil, by author: String, in circumstances: Circumstances, now: Instant
    ) -> ApprovalVerdict {
        if let refusal = refusal(of: item, to: author, now: now) { return .refuse(refusal) }
        if let seen, seen != item.fingerprint { return .refuse(.changed(item.action)) }
        if policy.isFrozen { return .refuse(.frozen) }
        if let done = item.action.execution.flatMap({ circumstances.act(alreadyDoing: $0) }) {
            return .refuse(.alreadyAllowed(done.ground))
        }
        guard let action = item.action.execution == nil ? circumstances.rest(of: item.action) : item.action else {
            return .refuse(.alreadyAllowed(circumstances.acts(carryingOut: item.action).last?.ground ?? .notice))
        }
        let vote = ApprovalVote(
            person: policy.identity(of: author), author: policy.signature(of: author), at: now,
            request: item.fingerprint)
        guard policy.approvers(of: action) > 1 else {
            return .allow(permission(action, of: item, by: vote.author, in: circumstances))
        }
        if !policy.namesApprovers, Author(author).isFromSlack {
            return .refuse(.tooWideForSlack(targets: action.targets))
        }
        let votes = item.currentVotes.filter { policy.admits(person: $0.person) }
        if let other = votes.first(where: { $0.person != vote.person }) {
            return .allow(permission(action, of: item, by: "\(other.author) and \(vote.author)", in: circumstances))
        }
        return votes.isEmpty ? .wait(vote) : .refuse(.approvedBySame(vote.person))
    }

    private func permission(
        _ action: Action, of item: ApprovalItem, by authors: String, in circumstances: Circumstances
    ) -> Permission {
        let wave = action.execution.map(circumstances.wave(of:)) ?? circumstances.wave
        let subject = item.incident.map { ActKey.Subject.incident($0, round: circumstances.round, wave: wave) }
        return Permission(
            action, for: subject ?? .request(item.id), ground: .person(authors, request: item.id),
            incident: item.incident, round: circumstances.round)
    }

    /// Why a person may not approve or reject a request; nil if they may.
    package func refusal(of item: ApprovalItem, to author: String, now: Instant) -> Refusal? {
        if !policy.admits(author) { return .notAnApprover(author) }
        if let pull = item.action.pull, policy.isSame(author, asGitHub: pull.target.author) {
            return .ownPull(pull.target.author)
        }
        if item.status == .expired { return .expired(item.expiresAt) }
        if item.status != .pending { return .alreadyDecided(item.status, by: item.resolvedBy) }
        return now < item.expiresAt ? nil : .expired(item.expiresAt)
    }

    /// A kill that a person ordered without a request. `intent` is the order.
    ///
    /// An order is a separate ground: it works again if an earlier kill failed or the loop continues after it. Only a kill that
    /// is running, or ended after the order, is not repeated.
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

    /// Whether a stored act may be carried out now.
    package func resume(_ stored: StoredPermission, in circumstances: Circumstances, now: Instant) -> Verdict {
        if policy.isFrozen { return .refuse(.frozen) }
        switch stored.ground {
        case .order: return .allow(Permission(stored))
        case .person: break
        case .policy, .notice:
            // An update notifies no one, and it removes buttons that no longer work.
            if !stored.action.isClosing, let until = circumstances.silencedUntil, until > now {
                return .refuse(.silenced(until: until))
            }
            if let refusal = refusal(ofRepeated: stored, in: circumstances) { return .refuse(refusal) }
        }
        guard stored.ground != .notice else { return .allow(Permission(stored)) }
        if let execution = stored.action.execution {
            let done = circumstances.act(alreadyDoing: execution, besides: stored.act)
            return done.map { .refuse(.alreadyAllowed($0.ground)) } ?? .allow(Permission(stored))
        }
        let others = circumstances.acts(carryingOut: stored.action, round: stored.round)
            .filter { $0.id != stored.act && $0.state.mayHaveHappened }
        guard let rest = stored.action.without(others.map(\.action)) else {
            return .refuse(.alreadyAllowed(others.first?.ground ?? stored.ground))
        }
        return .allow(Permission(stored, limitedTo: rest))
    }

    /// Why a notice that was not delivered is not tried again now: nobody needs to know of it any more, or yet.
    private func refusal(ofRepeated stored: StoredPermission, in circumstances: Circumstances) -> Refusal? {
        guard stored.ground == .notice, !stored.action.isClosing,
            circumstances.acts.contains(where: { $0.id == stored.act && $0.tries > 0 })
        else { return nil }
        return circumstances.isResolved ? .resolved : circumstances.isMuted ? .muted : nil
    }

    /// Whether an attempt without an outcome may be checked now.
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
