import Actions
import Basics
import Governance
import IncidentStore
import OnCallModel

/// Carries out the acts of the outbox: each is written as attempted before its request is sent, and its outcome after.
///
/// One act at a time to each provider, so that posts keep their order and an outage of one holds up no other. An
/// attempt that an earlier agent left without an outcome is looked up, never repeated blindly.
actor Outbox {
    private let writer: StoreWriter
    private let runner: ActionRunner
    private let gate: @Sendable () async -> Gate
    private let clock: WallClock
    private let sleep: @Sendable (Span) async throws -> Void
    private let wakeSignal: WakeSignal
    private var busy: Set<Lane> = []
    private var lookUps: [Int64: Int] = [:]

    init(
        writer: StoreWriter, runner: ActionRunner, clock: WallClock,
        sleep: @escaping @Sendable (Span) async throws -> Void,
        gate: @escaping @Sendable () async -> Gate
    ) {
        self.writer = writer
        self.runner = runner
        self.gate = gate
        self.clock = clock
        self.sleep = sleep
        wakeSignal = WakeSignal(clock: clock)
    }

    private enum Lane: Hashable, Sendable {
        case slack, gitHub
        case kill(Int64)

        init(_ act: ActRecord) {
            switch act.action {
            case .postIncident, .updatePost, .postReply, .requestReview: self = .slack
            case .openIssue: self = .gitHub
            case .killLoop: self = .kill(act.id)
            }
        }
    }

    /// Something was put into the outbox.
    func wake() async {
        await wakeSignal.send()
    }

    /// Works until the task is cancelled. An act under way then is left to be looked up by the next agent.
    func run() async throws {
        await lookUpUnfinished()
        try await withThrowingDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let next = try await startDue { act in group.addTask { await self.carryOut(act) } }
                await wakeSignal.wait(until: next)
            }
            group.cancelAll()
        }
    }

    /// Carries out what is due, once, and returns when it has ended: for a run that is not to stay.
    func drain() async throws {
        await lookUpUnfinished()
        var tried: Set<Int64> = []
        while !Task.isCancelled {
            let now = clock.now()
            let due = try await writer.read { try $0.dueActs(at: now) }.filter { !tried.contains($0.id) }
            if due.isEmpty { return }
            for act in due {
                tried.insert(act.id)
                await carryOut(act)
            }
        }
    }

    /// Starts every due act whose lane is free, and answers when to look again.
    private func startDue(_ start: (ActRecord) -> Void) async throws -> Instant? {
        let now = clock.now()
        let (due, next) = try await writer.read { (try $0.dueActs(at: now), try $0.nextActDue()) }
        for act in due where busy.insert(Lane(act)).inserted { start(act) }
        // What is due and waits for its lane is started by the signal at that lane's end.
        return due.isEmpty ? next : nil
    }

    private func carryOut(_ act: ActRecord) async {
        defer { busy.remove(Lane(act)) }
        do {
            let began = clock.now()
            if let permission = try await claim(act) {
                let context = try await context(of: act, attemptedAt: began)
                let outcome = await runner.perform(permission, context: context)
                // Cancelled means the program is stopping: without an outcome the next agent looks it up.
                if Task.isCancelled { return }
                try await finish(act, outcome)
            }
        } catch {
            // The store cannot be written: the act stays as attempted and is looked up at the next start.
        }
        await wakeSignal.send()
    }

    /// Asks the gate and marks the act as attempted, in one transaction. Nil where it may not be carried out now.
    private func claim(_ act: ActRecord) async throws -> Permission? {
        let (gate, now) = (await gate(), clock.now())
        return try await writer.transaction { store in
            guard let stored = try store.snapshot.permission(ofAct: act.id) else { return nil }
            let circumstances = try store.snapshot.circumstances(ofIncident: stored.incident, at: now)
            switch gate.resume(stored, in: circumstances, now: now) {
            case .allow(let permission):
                return try store.beginAttempt(act.id, at: now) ? permission : nil
            case .refuse(let refusal):
                if let next = refusal.retryAt(now) {
                    try store.postpone(act.id, until: next, because: refusal.sentence)
                } else {
                    try store.withdraw(act.id, because: refusal.sentence, at: now)
                }
                return nil
            }
        }
    }

    private func context(of act: ActRecord, attemptedAt: Instant) async throws -> ActContext {
        try await writer.read {
            try $0.context(of: act.action, incident: act.incident, attemptedAt: attemptedAt)
        }
    }

    private func finish(_ act: ActRecord, _ outcome: Outcome) async throws {
        let now = clock.now()
        let gate = await gate()
        try await writer.transaction { store in
            guard try store.finish(act.id, outcome, at: now) else { return }
            try store.showOutcome(of: act, outcome, gate: gate, at: now)
        }
        if case .unknown = outcome { await lookUpLater(act) }
    }

    // MARK: attempts without an outcome

    private func lookUpUnfinished() async {
        let left = try? await writer.read { try $0.unfinishedAttempts() }
        guard let unfinished = left else { return }
        for act in unfinished { await lookUp(act) }
    }

    private func lookUp(_ act: ActRecord) async {
        guard let stored = try? await writer.read({ try $0.permission(ofAct: act.id) }),
            case .allow(let permission) = await gate().lookUp(stored),
            let context = try? await context(of: act, attemptedAt: act.createdAt)
        else { return }
        let outcome = await runner.reconcile(permission, context: context)
        if Task.isCancelled { return }
        try? await finish(act, outcome)
    }

    /// Three times, ten seconds apart at first; after that it is the operator's question.
    private func lookUpLater(_ act: ActRecord) async {
        let count = lookUps[act.id, default: 0]
        guard count < 3 else { return }
        lookUps[act.id] = count + 1
        try? await sleep(.seconds(Double(10 << count)))
        if !Task.isCancelled { await lookUp(act) }
    }
}

extension StoreTransaction {
    /// Brings the incident's Slack message up to date with what came of a remedy.
    func showOutcome(of act: ActRecord, _ outcome: Outcome, gate: Gate, at now: Instant) throws {
        guard let incident = act.incident else { return }
        let text: String
        switch (act.action.kind, outcome) {
        case (.killLoop, .done(let detail, _)): text = "Killed (allowed by \(act.ground.sentence)): \(detail)"
        case (.killLoop, .failed(let reason)): text = "The kill failed: \(reason)"
        case (.review, .done): text = "Review requested (allowed by \(act.ground.sentence))."
        default: return
        }
        try updateMessage(text, of: incident, gate: gate, at: now)
    }
}
