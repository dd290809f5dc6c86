import Actions
import Basics
import Governance
import IncidentStore
import Investigation
import OnCallModel

/// Notifies people of incidents. Everything goes through the outbox, in the transaction that decided it.
extension StoreTransaction {
    /// Brings every living incident in line with this moment: silences, snoozes, inhibition, and pending notices.
    ///
    /// Answers the incidents that a silence no longer holds for and that are still there.
    @discardableResult
    func bringUpToDate(gate: Gate, at now: Instant) throws -> [Int64] {
        let freed = try applySilences(at: now)
        for incident in try snapshot.livingIncidents() {
            let turn = try receive(.pass, of: incident.id, at: now)
            if let edit = turn.edit { try updateMessage(edit, of: incident.id, gate: gate, at: now) }
        }
        try applyInhibition(at: now)
        for incident in try snapshot.unresolvedIncidents() { try notifyIfDue(incident.id, gate: gate, at: now) }
        return try freed.filter { try snapshot.life(ofIncident: $0)?.isPresent == true }
    }

    /// Finds out again which incidents are explained by others.
    func applyInhibition(at now: Instant) throws {
        let living = try snapshot.unresolvedIncidents()
        guard living.count > 1 || living.contains(where: { $0.life.parent != nil }) else { return }
        let parents = Inhibition.parents(
            among: try living.map { .init($0, findings: try snapshot.findings(ofIncident: $0.id)) })
        for incident in living where parents[incident.id]?.incident != incident.life.parent?.incident {
            _ = try receive(.inhibit(parents[incident.id]), of: incident.id, at: now)
        }
    }

    /// Sends the pending notice of one incident, once. Under a freeze nothing is sent, and nothing is marked as sent.
    func notifyIfDue(_ incident: Int64, gate: Gate, at now: Instant) throws {
        guard gate.noticeRefusal == nil,
            let notice = try takePendingNotice(of: incident, renotify: gate.policy.renotify, at: now),
            let summary = try snapshot.incident(incident)?.summary
        else { return }
        switch notice {
        case .opening:
            try enqueueNotice(.postIncident(incident: incident), incident: incident, gate: gate, at: now)
            try enqueueNotice(.openIssue(incident: incident), incident: incident, gate: gate, at: now)
        case .flapping:
            try reply(
                "Flapping: \(IncidentLife.flapChanges) state changes in the last hour. Notifications are paused "
                    + "until it is stable for one hour", summary, gate: gate, at: now)
        case .news(let news):
            try updateMessage("\(news), as of \(now.iso8601Seconds).", of: incident, gate: gate, at: now)
            try reply(news, summary, gate: gate, at: now)
        case .reminder:
            let age = Format.duration(now - summary.firstSeen)
            try reply(
                "Still open after \(age), seen \(summary.occurrences) times, at \(Format.dollars(summary.costPerHour))/h; "
                    + "not acknowledged", summary, gate: gate, at: now)
        }
    }

    /// A message in the incident's thread; the moment makes each a message of its own.
    private func reply(_ text: String, _ summary: IncidentSummary, gate: Gate, at now: Instant) throws {
        guard try hasMessage(summary.id) else { return }
        let sentence = "\(text): \(summary.headline) (\(now.iso8601Seconds))"
        try enqueueNotice(.postReply(incident: summary.id, text: sentence), incident: summary.id, gate: gate, at: now)
    }

    /// Resolves an incident and updates its message.
    ///
    /// - Returns: why not, as the end of a sentence; nil when it is resolved.
    func resolve(
        _ incident: IncidentSummary, by author: String, because reason: String, gate: Gate, at now: Instant
    ) throws -> String? {
        let cost = incident.life.cost
        let lasted = Format.duration(max(incident.lastSeen - incident.firstSeen, .milliseconds(0)))
        let sentence = "\(reason); it lasted \(lasted)" + (cost >= 0.005 ? " and cost \(Format.dollars(cost))." : ".")
        let turn = try receive(
            .resolve(by: author, sentence: sentence), of: incident.id, by: author, at: now)
        if let edit = turn.edit { try updateMessage(edit, of: incident.id, gate: gate, at: now) }
        return turn.refusal
    }

    // MARK: the outbox

    /// Puts an update of the incident's Slack message into the outbox, where there is or will be a message.
    func updateMessage(_ text: String, of incident: Int64, gate: Gate, at now: Instant) throws {
        guard try hasMessage(incident) else { return }
        try enqueueNotice(.updatePost(incident: incident, text: text), incident: incident, gate: gate, at: now)
    }

    private func hasMessage(_ incident: Int64) throws -> Bool {
        try snapshot.acts(ofIncident: incident).contains { $0.action.kind == .postIncident && $0.state != .failed }
    }

    /// Puts a notice into the outbox, once for its key.
    func enqueueNotice(_ notice: Action, incident: Int64, gate: Gate, at now: Instant) throws {
        let round = try snapshot.life(ofIncident: incident)?.reopened ?? 0
        guard case .allow(let permission) = gate.notice(notice, incident: incident, round: round) else { return }
        try enqueue(permission, at: now)
    }
}
