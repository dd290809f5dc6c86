import Basics
import Governance
import IncidentStore
import OnCallModel

/// Notices in the channels of the settings. Each goes through the outbox, in the transaction that decided it.
extension StoreTransaction {
    /// Notifies the channels besides Slack that the incident's route names.
    func notifyChannels(
        _ event: NoticeEvent, _ text: String, of incident: IncidentSummary, gate: Gate, at now: Instant
    ) throws {
        for channel in gate.route(of: incident).others {
            try notify(channel, event, text, of: incident.id, gate: gate, at: now)
        }
    }

    /// Tells the channels that know of an incident what became of it, and no other.
    func tellChannels(
        _ event: NoticeEvent, _ text: String, of incident: Int64, gate: Gate, at now: Instant
    ) throws {
        for channel in try channels(knowing: incident, butNot: event) {
            try notify(channel, event, text, of: incident, gate: gate, at: now)
        }
    }

    /// Closes what is still open in channels about incidents that are resolved, however that came about.
    func closeChannels(gate: Gate, at now: Instant) throws {
        for incident in try snapshot.resolvedIncidentsInChannels() {
            try tellChannels(.resolved, "Resolved.", of: incident, gate: gate, at: now)
        }
    }

    /// Notifies the next channel of the route when one has failed, or has not accepted a notice after three tries.
    func fallBack(from act: ActRecord, _ outcome: Outcome, gate: Gate, at now: Instant) throws {
        switch outcome {
        case .refused, .failed: break
        case .retry where act.tries >= 2: break
        case .retry, .done, .unknown, .changed: return
        }
        guard let incident = act.incident, let summary = try snapshot.incident(incident)?.summary,
            let (channel, event, text) = notice(of: act, summary),
            let next = gate.route(of: summary).next(after: channel)
        else { return }
        guard next == NoticeChannel.slack else {
            return try notify(next, event, text, of: incident, gate: gate, at: now)
        }
        try enqueueNotice(.postIncident(incident: incident), incident: incident, gate: gate, at: now)
    }

    private func notice(of act: ActRecord, _ incident: IncidentSummary) -> (String, NoticeEvent, String)? {
        switch act.action {
        case .postIncident: (NoticeChannel.slack, .opened, Self.opening(of: incident))
        case .postReply(_, let text): (NoticeChannel.slack, .news, text)
        case .notify(_, let channel, let event, let text) where !act.action.isClosing: (channel, event, text)
        default: nil
        }
    }

    /// `CRITICAL agent_loop: research-agent took 31 steps …`
    static func opening(of incident: IncidentSummary) -> String {
        "\(incident.severity.rawValue.uppercased()) \(incident.type.rawValue): \(incident.headline)"
    }

    private func notify(
        _ channel: String, _ event: NoticeEvent, _ text: String, of incident: Int64, gate: Gate, at now: Instant
    ) throws {
        let action = Action.notify(incident: incident, channel: channel, event: event, text: text)
        try enqueueNotice(action, incident: incident, gate: gate, at: now)
    }

    /// The channels that were told of this round of an incident, without those that know of the event.
    private func channels(knowing incident: Int64, butNot event: NoticeEvent) throws -> [String] {
        let round = try snapshot.life(ofIncident: incident)?.reopened ?? 0
        var (open, told): (Set<String>, Set<String>) = ([], [])
        for act in try snapshot.acts(ofIncident: incident) where act.round == round && act.state != .failed {
            guard case .notify(_, let channel, let own, _) = act.action else { continue }
            if own == event { told.insert(channel) } else { open.insert(channel) }
        }
        return open.subtracting(told).sorted()
    }
}
