import Actions
import Basics
import IncidentStore
import OnCallModel

extension StoreSnapshot {
    /// All that an act needs to know beyond its permission.
    func context(
        of action: Action, incident: Int64?, attemptedAt: Instant
    ) throws -> ActContext {
        let detail = try incident.flatMap { try self.incident($0) }
        let requests = try incident.map { try approvals(ofIncident: $0) } ?? []
        let trace = action.trace ?? requests.lazy.compactMap(\.action.trace).first ?? detail?.loopTrace
        return ActContext(
            incident: detail, loop: try trace.flatMap { try loop(trace: $0)?.loop },
            request: requests.first { $0.status == .pending },
            message: try incident.flatMap { try slackThread(ofIncident: $0) }
                .flatMap { MessageAddress(reference: $0) },
            attemptedAt: attemptedAt)
    }
}

extension IncidentDetail {
    fileprivate var loopTrace: String? { summary.type.traits.subject == .trace ? summary.subject : nil }
}
