package import Basics
package import OnCallModel

/// Decides what is done unasked, what a person is asked, and whether a wanted act is allowed. It never acts.
///
/// Two rules stand above the limits. A dollar figure alone never kills: killing unasked needs repetition. And a remedy is
/// carried out once in each round of an incident, however it came to be allowed (docs/decisions/0012).
package struct Gate: Sendable {
    package var policy: Policy

    package init(policy: Policy) {
        self.policy = policy
    }

    /// What to do about a finding that belongs to an incident.
    package func route(
        _ finding: Finding, incident: Int64, suspects: [Suspect], in circumstances: Circumstances, now: Instant
    ) -> Decision {
        guard !finding.isNote else { return Decision(reason: .note) }
        guard let remedy = Self.remedy(for: finding, incident: incident, suspects: suspects) else {
            return Decision(reason: .noRemedy)
        }
        let isAsked = circumstances.isAsked(for: remedy)
        if let reason = obstacle(to: remedy, in: circumstances, now: now) {
            let isActed = !circumstances.acts(carryingOut: remedy).isEmpty
            return Decision(reason: reason, mode: isAsked ? .pending : isActed ? .auto : .none)
        }
        let reason = judge(finding, remedy, in: circumstances, now: now)
        if let rule = reason.rule {
            let permission = permission(remedy, by: rule, incident: incident, in: circumstances)
            return Decision(acts: [permission], reason: reason, mode: .auto)
        }
        let acts = reason.asksForReview ? review(incident, suspects, in: circumstances) : []
        if isAsked { return Decision(acts: acts, reason: .alreadyAsked, mode: .pending) }
        let request = draft(of: remedy, for: finding, incident: incident, because: reason, in: circumstances, now: now)
        return Decision(acts: acts, request: request, reason: reason, mode: .pending)
    }

    /// Why nothing is to be done about a remedy, however bad the finding is.
    private func obstacle(
        to remedy: Action, in circumstances: Circumstances, now: Instant
    ) -> Decision.Reason? {
        if !circumstances.acts(carryingOut: remedy).isEmpty { return .alreadyActed }
        if let until = circumstances.silencedUntil, until > now { return .silenced(until: until) }
        if circumstances.wasRejected(remedy, inEarlierRound: false) { return .rejected }
        // A loop is stopped all the same.
        if remedy.kind == .review, circumstances.isQuiet { return .quiet }
        return nil
    }

    private func judge(
        _ finding: Finding, _ remedy: Action, in circumstances: Circumstances, now: Instant
    ) -> Decision.Reason {
        if policy.isFrozen { return .frozen }
        let reason = judge(finding)
        guard reason.rule != nil else { return reason }
        if circumstances.wasRejected(remedy, inEarlierRound: true) { return .rejectedBefore }
        guard remedy.kind == .killLoop else { return reason }
        let kills = circumstances.automaticKills.count { $0 > now - Policy.budgetWindow }
        return kills < policy.automaticKills ? reason : .budgetSpent(kills: kills)
    }

    private func judge(_ finding: Finding) -> Decision.Reason {
        let cost = finding.costPerHour
        let isCostly = cost > policy.autoActCostPerHour
        guard let loop = finding.loop else {
            return isCostly ? .costPerHour(cost, limit: policy.autoActCostPerHour) : .belowLimits
        }
        guard loop.isRepetitive else { return isCostly ? .costAloneNeverKills(cost) : .belowLimits }
        if loop.isSlow { return .slowLoop }
        if loop.generations > policy.autoActGenerations {
            return .loopedGenerations(loop.generations, limit: policy.autoActGenerations)
        }
        return isCostly ? .costOfLoop(cost, limit: policy.autoActCostPerHour) : .belowLimits
    }

    /// The review that is harmless enough to be asked for while a person decides on the kill.
    private func review(
        _ incident: Int64, _ suspects: [Suspect], in circumstances: Circumstances
    ) -> [Permission] {
        let action = Self.review(incident: incident, suspects: suspects)
        guard !circumstances.isQuiet, circumstances.acts(carryingOut: action).isEmpty else { return [] }
        return [permission(action, by: .harmlessReview, incident: incident, in: circumstances)]
    }

    private func permission(
        _ action: Action, by rule: Ground.Rule, incident: Int64, in circumstances: Circumstances
    ) -> Permission {
        Permission(
            action, for: .incident(incident, round: circumstances.round), ground: .policy(rule), incident: incident,
            round: circumstances.round)
    }

    private func draft(
        of action: Action, for finding: Finding, incident: Int64, because reason: Decision.Reason,
        in circumstances: Circumstances, now: Instant
    ) -> RequestDraft {
        RequestDraft(
            action: action, incident: incident, round: circumstances.round,
            number: circumstances.requests(for: action).count + 1, type: finding.type, severity: finding.severity,
            summary: String("\(finding.description) \(reason.sentence)".prefix(500)), createdAt: now,
            expiresAt: now + policy.approvalTimeout)
    }
}
