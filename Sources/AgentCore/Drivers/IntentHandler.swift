import Basics
import Governance
import IncidentStore
import OnCallModel

/// Answers what people ask for. Every answer is a sentence for whoever asked.
struct IntentHandler: Sendable {
    let writer: StoreWriter
    let clock: WallClock
    let gate: @Sendable () async -> Gate
    let settings: SettingsHandler
    let outbox: Outbox
    let quality: QualityHandler
    /// Makes the on-call brain run now.
    let scan: @Sendable () async -> Void
    let traces: TraceReader

    /// Answers everything that waits, oldest first. Writes nothing when nobody waits: every write is a notice to itself.
    func answerAll() async throws {
        guard try await writer.read({ try $0.hasUnansweredIntents() }) else { return }
        let now = clock.now()
        let waiting = try await writer.read { try $0.pendingIntents() }
        for record in waiting {
            let outcome = try await answer(record)
            let answered = clock.now()
            _ = try await writer.transaction { try $0.handle(intent: record.id, outcome: outcome, at: answered) }
        }
        if !waiting.isEmpty { await outbox.wake() }
        try await writer.transaction { try $0.refuseUnreadableIntents(at: now) }
    }

    private func answer(_ record: IntentRecord) async throws -> String {
        let now = clock.now()
        let author = record.author
        switch record.intent {
        case .approve(let request):
            return try await approve(request, by: author, at: now)
        case .reject(let request):
            return try await reject(request, by: author, at: now)
        case .killLoop(let trace):
            return try await kill(trace, order: record, at: now)
        case .acknowledge, .resolve, .snooze, .wake, .silence, .endSilence:
            return try await incidents.answer(record) ?? ""
        case .changeSetting(let key, let value):
            return try await settings.change(key, to: value)
        case .scanNow:
            await scan()
            return "Scanning now."
        case .acceptOutputs(let feature):
            return try await quality.accept(feature, by: author, at: now)
        case .patrol:
            return try await quality.startPatrol()
        case .inspect(let trace):
            return try await inspect(trace)
        }
    }

    private var incidents: IncidentHandler { IncidentHandler(writer: writer, clock: clock, gate: gate) }

    // MARK: requests

    /// The gate judges who may; the store's compare-and-set decides who was first.
    private func approve(_ request: Int64, by author: String, at now: Instant) async throws -> String {
        let gate = await gate()
        return try await writer.transaction { store in
            guard let item = try store.snapshot.approval(request) else { return Self.noRequest(request) }
            let circumstances = try store.snapshot.circumstances(ofIncident: item.incident, at: now)
            switch gate.approve(item, by: author, in: circumstances, now: now) {
            case .refuse(let refusal): return refusal.sentence
            case .allow(let permission):
                let decision = try store.approve(with: permission, at: now)
                return try Self.answer(decision, "Approved", by: author, store, gate, at: now)
            }
        }
    }

    private func reject(_ request: Int64, by author: String, at now: Instant) async throws -> String {
        let gate = await gate()
        return try await writer.transaction { store in
            guard let item = try store.snapshot.approval(request) else { return Self.noRequest(request) }
            if let refusal = gate.refusal(of: item, to: author, now: now) { return refusal.sentence }
            let decision = try store.reject(request, by: author, at: now)
            return try Self.answer(decision, "Rejected", by: author, store, gate, at: now)
        }
    }

    private static func answer(
        _ decision: RequestDecision, _ decided: String, by author: String, _ store: StoreTransaction, _ gate: Gate,
        at now: Instant
    ) throws -> String {
        switch decision {
        case .accepted(let item):
            if let incident = item.incident {
                try store.updateMessage(
                    "\(decided) by \(author): \(item.action.sentence).", of: incident, gate: gate, at: now)
            }
            return "\(decided): \(item.action.sentence)."
        case .already(let first, let status): return Refusal.alreadyDecided(status, by: first).sentence
        case .tooLate(let item): return Refusal.expired(item.expiresAt).sentence
        case .unknown: return "The request does not exist."
        }
    }

    private static func noRequest(_ request: Int64) -> String { "Request \(request) does not exist." }

    // MARK: loops

    /// Approves the pending request for the same kill; else the order itself is the ground.
    private func kill(_ trace: String, order: IntentRecord, at now: Instant) async throws -> String {
        let loop = try await writer.read { try $0.loop(trace: trace) }
        guard let loop else { return "No loop is known for trace \(trace); scan first." }
        if let request = loop.request { return try await approve(request, by: order.author, at: now) }
        let action = Action.killLoop(trace: trace, agent: loop.loop.agent)
        let gate = await gate()
        return try await writer.transaction { store in
            let circumstances = try store.snapshot.circumstances(ofIncident: loop.incident, at: now)
            switch gate.order(action, by: order, incident: loop.incident, in: circumstances) {
            case .refuse(let refusal): return refusal.sentence
            case .allow(let permission):
                try store.enqueue(permission, at: now)
                return "Killing trace \(trace)."
            }
        }
    }
}
