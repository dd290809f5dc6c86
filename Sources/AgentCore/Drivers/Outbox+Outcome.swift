import Actions
import Basics
import Governance
import IncidentStore
import OnCallModel

extension StoreTransaction {
    /// Updates the incident's Slack message with the outcome of a remedy.
    func showOutcome(of act: ActRecord, _ outcome: Outcome, gate: Gate, at now: Instant) throws {
        guard let incident = act.incident else { return }
        let isKill = !act.action.traces.isEmpty
        let text: String
        switch (act.action.kind, outcome) {
        case (.killLoop, .done(let detail, _)) where isKill, (.execute, .done(let detail, _)) where isKill:
            let saved = try savings(byKilling: act)
            let what = act.action.kind == .killLoop ? "Killed" : act.action.sentence
            text = "\(what) (allowed by \(act.ground.sentence)): \(detail).\(saved.map { " \($0)" } ?? "")"
            guard let summary = try snapshot.incident(incident)?.summary else { return }
            if try resolveDead(incident, saved: saved, text, gate: gate, at: now) {
                return try tell(text, of: summary, gate: gate, at: now)
            }
        case (.execute, .done(let detail, _)):
            text = "\(act.action.sentence) (allowed by \(act.ground.sentence)): \(detail)."
        case (.killLoop, .failed(let reason, _)), (.killLoop, .refused(let reason)),
            (.execute, .failed(let reason, _)), (.execute, .refused(let reason)):
            text = isKill ? ExecutorRequests.failure(reason) : "\(act.action.sentence): failed. \(reason)"
        case (.execute, .changed(let action, let reason)):
            text = "\(reason) Requested again: \(action.sentence)."
        case (.execute, .unknown(let reason)): text = "\(act.action.sentence): unknown. \(reason)"
        case (.review, .done): text = "Review requested (allowed by \(act.ground.sentence))."
        default: return
        }
        try updateMessage(text, of: incident, gate: gate, at: now)
    }

    /// "It cost $0.27 a minute: $0.27/min × 60 = $16.20 an hour is saved." Nil for loops that cost nothing.
    private func savings(byKilling act: ActRecord) throws -> String? {
        let loops = try act.action.traces.compactMap { try snapshot.loop(trace: $0)?.loop }
        return Saving(of: loops).map { saving in
            "\(loops.count == 1 ? "It" : "They") cost \(Format.dollars(saving.perMinute)) a minute: "
                + "\(saving.arithmetic) is saved."
        }
    }

    /// Resolves an incident whose loops are all verified to be dead, and which has no more than what they cost. Its message says
    /// so already.
    private func resolveDead(
        _ incident: Int64, saved: String?, _ sentence: String, gate: Gate, at now: Instant
    ) throws -> Bool {
        let isOver = try snapshot.findings(ofIncident: incident).allSatisfy { finding in
            if let loop = finding.loop {
                let status = try snapshot.loop(trace: loop.traceID)?.status
                return status == .killed || status == .finished
            }
            return try finding.facts.cost.map { try snapshot.isCost($0, ofLoopsIn: incident) } ?? false
        }
        guard isOver else { return false }
        let turn = try receive(.resolve(by: Self.agent, sentence: sentence), of: incident, at: now)
        if turn.refusal == nil { try tellChannels(.resolved, sentence, of: incident, gate: gate, at: now) }
        if turn.refusal == nil, let saved { try note(incident, saved, by: Self.agent, at: now) }
        return turn.refusal == nil
    }
}
