package import Basics
package import OnCallModel

/// Decides what is done unasked, what a person is asked, and whether a wanted act is allowed. It never acts.
///
/// Two rules stand above the limits. A dollar figure alone never kills: killing unasked needs repetition. And a remedy is
/// allowed once an incident: its key is the same however it came to be allowed, so the outbox takes it once.
package struct Gate: Sendable {
    package var policy: Policy
    /// When loops were killed unasked, as far back as the budget reaches.
    private var kills: [Instant]

    /// `recentKills` are the automatic kills of the last ten minutes that the store knows of.
    package init(policy: Policy, recentKills: [Instant] = []) {
        self.policy = policy
        kills = recentKills
    }

    /// What to do about a finding that belongs to an incident.
    package mutating func route(
        _ finding: Finding, incident: Int64, suspects: [Suspect], history: RemedyHistory, now: Instant
    ) -> Decision {
        if finding.isNote { return Decision(reason: .note) }
        guard let remedy = Self.remedy(for: finding, incident: incident, suspects: suspects) else {
            return Decision(reason: .noRemedy)
        }
        let key = Self.key(of: remedy, incident: incident)
        if history.acts.contains(key) { return Decision(reason: .alreadyActed) }
        switch history.request {
        case .rejected: return Decision(reason: .rejected)
        case .approved: return Decision(reason: .alreadyActed)
        case .pending, .expired, nil: break
        }
        let reason = judge(finding, now: now)
        if reason.actsAlone {
            if remedy.kind == .killLoop { kills.append(now) }
            return Decision(acts: [approval(of: remedy, incident: incident, because: reason)], reason: reason)
        }
        let harmless = reason.asksForReview ? review(incident, suspects, history, because: reason) : []
        if history.request == .pending { return Decision(acts: harmless, reason: .alreadyAsked) }
        let request = draft(of: remedy, for: finding, incident: incident, because: reason, now: now)
        return Decision(acts: harmless, request: request, reason: reason)
    }

    private mutating func judge(_ finding: Finding, now: Instant) -> Decision.Reason {
        if policy.isFrozen { return .frozen }
        let cost = finding.costPerHour
        guard let loop = finding.loop else {
            return cost > policy.autoActCostPerHour
                ? .costPerHour(cost, limit: policy.autoActCostPerHour) : .belowLimits
        }
        guard loop.isRepetitive else {
            return cost > policy.autoActCostPerHour ? .costAloneNeverKills(cost) : .belowLimits
        }
        if loop.isSlow { return .slowLoop }
        let reason: Decision.Reason
        if loop.generations > policy.autoActGenerations {
            reason = .loopedGenerations(loop.generations, limit: policy.autoActGenerations)
        } else if cost > policy.autoActCostPerHour {
            reason = .costOfLoop(cost, limit: policy.autoActCostPerHour)
        } else {
            return .belowLimits
        }
        kills.removeAll { $0 <= now - Policy.budgetWindow }
        return kills.count < policy.automaticKills ? reason : .budgetSpent(kills: kills.count)
    }

    /// The review post that is harmless enough to go out unasked while a person decides on the kill.
    private func review(
        _ incident: Int64, _ suspects: [Suspect], _ history: RemedyHistory, because reason: Decision.Reason
    ) -> [Approval] {
        let action = Self.review(incident: incident, suspects: suspects)
        guard !history.acts.contains(Self.key(of: action, incident: incident)) else { return [] }
        return [approval(of: action, incident: incident, because: reason)]
    }

    private func approval(of action: Action, incident: Int64, because reason: Decision.Reason) -> Approval {
        Approval(
            action: action, key: Self.key(of: action, incident: incident), allowedBy: "policy: \(reason.policy)",
            incident: incident, request: nil)
    }

    private func draft(
        of action: Action, for finding: Finding, incident: Int64, because reason: Decision.Reason, now: Instant
    ) -> RequestDraft {
        RequestDraft(
            action: action, incident: incident, type: finding.type, severity: finding.severity,
            summary: String("\(finding.description) \(reason.sentence)".prefix(500)), createdAt: now,
            expiresAt: now + policy.approvalTimeout)
    }
}
