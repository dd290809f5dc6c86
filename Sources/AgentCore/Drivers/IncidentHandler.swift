import Basics
import Governance
import IncidentStore
import OnCallModel

/// Answers what people ask of incidents: to take them, to put them off, to silence them, to close them.
struct IncidentHandler: Sendable {
    let writer: StoreWriter
    let clock: WallClock
    let gate: @Sendable () async -> Gate

    /// A sentence for whoever asked; nil where the intent is not about an incident.
    func answer(_ record: IntentRecord) async throws -> String? {
        let (author, now, gate) = (record.author, clock.now(), await gate())
        return try await writer.transaction { store -> String? in
            switch record.intent {
            case .acknowledge(let incident):
                return try Self.live(store, .acknowledge(by: author), incident, author, "is acknowledged", gate, now)
            case .snooze(let incident, let until):
                guard until - now <= MuteDuration.longest else {
                    return "A snooze may last at most 30 days."
                }
                return try Self.live(
                    store, .snooze(until: until, by: author), incident, author,
                    "is snoozed until \(until.iso8601Seconds)", gate, now)
            case .wake(let incident):
                return try Self.live(store, .wake, incident, author, "is awake", gate, now)
            case .resolve(let incident):
                return try Self.resolve(store, incident, author, gate, now)
            case .silence(let matcher, let reason, let from, let until):
                return try Self.silence(store, matcher, reason, from, until, author, gate, now)
            case .endSilence(let silence):
                return try Self.endSilence(store, silence, author, gate, now)
            default: return nil
            }
        }
    }

    private static func live(
        _ store: StoreTransaction, _ event: IncidentLife.Event, _ incident: Int64, _ author: String, _ done: String,
        _ gate: Gate, _ now: Instant
    ) throws -> String {
        if let refusal = try store.receive(event, of: incident, by: author, at: now).refusal {
            return "Incident \(incident) \(refusal)."
        }
        try store.bringUpToDate(gate: gate, at: now)
        return "Incident \(incident) \(done)."
    }

    private static func resolve(
        _ store: StoreTransaction, _ incident: Int64, _ author: String, _ gate: Gate, _ now: Instant
    ) throws -> String {
        guard let summary = try store.snapshot.incident(incident)?.summary else {
            return "Incident \(incident) does not exist."
        }
        let reason = "Resolved by \(author) at \(now.iso8601Seconds)"
        if let refusal = try store.resolve(summary, by: author, because: reason, gate: gate, at: now) {
            return "Incident \(incident) \(refusal)."
        }
        try store.bringUpToDate(gate: gate, at: now)
        return "Incident \(incident) is resolved."
    }

    // MARK: silences

    /// A start that lies in the past, as the intent waited, is now.
    private static func silence(
        _ store: StoreTransaction, _ matcher: Silence.Matcher, _ reason: String, _ from: Instant, _ until: Instant,
        _ author: String, _ gate: Gate, _ now: Instant
    ) throws -> String {
        let start = max(from, now)
        if let problem = Silence.problem(matcher, reason: reason, from: start, until: until, now: now) {
            return problem
        }
        let why = reason.isEmpty ? "no reason given" : reason
        let id = try store.addSilence(matcher, reason: why, from: start, until: until, by: author, at: now)
        try store.bringUpToDate(gate: gate, at: now)
        let held = try store.snapshot.livingIncidents().filter { $0.life.silence?.id == id }.map { "#\($0.id)" }
        let what = matcher.isEverything ? "Maintenance" : "Silence \(id) of \(matcher.phrase)"
        guard start <= now else {
            return "\(what) starts at \(start.iso8601Seconds) and ends at \(until.iso8601Seconds)."
        }
        let matched =
            held.isEmpty
            ? "no incident matches now"
            : "it applies to \(held.prefix(8).joined(separator: ", "))"
                + (held.count > 8 ? " and \(held.count - 8) more" : "")
        return "\(what) until \(until.iso8601Seconds): \(matched)."
    }

    private static func endSilence(
        _ store: StoreTransaction, _ id: Int64, _ author: String, _ gate: Gate, _ now: Instant
    ) throws -> String {
        guard let silence = try store.snapshot.silence(id) else { return "Silence \(id) does not exist." }
        guard try store.endSilence(id, by: author, at: now) else {
            let end = min(silence.endedAt ?? silence.expiresAt, silence.expiresAt)
            return "Silence \(id) already ended at \(end.iso8601Seconds)."
        }
        try store.bringUpToDate(gate: gate, at: now)
        return "Silence \(id) has ended."
    }
}
