import Basics
import Governance
import IncidentStore
import OnCallModel

/// News of an incident goes to its GitHub issue while Slack does not take it.
extension StoreTransaction {
    /// Comments on the incident's issue, if there is or will be one and Slack has refused what was last sent to it.
    func commentInstead(_ news: String, incident: Int64, gate: Gate, at now: Instant) throws {
        let acts = try snapshot.acts(ofIncident: incident)
        guard acts.contains(where: { $0.action.kind == .createIssue && $0.state != .failed }), acts.isRefusedBySlack
        else { return }
        try enqueueNotice(.commentIssue(incident: incident, text: news), incident: incident, gate: gate, at: now)
    }

    /// Comments with what an act was to tell in Slack, and Slack has just refused.
    func commentInstead(of act: ActRecord, _ outcome: Outcome, gate: Gate, at now: Instant) throws {
        switch outcome {
        case .refused, .failed: break
        case .done, .retry, .unknown, .changed: return
        }
        guard act.ground == .notice, let incident = act.incident else { return }
        switch act.action {
        case .postReply(_, let text): try commentInstead(text, incident: incident, gate: gate, at: now)
        case .updatePost(_, let text):
            // A reply that waits says it too.
            let isReplied = try snapshot.acts(ofIncident: incident).contains {
                $0.action.kind == .postReply && $0.state == .waiting
            }
            if !isReplied { try commentInstead(text, incident: incident, gate: gate, at: now) }
        default: return
        }
    }
}

extension [ActRecord] {
    /// The incident's message could not be posted, or the last that was sent to it was not taken.
    fileprivate var isRefusedBySlack: Bool {
        let sent = filter { $0.action.kind.provider == .slack && $0.ground == .notice && $0.tries > 0 }
        let last = sent.max { ($0.finishedAt ?? $0.createdAt, $0.id) < ($1.finishedAt ?? $1.createdAt, $1.id) }
        return sent.contains { $0.state == .waiting } || last?.state == .failed
    }
}
