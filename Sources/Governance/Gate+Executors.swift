package import Basics
package import OnCallModel

/// The ladder of executors: which one is requested next, and what a request to use one says.
extension Gate {
    /// The executors that are left for an agent which a failed act did not stop, narrowest first. Those that were requested in
    /// this round of the incident are not requested again, whatever became of them.
    package func rungs(
        agent: String, features: Set<String>, in circumstances: Circumstances
    ) -> [ExecutorRow] {
        let asked =
            (circumstances.acts.filter { $0.round == circumstances.round }.compactMap(\.action.execution)
            + circumstances.requests.filter { $0.round == circumstances.round }.compactMap(\.action.execution))
            .filter { !$0.isUndo }
        return policy.ladder.rungs(agent: agent, features: features).filter { row in
            !asked.contains { $0.row.target == row.target }
        }
    }

    /// A request to use an executor. Executors never run by policy: what they stop may be more than the finding is about.
    package func draft(
        of execution: Execution, because reason: String, for incident: IncidentSummary,
        in circumstances: Circumstances, now: Instant
    ) -> RequestDraft {
        let action = Action.execute(execution)
        return RequestDraft(
            action: action, incident: incident.id, round: circumstances.round,
            number: circumstances.requests(for: action).count + 1, type: incident.type, severity: incident.severity,
            summary: String(reason.prefix(500)), createdAt: now, expiresAt: now + policy.approvalTimeout,
            approvers: policy.approvers(of: action))
    }
}

extension Circumstances {
    /// The acts of this round on the target of an execution that happened or may happen, in either direction.
    private func acts(onTargetOf execution: Execution, besides act: Int64?) -> [ActRecord] {
        acts.filter {
            $0.round == round && $0.id != act && $0.state != .failed
                && $0.action.execution.map(execution.hasSameTarget) == true
        }
    }

    /// The act that makes an execution superfluous: the last one on its target has the same effect.
    func act(alreadyDoing execution: Execution, besides act: Int64? = nil) -> ActRecord? {
        let last = acts(onTargetOf: execution, besides: act).last
        return last?.action.execution?.isUndo == execution.isUndo ? last : nil
    }

    /// How many acts of this round had the same effect before.
    func wave(of execution: Execution) -> Int {
        acts.count { $0.round == round && $0.action.execution.map(execution.hasSameEffect) == true }
    }
}
