import Actions
import Basics
import Governance
import IncidentStore
import OnCallModel

/// Answers the intents of people. Every answer is a sentence for the person who asked.
struct IntentHandler: Sendable {
    let writer: StoreWriter
    let clock: WallClock
    let gate: @Sendable () async -> Gate
    let settings: SettingsHandler
    let outbox: Outbox
    let quality: QualityHandler
    let clickAnswers: ClickAnswers
    /// Runs a scan now.
    let scan: @Sendable () async -> Void
    let slackMembership: @Sendable (_ user: String) async -> SlackMembership
    let traces: TraceReader
    let freeze: FreezeHandler
    let executors: ExecutorRequests
    /// Answers what takes many calls, later.
    let risk: RiskDesk
    /// Makes the digest of a week soon.
    let makeDigest: @Sendable (_ week: String?) async -> IntentAnswer

    /// Answers all pending intents, oldest first. Writes nothing if there are none: every write wakes this handler again.
    func answerAll() async throws {
        guard try await writer.read({ try $0.hasUnansweredIntents() }) else { return }
        let now = clock.now()
        let waiting = try await writer.read { try $0.pendingIntents() }
        var later = 0
        for record in waiting {
            if await risk.takes(record) {
                later += 1
                continue
            }
            let decide = try await decision(on: record)
            let answered = clock.now()
            let (answer, isNew) = try await writer.transaction { store in
                let answer = try decide(store)
                return (answer, try store.handle(intent: record.id, answer: answer, at: answered))
            }
            await outbox.wake()
            // What was done is shown in the message itself.
            if isNew, answer.isRefused { clickAnswers.add(answer.text, to: record) }
        }
        // Those that are answered later remain; nothing is written for them.
        if later > 0, later == waiting.count { return }
        try await writer.transaction { try $0.refuseUnreadableIntents(at: now) }
    }

    /// Decides in the transaction that stores the answer.
    private typealias Decision = @Sendable (StoreTransaction) throws -> IntentAnswer

    private func decision(on record: IntentRecord) async throws -> Decision {
        if let refusal = await refusalFromSlack(of: record) { return { _ in refusal } }
        let (gate, author, now) = (await gate(), record.author, clock.now())
        switch record.intent {
        case .approve(let request, let seen):
            return { try Self.approve(request, seen: seen, by: author, $0, gate, at: now) }
        case .reject(let request): return { try Self.reject(request, by: author, $0, gate, at: now) }
        case .killLoop(let trace): return { try Self.kill(trace, order: record, $0, gate, at: now) }
        case .recordAlerts(let alerts):
            return { try IntentAnswer("Recorded \($0.record(alerts, at: now)) new or changed alerts.") }
        default:
            let answer = try await answer(record)
            return { _ in answer }
        }
    }

    /// What is not decided in one transaction.
    private func answer(_ record: IntentRecord) async throws -> IntentAnswer {
        let (author, now) = (record.author, clock.now())
        switch record.intent {
        case .approve, .reject, .killLoop, .recordAlerts, .acknowledge, .resolve, .snooze, .unsnooze, .silence,
            .endSilence, .markCause, .note:
            return try await IncidentHandler(writer: writer, clock: clock, gate: gate).answer(record)
                ?? .refused("Unknown request.")
        case .changeSetting(let key, let value): return try await settings.change(key, to: value, by: author, at: now)
        case .scanNow:
            await scan()
            return IntentAnswer("Scanning now.")
        case .acceptOutputs(let feature): return try await quality.accept(feature, by: author, at: now)
        case .patrol: return try await quality.startPatrol()
        case .inspect(let trace): return try await inspect(trace)
        case .freeze(let reason): return try await freeze.freeze(because: reason, by: author)
        case .thaw: return try await freeze.thaw(by: author)
        case .requestExecutor(let kind, let incident):
            return try await executors.request(kind, for: incident, by: author)
        case .followUp(let kind, let incident, let text, let why):
            return try await executors.request(kind, for: incident, task: (text, why), by: author)
        case .undo(let request): return try await executors.undo(request, by: author)
        case .scorePull, .backfillRisk: return .refused("Unknown request.")
        case .makeDigest(let week): return await makeDigest(week)
        }
    }

    /// While nobody is named as an approver, every member of the workspace may decide in Slack, and nobody else.
    private func refusalFromSlack(of record: IntentRecord) async -> IntentAnswer? {
        let author = Author(record.author)
        guard author.isFromSlack, await !gate().policy.namesApprovers else { return nil }
        let reason: String
        switch await slackMembership(author.name) {
        case .member: return nil
        case .guest: reason = "\(author.name) is a guest of the Slack workspace."
        case .stranger: reason = "\(author.name) is not a member of the Slack workspace."
        case .unknown(let fault): reason = "Slack did not confirm that \(author.name) is a member: \(fault)"
        }
        return .refused("\(reason) Decide in the console, or name the approvers in the setting people.")
    }

    // MARK: requests

    /// The gate decides who may approve; the store's compare-and-set decides who was first.
    private static func approve(
        _ request: Int64, seen: Fingerprint?, by author: String, _ store: StoreTransaction, _ gate: Gate,
        at now: Instant
    ) throws -> IntentAnswer {
        guard let item = try store.snapshot.approval(request) else { return noRequest(request) }
        let circumstances = try store.snapshot.circumstances(ofIncident: item.incident, at: now)
        switch gate.approve(item, seen: seen, by: author, in: circumstances, now: now) {
        case .refuse(let refusal): return .refused(refusal.sentence)
        case .wait(let vote):
            try store.vote(vote, on: item)
            if let incident = item.incident {
                let sentence =
                    "Approved by \(vote.author) at \(now.iso8601Seconds), the first of two people: \(item.action.sentence)."
                try store.updateMessage(sentence, of: incident, gate: gate, at: now)
            }
            let (targets, isWide) = (item.action.targets, item.action.isWide)
            let why = isWide ? "it may stop more than one agent" : "it has \(targets) targets"
            return IntentAnswer("Your approval is saved. A second person must approve it: \(why).")
        case .allow(let permission):
            return try answer(try store.approve(with: permission, at: now), "Approved", store, gate, at: now)
        }
    }

    private static func reject(
        _ request: Int64, by author: String, _ store: StoreTransaction, _ gate: Gate, at now: Instant
    ) throws -> IntentAnswer {
        guard let item = try store.snapshot.approval(request) else { return noRequest(request) }
        if let refusal = gate.refusal(of: item, to: author, now: now) { return .refused(refusal.sentence) }
        let decision = try store.reject(request, by: gate.policy.signature(of: author), at: now)
        return try answer(decision, "Rejected", store, gate, at: now)
    }

    private static func answer(
        _ decision: RequestDecision, _ decided: String, _ store: StoreTransaction, _ gate: Gate, at now: Instant
    ) throws -> IntentAnswer {
        switch decision {
        case .accepted(let item):
            if let incident = item.incident {
                let author = item.resolvedBy ?? StoreTransaction.agent
                try store.updateMessage(
                    "\(decided) by \(author) at \(now.iso8601Seconds): \(item.action.sentence).", of: incident,
                    gate: gate,
                    at: now)
            }
            return IntentAnswer("\(decided): \(item.action.sentence).")
        case .already(let first, let status): return .refused(Refusal.alreadyDecided(status, by: first).sentence)
        case .tooLate(let item): return .refused(Refusal.expired(item.expiresAt).sentence)
        case .unknown: return .refused("The request does not exist.")
        }
    }

    private static func noRequest(_ request: Int64) -> IntentAnswer { .refused("Request \(request) does not exist.") }

    // MARK: loops

    /// Approves the pending request for the same kill; otherwise the order itself is the ground. A request for more traces
    /// remains, for the others.
    private static func kill(
        _ trace: String, order: IntentRecord, _ store: StoreTransaction, _ gate: Gate, at now: Instant
    ) throws -> IntentAnswer {
        guard let loop = try store.snapshot.loop(trace: trace) else {
            return .refused("No loop is known for trace \(trace). Run a scan first.")
        }
        if let request = try loop.request.flatMap({ try store.snapshot.approval($0) }),
            request.action.traces == [trace]
        {
            return try approve(request.id, seen: nil, by: order.author, store, gate, at: now)
        }
        let action = Action.killLoop(trace: trace, agent: loop.loop.agent)
        let circumstances = try store.snapshot.circumstances(ofIncident: loop.incident, at: now)
        switch gate.order(action, by: order, incident: loop.incident, in: circumstances) {
        case .refuse(let refusal): return .refused(refusal.sentence)
        case .allow(let permission):
            try store.enqueue(permission, at: now)
            if let incident = loop.incident {
                let sentence =
                    "Kill ordered by \(gate.policy.signature(of: order.author)) at \(now.iso8601Seconds): \(action.sentence)."
                try store.updateMessage(sentence, of: incident, gate: gate, at: now)
            }
            return IntentAnswer("Killing trace \(trace).")
        }
    }
}
