import Actions
import Basics
import Governance
import IncidentStore
import OnCallModel

/// Carries out the acts of the outbox. The attempt is stored before its request is sent, and its outcome after.
///
/// Each provider gets one act at a time, so that posts keep their order and an outage of one provider delays no other. An
/// attempt that an earlier agent left without an outcome is checked at the provider, never repeated blindly.
actor Outbox {
    private let writer: StoreWriter
    private let store: StoreGuard
    private let runner: ActionRunner
    private let gate: @Sendable () async -> Gate
    private let clock: WallClock
    private let sleep: @Sendable (Span) async throws -> Void
    private let wakeSignal: WakeSignal
    private var busy: Set<Lane> = []
    private var lookUps: [Int64: LookUp] = [:]

    /// An attempt without an outcome, when it is checked at the provider, and how often it was.
    private struct LookUp {
        var act: ActRecord
        var at: Instant
        var count = 0
    }

    /// The work beside which acts are carried out has ended.
    private var isEnding = false

    /// Between the checks of one attempt.
    private static let lookUpPauses = Backoff(first: .seconds(10), longest: .minutes(15))
    /// What a single scan waits, in all, for providers that ask to wait, and for checks.
    private static let maxDrainWait = Span.seconds(75)

    init(
        writer: StoreWriter, store: StoreGuard, runner: ActionRunner, clock: WallClock,
        sleep: @escaping @Sendable (Span) async throws -> Void,
        gate: @escaping @Sendable () async -> Gate
    ) {
        self.writer = writer
        self.store = store
        self.runner = runner
        self.gate = gate
        self.clock = clock
        self.sleep = sleep
        wakeSignal = WakeSignal(clock: clock)
    }

    private enum Lane: Hashable, Sendable {
        case provider(Action.Provider)
        case kill(Int64)

        init(_ act: ActRecord) {
            self = act.action.kind.provider.map { .provider($0) } ?? .kill(act.id)
        }
    }

    /// Call this after an act was put into the outbox.
    func wake() async { await wakeSignal.send() }

    /// Runs until the task is cancelled. The next agent checks an act that is under way then.
    func run() async throws {
        try await planLookUps()
        try await withThrowingDiscardingTaskGroup { group in
            while !Task.isCancelled, !isEnding {
                var started: Set<Int64> = []
                let next = try await startDue(except: &started) { work in group.addTask { await work() } }
                if !isEnding { await wakeSignal.wait(until: next) }
            }
            // At the end of the work the acts under way are finished.
            if !isEnding { group.cancelAll() }
        }
    }

    /// Carries out acts while `work` runs, and then those that are due.
    func carryingOut<Result: Sendable>(_ work: @Sendable () async throws -> Result) async throws -> Result {
        async let carrying: Void = run()
        do {
            let result = try await work()
            await end()
            try await carrying
            try await drain()
            return result
        } catch {
            await end()
            throw error
        }
    }

    private func end() async {
        isEnding = true
        await wakeSignal.send()
    }

    /// Carries out the acts that are due, each once, or more often if its provider asks to wait. Lanes run side by side.
    func drain() async throws {
        try await planLookUps()
        try await withThrowingDiscardingTaskGroup { group in
            var tried: Set<Int64> = []
            var waited = Span.seconds(0)
            while !Task.isCancelled {
                let now = clock.now()
                _ = try await startDue(except: &tried) { work in group.addTask { await work() } }
                if busy.isEmpty {
                    guard let pause = try await pause(at: now), pause + waited <= Self.maxDrainWait else { break }
                    waited = waited + pause
                    // An act that its provider postponed is tried again.
                    tried = []
                    try await sleep(pause)
                } else {
                    await wakeSignal.wait(until: nil)
                }
            }
            group.cancelAll()
        }
    }

    /// How long a drain waits before it can go on; nil if nothing is left.
    private func pause(at now: Instant) async throws -> Span? {
        let check = lookUps.values.filter { $0.count < 3 }.map(\.at).min()
        let limit = try await store.keep { try await self.writer.read { try $0.nextLimitEnd(after: now) } }
        return [check, limit].compactMap { $0 }.min().map { max($0 - now, .milliseconds(1)) }
    }

    /// Starts every due act and check whose lane is free. Returns when to check again.
    private func startDue(
        except tried: inout Set<Int64>, _ start: (@escaping @Sendable () async -> Void) -> Void
    ) async throws -> Instant? {
        let now = clock.now()
        // Acts under way are not ended by an outage of the store.
        let (due, next) = try await store.keep {
            try await self.writer.read { (try $0.dueActs(at: now), try $0.nextActDue(after: now)) }
        }
        for lookUp in lookUps.values.filter({ $0.at <= now }).sorted(by: { $0.at < $1.at })
        where busy.insert(Lane(lookUp.act)).inserted {
            start { await self.check(lookUp) }
        }
        for act in due where !tried.contains(act.id) && busy.insert(Lane(act)).inserted {
            tried.insert(act.id)
            start { await self.carryOut(act) }
        }
        // The signal after an act starts the next act of its lane.
        return [next, lookUps.values.map(\.at).filter { $0 > now }.min()].compactMap { $0 }.min()
    }

    private func carryOut(_ act: ActRecord) async {
        do {
            let began = clock.now()
            if let (permission, context) = try await store.keep({ try await self.claim(act, attemptedAt: began) }) {
                let outcome = await runner.perform(permission, context: context)
                // The program is stopping; the next agent checks the act.
                if !Task.isCancelled { try await store.keep { try await self.finish(act, outcome) } }
            }
        } catch {
            // The agent ends: the act stays attempted and is checked at the next start.
        }
        busy.remove(Lane(act))
        await wakeSignal.send()
    }

    /// Asks the gate, marks the act as attempted, and reads what the act is made from, in one transaction. Nil if it may not
    /// be carried out now.
    private func claim(_ act: ActRecord, attemptedAt: Instant) async throws -> (Permission, ActContext)? {
        let (asked, now) = (await gate(), clock.now())
        return try await writer.transaction { [runner] store in
            var gate = asked
            // A freeze holds from its own transaction on.
            if try store.snapshot.freeze() != nil { gate.policy.isFrozen = true }
            guard let stored = try store.snapshot.permission(ofAct: act.id) else { return nil }
            let circumstances = try store.snapshot.circumstances(ofIncident: stored.incident, at: now)
            switch gate.resume(stored, in: circumstances, now: now) {
            case .allow(let permission):
                let context = try store.snapshot.context(
                    of: act.action, incident: act.incident, attemptedAt: attemptedAt)
                let calls = runner.dryRun(act.action, context: context)
                return try store.beginAttempt(act.id, calls: calls, at: now) ? (permission, context) : nil
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
        try await writer.read { try $0.context(of: act.action, incident: act.incident, attemptedAt: attemptedAt) }
    }

    private func finish(_ act: ActRecord, _ outcome: Outcome) async throws {
        let (now, gate) = (clock.now(), await gate())
        try await writer.transaction { store in
            guard try store.finish(act.id, outcome, at: now) else { return }
            try store.showOutcome(of: act, outcome, gate: gate, at: now)
            try store.commentInstead(of: act, outcome, gate: gate, at: now)
        }
        guard case .unknown = outcome else { return lookUps[act.id] = nil }
        let count = lookUps[act.id].map { $0.count + 1 } ?? 0
        lookUps[act.id] = LookUp(act: act, at: now + Self.lookUpPauses.wait(afterFailures: count + 1), count: count)
    }

    // MARK: attempts without an outcome

    private func planLookUps() async throws {
        let now = clock.now()
        for act in try await store.keep({ try await self.writer.read { try $0.unfinishedAttempts() } })
        where lookUps[act.id] == nil {
            lookUps[act.id] = LookUp(act: act, at: now)
        }
    }

    private func check(_ lookUp: LookUp) async {
        let act = lookUp.act
        // If nothing comes of it, it is checked again later.
        lookUps[act.id]?.at = clock.now() + Self.lookUpPauses.longest
        if let stored = try? await writer.read({ try $0.permission(ofAct: act.id) }),
            case .allow(let permission) = await gate().lookUp(stored),
            let context = try? await context(of: act, attemptedAt: act.createdAt)
        {
            let outcome = await runner.reconcile(permission, context: context)
            if !Task.isCancelled { try? await store.keep { try await self.finish(act, outcome) } }
        }
        busy.remove(Lane(act))
        await wakeSignal.send()
    }
}

extension StoreTransaction {
    /// Updates the incident's Slack message with the outcome of a remedy.
    func showOutcome(of act: ActRecord, _ outcome: Outcome, gate: Gate, at now: Instant) throws {
        guard let incident = act.incident else { return }
        let text: String
        switch (act.action.kind, outcome) {
        case (.killLoop, .done(let detail, _)):
            let saved = try savings(byKilling: act)
            text = "Killed (allowed by \(act.ground.sentence)): \(detail).\(saved.map { " \($0)" } ?? "")"
            guard let summary = try snapshot.incident(incident)?.summary else { return }
            if try resolveDead(incident, saved: saved, text, at: now) {
                return try tell(text, of: summary, gate: gate, at: now)
            }
        case (.killLoop, .failed(let reason, _)), (.killLoop, .refused(let reason)): text = "The kill failed: \(reason)"
        case (.review, .done): text = "Review requested (allowed by \(act.ground.sentence))."
        default: return
        }
        try updateMessage(text, of: incident, gate: gate, at: now)
    }

    /// "It cost $0.27 a minute: $16.20 is saved in each hour." Nil for loops that cost nothing.
    private func savings(byKilling act: ActRecord) throws -> String? {
        let rates = try act.action.traces.compactMap { try snapshot.loop(trace: $0)?.loop.costPerMinute }
        let rate = rates.reduce(0, +)
        guard rate * 60 >= 0.005 else { return nil }
        return "\(rates.count == 1 ? "It" : "They") cost \(Format.dollars(rate)) a minute: "
            + "\(Format.dollars(rate * 60)) is saved in each hour."
    }

    /// Resolves an incident whose loops are all verified to be dead, and which has no more than what they cost. Its message says
    /// so already.
    private func resolveDead(_ incident: Int64, saved: String?, _ sentence: String, at now: Instant) throws -> Bool {
        let isOver = try snapshot.findings(ofIncident: incident).allSatisfy { finding in
            if let loop = finding.loop {
                let status = try snapshot.loop(trace: loop.traceID)?.status
                return status == .killed || status == .finished
            }
            return try finding.facts.cost.map { try snapshot.isCost($0, ofLoopsIn: incident) } ?? false
        }
        guard isOver else { return false }
        let turn = try receive(.resolve(by: Self.agent, sentence: sentence), of: incident, at: now)
        if turn.refusal == nil, let saved { try note(incident, saved, by: Self.agent, at: now) }
        return turn.refusal == nil
    }
}
