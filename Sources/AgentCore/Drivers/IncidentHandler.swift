import Basics
import Governance
import IncidentStore
import OnCallModel

/// Answers what people ask of incidents: acknowledge, snooze, silence, resolve.
struct IncidentHandler: Sendable {
    let writer: StoreWriter
    let clock: WallClock
    let gate: @Sendable () async -> Gate

    /// A sentence for the person who asked; nil if the intent is not about incidents.
    func answer(_ record: IntentRecord) async throws -> IntentAnswer? {
        let (now, gate) = (clock.now(), await gate())
        return try await writer.transaction { store in
            try IncidentRequest(store: store, author: record.author, gate: gate, now: now).answer(record.intent)
        }
    }
}

/// One request of a person, in its transaction.
private struct IncidentRequest {
    let store: StoreTransaction
    let author: String
    let gate: Gate
    let now: Instant

    func answer(_ intent: Intent) throws -> IntentAnswer? {
        switch intent {
        case .acknowledge(let incident):
            return try change(incident, .acknowledge(by: author), "is acknowledged")
        case .snooze(let incident, let until):
            guard until - now <= MuteDuration.longest else { return .refused("A snooze may last at most 30 days.") }
            return try change(
                incident, .snooze(until: until, by: author), "is snoozed until \(until.iso8601Seconds)")
        case .unsnooze(let incident): return try change(incident, .unsnooze, "is no longer snoozed")
        case .resolve(let incident): return try resolve(incident)
        case .silence(let matcher, let reason, let from, let until):
            return try silence(matcher, reason, max(from, now), until)
        case .endSilence(let silence): return try endSilence(silence)
        case .markCause(let incident, let isRight): return try markCause(of: incident, isRight: isRight)
        case .note(let incident, let text): return try addNote(text, to: incident)
        default: return nil
        }
    }

    private func change(_ incident: Int64, _ event: IncidentLife.Event, _ result: String) throws -> IntentAnswer {
        if let refusal = try store.receive(event, of: incident, by: author, at: now).refusal {
            return .refused("Incident \(incident) \(refusal).")
        }
        if case .acknowledge = event {
            try store.tellChannels(
                .acknowledged, "Acknowledged by \(author).", of: incident, gate: gate, at: now)
        }
        try store.bringUpToDate(gate: gate, at: now)
        return IntentAnswer("Incident \(incident) \(result).")
    }

    private func resolve(_ incident: Int64) throws -> IntentAnswer {
        guard let summary = try store.snapshot.incident(incident)?.summary else {
            return .refused("Incident \(incident) does not exist.")
        }
        let reason = "Resolved by \(author) at \(now.iso8601Seconds)"
        if let refusal = try store.resolve(summary, by: author, because: reason, gate: gate, at: now) {
            return .refused("Incident \(incident) \(refusal).")
        }
        try store.bringUpToDate(gate: gate, at: now)
        return IntentAnswer("Incident \(incident) is resolved.")
    }

    // MARK: what people know

    /// Those who may approve may judge.
    private func markCause(of incident: Int64, isRight: Bool) throws -> IntentAnswer {
        guard gate.policy.admits(author) else {
            return .refused("\(Author(author).name) is not an approver, so the cause was not marked.")
        }
        guard let detail = try store.snapshot.incident(incident) else {
            return .refused("Incident \(incident) does not exist.")
        }
        guard detail.namesCause else { return .refused("Incident \(incident) names no cause that could be marked.") }
        let verdict = isRight ? "right" : "wrong"
        let name = gate.policy.signature(of: author)
        guard try store.markCause(of: incident, kind: detail.memory.cause, isRight: isRight, by: name, at: now) else {
            return IntentAnswer("The cause of incident \(incident) is already marked \(verdict).")
        }
        try store.updateMessage(
            "Cause marked \(verdict) by \(name) at \(now.iso8601Seconds).", of: incident, gate: gate, at: now)
        return IntentAnswer("The cause of incident \(incident) is marked \(verdict).")
    }

    private func addNote(_ text: String, to incident: Int64) throws -> IntentAnswer {
        guard try store.snapshot.incident(incident) != nil else {
            return .refused("Incident \(incident) does not exist.")
        }
        let text = text.trimmed
        guard !text.isEmpty else { return .refused("The note is empty, so it was not saved.") }
        guard text.count <= IncidentNote.maxLength else {
            return .refused("A note may have at most \(Format.grouped(IncidentNote.maxLength)) characters.")
        }
        try store.addNote(text, to: incident, by: gate.policy.signature(of: author), at: now)
        return IntentAnswer("The note is saved with incident \(incident).")
    }

    // MARK: silences

    private func silence(
        _ matcher: Silence.Matcher, _ reason: String, _ start: Instant, _ until: Instant
    ) throws -> IntentAnswer {
        if let problem = Silence.problem(matcher, reason: reason, from: start, until: until, now: now) {
            return .refused(problem)
        }
        let why = reason.isEmpty ? "no reason given" : reason
        let id = try store.addSilence(matcher, reason: why, from: start, until: until, by: author, at: now)
        try store.bringUpToDate(gate: gate, at: now)
        let what = matcher.isEverything ? "Maintenance" : "Silence \(id) of \(matcher.phrase)"
        guard start <= now else {
            return IntentAnswer(
                "\(what) starts at \(start.iso8601Seconds) and ends at \(until.iso8601Seconds).")
        }
        let held = try store.snapshot.livingIncidents().filter { $0.life.silence?.id == id }.map { "#\($0.id)" }
        let more = held.count > 8 ? " and \(held.count - 8) more" : ""
        let matched =
            held.isEmpty ? "no incident matches now" : "it applies to \(held.prefix(8).joined(separator: ", "))\(more)"
        return IntentAnswer("\(what) until \(until.iso8601Seconds): \(matched).")
    }

    private func endSilence(_ id: Int64) throws -> IntentAnswer {
        guard let silence = try store.snapshot.silence(id) else { return .refused("Silence \(id) does not exist.") }
        guard try store.endSilence(id, by: author, at: now) else {
            let end = min(silence.endedAt ?? silence.expiresAt, silence.expiresAt)
            return .refused("Silence \(id) already ended at \(end.iso8601Seconds).")
        }
        try store.bringUpToDate(gate: gate, at: now)
        return IntentAnswer("Silence \(id) has ended.")
    }
}
