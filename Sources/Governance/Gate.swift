package import Basics
package import OnCallModel

/// Decides which acts need no approval, which are requested, and whether a requested act is allowed. It never acts.
///
/// Two rules come before the limits. Cost alone never kills: a kill without approval requires repetition. A remedy is carried
/// out once in each round of an incident, whatever allowed it (docs/decisions/0012); a kill once for each trace (0026).
package struct Gate: Sendable {
    package var policy: Policy

    package init(policy: Policy) {
        self.policy = policy
    }

    /// What to do about the findings of one incident that have one remedy (``groups(of:)``), the worst first.
    ///
    /// Of loops, policy stops those that are above its limits, as far as its budget goes; one request is for all others. What
    /// earlier acts of the round cover is left out, and traces that loop later are added to the pending request.
    package func route(
        _ group: [Finding], incident: Int64, suspects: [Suspect], in circumstances: Circumstances, now: Instant
    ) -> Decision {
        let known = group.filter { !$0.isNote }
        guard !known.isEmpty else { return Decision(reason: .note) }
        guard let kind = Self.remedy(for: known, incident: incident, suspects: suspects)?.kind else {
            return Decision(reason: .noRemedy)
        }
        let findings = known.filter { policy.rule(for: $0, kind)?.mode != .never }
        guard let remedy = Self.remedy(for: findings, incident: incident, suspects: suspects) else {
            return Decision(
                reason: known.compactMap { policy.rule(for: $0, kind) }.first.map { .forbidden($0) } ?? .noRemedy)
        }
        let pending = circumstances.pendingRequest(for: remedy)
        if let reason = obstacle(to: remedy, in: circumstances, now: now) {
            let isActed = !circumstances.acts(carryingOut: remedy).isEmpty
            return Decision(reason: reason, mode: pending != nil ? .pending : isActed ? .auto : .none)
        }
        let (allowed, asked) = judge(findings, remedy, in: circumstances, now: now)
        var decision = Decision(reason: asked.first?.reason ?? allowed.first?.reason ?? .note)
        if let first = allowed.first, let rule = first.reason.rule {
            let own = remedy.limited(to: allowed.map(\.finding))
            decision.acts = [permission(own, by: rule, incident: incident, in: circumstances)]
            decision.mode = .auto
        }
        guard !asked.isEmpty else { return decision }
        decision.mode = .pending
        if let costly = asked.first(where: \.reason.asksForReview) {
            decision.acts += review(incident, suspects, for: costly.finding, in: circumstances)
        }
        let own = remedy.limited(to: asked.map(\.finding))
        guard let pending else {
            decision.request = draft(of: own, for: asked, incident: incident, in: circumstances, now: now)
            return decision
        }
        decision.reason = .alreadyAsked
        if let wider = own.added(to: pending.action.without(decision.acts.map(\.action)) ?? own, than: pending.action) {
            decision.request = draft(of: wider, for: asked, incident: incident, in: circumstances, now: now)
        }
        return decision
    }

    /// Why a remedy is neither carried out nor requested, however severe the findings are.
    private func obstacle(to remedy: Action, in circumstances: Circumstances, now: Instant) -> Decision.Reason? {
        if circumstances.rest(of: remedy) == nil { return .alreadyActed }
        if circumstances.isResolved { return .over }
        if let until = circumstances.silencedUntil, until > now { return .silenced(until: until) }
        if circumstances.wasRejected(remedy, inEarlierRound: false) { return .rejected }
        // A muted loop is still stopped.
        if remedy.kind == .review, circumstances.isMuted { return .quiet }
        return nil
    }

    private typealias Judged = (finding: Finding, reason: Decision.Reason)

    /// The findings whose remedy needs no approval, and those whose remedy does. A review is one act for all of them.
    private func judge(
        _ findings: [Finding], _ remedy: Action, in circumstances: Circumstances, now: Instant
    ) -> (allowed: [Judged], asked: [Judged]) {
        let rest = Set(circumstances.rest(of: remedy)?.traces ?? [])
        let open = remedy.kind == .killLoop ? findings.filter { rest.contains($0.subject) } : findings
        let judged = open.map { (finding: $0, reason: judge($0, remedy, in: circumstances)) }
        guard remedy.kind == .killLoop else {
            let best = judged.first { $0.reason.rule != nil }
            return best.map { ([$0], []) } ?? ([], judged)
        }
        let kills = circumstances.automaticKills.count { $0 > now - Policy.budgetWindow }
        let allowed = judged.filter { $0.reason.rule != nil }.prefix(max(0, policy.automaticKills - kills))
        let traces = Set(allowed.map(\.finding.subject))
        let asked = judged.filter { !traces.contains($0.finding.subject) }.map { one -> Judged in
            one.reason.rule == nil ? one : (one.finding, .budgetSpent(kills: kills + allowed.count))
        }
        return (Array(allowed), asked)
    }

    private func judge(_ finding: Finding, _ remedy: Action, in circumstances: Circumstances) -> Decision.Reason {
        if policy.isFrozen { return .frozen }
        let rule = policy.rule(for: finding, remedy.kind)
        if let rule, rule.mode == .ask { return .policyAsks(rule) }
        let reason = judge(
            finding, generations: rule?.generations ?? policy.autoActGenerations,
            costPerHour: rule?.costPerHour ?? policy.autoActCostPerHour)
        return reason.rule != nil && circumstances.wasRejected(remedy, inEarlierRound: true) ? .rejectedBefore : reason
    }

    private func judge(_ finding: Finding, generations: Int, costPerHour: Double) -> Decision.Reason {
        let cost = finding.costPerHour
        let isCostly = cost > costPerHour
        guard let loop = finding.loop else {
            return isCostly ? .costPerHour(cost, limit: costPerHour) : .belowLimits
        }
        guard loop.isRepetitive else { return isCostly ? .costAloneNeverKills(cost) : .belowLimits }
        if loop.isSlow { return .slowLoop }
        if loop.generations > generations { return .loopedGenerations(loop.generations, limit: generations) }
        return isCostly ? .costOfLoop(cost, limit: costPerHour) : .belowLimits
    }

    /// A review, which is harmless, is requested while a person decides on the kill.
    private func review(
        _ incident: Int64, _ suspects: [Suspect], for finding: Finding, in circumstances: Circumstances
    ) -> [Permission] {
        let action = Self.review(incident: incident, suspects: suspects)
        let mode = policy.rule(for: finding, .review)?.mode ?? .auto
        guard mode == .auto, !circumstances.isMuted, circumstances.acts(carryingOut: action).isEmpty else { return [] }
        return [permission(action, by: .harmlessReview, incident: incident, in: circumstances)]
    }

    private func permission(
        _ action: Action, by rule: Ground.Rule, incident: Int64, in circumstances: Circumstances
    ) -> Permission {
        Permission(
            action, for: .incident(incident, round: circumstances.round, wave: circumstances.wave),
            ground: .policy(rule), incident: incident, round: circumstances.round)
    }

    private func draft(
        of action: Action, for asked: [Judged], incident: Int64, in circumstances: Circumstances, now: Instant
    ) -> RequestDraft {
        let lead = asked[0]
        let count = max(asked.count, action.traces.count)
        let others = count > 1 && action.kind == .killLoop ? "\(count) traces loop alike. " : ""
        return RequestDraft(
            action: action, incident: incident, round: circumstances.round,
            number: circumstances.requests(for: action).count + 1, type: lead.finding.type,
            severity: asked.map(\.finding.severity).max() ?? lead.finding.severity,
            summary: String("\(others)\(lead.finding.description) \(lead.reason.sentence)".prefix(500)), createdAt: now,
            expiresAt: now + policy.approvalTimeout, approvers: policy.approvers(of: action))
    }
}

extension Action {
    /// The kill of the traces among these findings; any other act as it is.
    fileprivate func limited(to findings: [Finding]) -> Action {
        guard case .killLoop(let traces, let agent) = self else { return self }
        let subjects = Set(findings.map(\.subject))
        return .killLoop(traces: traces.filter(subjects.contains), agent: agent)
    }

    /// A kill with the traces of another one and then its own; nil if it adds none to `before`.
    fileprivate func added(to other: Action, than before: Action) -> Action? {
        guard case .killLoop(let traces, let agent) = other else { return nil }
        let new = self.traces.filter { !before.traces.contains($0) }
        return new.isEmpty ? nil : .killLoop(traces: traces + new.filter { !traces.contains($0) }, agent: agent)
    }
}
