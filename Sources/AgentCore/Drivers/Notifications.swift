import Actions
import Basics
import Governance
import IncidentStore
import Investigation
import OnCallModel

/// Notifies people of incidents. Every notice goes through the outbox, in the transaction that decided it.
extension StoreTransaction {
    /// Applies silences, the ends of snoozes, inhibition, and pending notices to every incident.
    ///
    /// Those of the `held` incidents are sent by their pipelines.
    ///
    /// - Returns: the incidents whose silence ended and that are still present.
    @discardableResult
    func bringUpToDate(gate: Gate, holding held: Set<Int64> = [], at now: Instant) throws -> [Int64] {
        let freed = try applySilences(at: now)
        for incident in try snapshot.livingIncidents() {
            let turn = try receive(.pass, of: incident.id, at: now)
            if let edit = turn.edit { try tell(edit, of: incident, gate: gate, at: now) }
        }
        try applyInhibition(at: now)
        for incident in try snapshot.unresolvedIncidents() where !held.contains(incident.id) {
            try notifyIfDue(incident.id, gate: gate, at: now)
        }
        try closeChannels(gate: gate, at: now)
        return try freed.filter { try snapshot.life(ofIncident: $0)?.isPresent == true }
    }

    /// Updates which incidents are inhibited by others.
    func applyInhibition(at now: Instant) throws {
        let living = try snapshot.unresolvedIncidents()
        guard living.count > 1 || living.contains(where: { $0.life.parent != nil }) else { return }
        let parents = Inhibition.parents(
            among: try living.map { .init($0, findings: try snapshot.findings(ofIncident: $0.id)) })
        for incident in living where parents[incident.id]?.incident != incident.life.parent?.incident {
            _ = try receive(.inhibit(parents[incident.id]), of: incident.id, at: now)
        }
    }

    /// Sends the pending notice of one incident, once. Under a freeze, and in quiet hours, nothing is sent and nothing is marked
    /// as sent.
    func notifyIfDue(_ incident: Int64, gate: Gate, at now: Instant) throws {
        guard gate.noticeRefusal == nil, let severity = try snapshot.incident(incident)?.summary.severity,
            gate.quietUntil(severity, at: now) == nil,
            let notice = try takePendingNotice(of: incident, renotify: gate.policy.renotify, at: now),
            let summary = try snapshot.incident(incident)?.summary
        else { return }
        let hasSlack = gate.route(of: summary).hasSlack
        // A post that was given up, such as that of an incident that was resolved meanwhile, goes out now.
        guard try notice != .opening && (!hasSlack || hasMessage(incident)) else {
            if hasSlack {
                try enqueueNotice(.postIncident(incident: incident), incident: incident, gate: gate, at: now)
            }
            try notifyChannels(.opened, Self.opening(of: summary), of: summary, gate: gate, at: now)
            try openIssue(of: incident, gate: gate, at: now)
            if let news = reply(to: notice, summary, at: now) {
                try commentInstead(news, incident: incident, gate: gate, at: now)
            }
            return
        }
        try announce(notice, summary, gate: gate, at: now)
    }

    /// An issue is written once, so it waits for the investigation.
    private func openIssue(of incident: Int64, gate: Gate, at now: Instant) throws {
        let isInvestigated = try !snapshot.uninvestigatedIncidents().contains(incident)
        try enqueueNotice(
            .openIssue(incident: incident), incident: incident, gate: gate, at: now,
            due: isInvestigated ? now : now + InvestigationDesk.limit)
    }

    /// A notice of an incident that has a message.
    private func announce(
        _ notice: IncidentLife.Notice, _ summary: IncidentSummary, gate: Gate, at now: Instant
    ) throws {
        guard let reply = reply(to: notice, summary, at: now) else { return }
        try notifyChannels(.news, reply, of: summary, gate: gate, at: now)
        guard try hasMessage(summary.id) else { return }
        if case .news(let news) = notice {
            // On GitHub, the reply says it.
            let update = Action.updatePost(incident: summary.id, text: "\(news), as of \(now.iso8601Seconds).")
            try enqueueNotice(update, incident: summary.id, gate: gate, at: now)
        }
        try enqueueNotice(.postReply(incident: summary.id, text: reply), incident: summary.id, gate: gate, at: now)
        try commentInstead(reply, incident: summary.id, gate: gate, at: now)
    }

    /// What is said in the thread of an incident. The time makes each reply a separate act.
    private func reply(to notice: IncidentLife.Notice, _ summary: IncidentSummary, at now: Instant) -> String? {
        let text: String
        switch notice {
        case .opening: return nil
        case .flapping:
            text =
                "Flapping: \(IncidentLife.flapChanges) state changes in the last hour. Notifications are paused "
                + "until it is stable for one hour"
        case .news(let news): text = news
        case .reminder:
            let age = Format.duration(now - summary.firstSeen)
            text =
                "Still open after \(age), seen \(summary.occurrences) times, at \(Format.dollars(summary.costPerHour))/h; "
                + "not acknowledged"
        }
        return "\(text): \(summary.headline) (\(now.iso8601Seconds))"
    }

    /// Resolves an incident and updates its message.
    ///
    /// - Returns: why it was not resolved, as the end of a sentence; nil if it was.
    func resolve(
        _ incident: IncidentSummary, by author: String, because reason: String, gate: Gate, at now: Instant
    ) throws -> String? {
        let cost = incident.life.cost
        let duration = Format.duration(max(incident.lastSeen - incident.firstSeen, .milliseconds(0)))
        let sentence =
            "\(reason). It was open for \(duration)" + (cost >= 0.005 ? " and cost \(Format.dollars(cost))." : ".")
        let turn = try receive(.resolve(by: author, sentence: sentence), of: incident.id, by: author, at: now)
        if let edit = turn.edit { try tell(edit, of: incident, gate: gate, at: now) }
        if turn.refusal == nil { try tellChannels(.resolved, sentence, of: incident.id, gate: gate, at: now) }
        return turn.refusal
    }

    // MARK: the outbox

    /// Puts an update of the incident's Slack message into the outbox, if there is or will be a message.
    func updateMessage(_ text: String, of incident: Int64, gate: Gate, at now: Instant) throws {
        try commentInstead(text, incident: incident, gate: gate, at: now)
        guard try hasMessage(incident) else { return }
        try enqueueNotice(.updatePost(incident: incident, text: text), incident: incident, gate: gate, at: now)
    }

    /// Updates the incident's message, and says the same in its thread, because Slack notifies people of a reply alone. An
    /// incident that was muted, as the summary has it, gets no reply. The same text becomes one comment on GitHub.
    func tell(_ text: String, of incident: IncidentSummary, gate: Gate, at now: Instant) throws {
        try updateMessage(text, of: incident.id, gate: gate, at: now)
        guard try !incident.life.isMuted && hasMessage(incident.id), gate.quietUntil(incident.severity, at: now) == nil
        else { return }
        try enqueueNotice(.postReply(incident: incident.id, text: text), incident: incident.id, gate: gate, at: now)
    }

    private func hasMessage(_ incident: Int64) throws -> Bool {
        try snapshot.acts(ofIncident: incident).contains { $0.action.kind == .postIncident && $0.state != .failed }
    }

    /// Puts a notice into the outbox, once for its key.
    func enqueueNotice(
        _ notice: Action, incident: Int64, gate: Gate, at now: Instant, due: Instant? = nil
    ) throws {
        let round = try snapshot.life(ofIncident: incident)?.reopened ?? 0
        guard case .allow(let permission) = gate.notice(notice, incident: incident, round: round) else { return }
        let act = try enqueue(permission, at: now)
        if let due, due > now, act.tries == 0 { try postpone(act.id, until: due, because: Self.waitsForReport) }
    }

    private static let waitsForReport = "Waits for the investigation."

    /// The investigation has ended: the issue is opened now.
    func releaseIssue(of incident: Int64, at now: Instant) throws {
        for act in try snapshot.acts(ofIncident: incident) where act.detail == Self.waitsForReport {
            try postpone(act.id, until: now, because: "")
        }
    }

    /// The report that a notice went out before is complete: its message is updated.
    func updateAnnouncement(of incident: Int64, _ text: String, gate: Gate, at now: Instant) throws {
        guard try snapshot.incident(incident)?.summary.life.stage != .resolved else { return }
        try updateMessage(text, of: incident, gate: gate, at: now)
    }
}
