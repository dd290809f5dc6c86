import Actions
import Basics
import Governance
import IncidentStore
import OnCallModel

extension StoreSnapshot {
    /// What an act reads from the store.
    func context(
        of action: Action, incident: Int64?, attemptedAt: Instant, sentAt: Instant? = nil, policy: Policy
    ) throws -> ActContext {
        let detail = try incident.flatMap { try self.incident($0) }
        let requests = try incident.map { try approvals(ofIncident: $0) } ?? []
        // A notice is about all loops of its incident.
        let traces = action.traces.isEmpty ? (detail?.findings ?? []).compactMap { $0.loop?.traceID } : action.traces
        var context = ActContext(
            incident: detail, loops: try traces.compactMap { try loop(trace: $0)?.loop },
            request: requests.first { $0.status == .pending },
            message: try incident.flatMap { try slackThread(ofIncident: $0) }.flatMap(MessageAddress.init(reference:)),
            lastScan: try agentStatus().lastCycleAt, attemptedAt: attemptedAt, sentAt: sentAt, ladder: policy.ladder,
            channels: policy.channels)
        if case .postDigest(let week, _) = action { context.digest = try digest(ofWeek: week) }
        return context
    }
}
