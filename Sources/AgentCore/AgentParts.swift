import Actions
import Basics
import Governance
import IncidentStore
import OnCallModel

/// The drivers of one agent, wired to each other.
struct AgentParts: Sendable {
    let configuration: AgentConfiguration
    let writer: StoreWriter
    let settings: SettingsDesk
    let outbox: Outbox
    let expiry: ExpiryWatch
    let loopWatch: LoopWatch
    let scheduler: Scheduler

    private var clock: WallClock { configuration.clock }

    init(_ configuration: AgentConfiguration, writer: StoreWriter) async throws {
        let clock = configuration.clock
        self.configuration = configuration
        self.writer = writer
        let settings = try SettingsDesk(file: configuration.settingsFile, writer: writer)
        self.settings = settings
        let gate: @Sendable () async -> Gate = { await Self.gate(configuration, settings) }
        outbox = Outbox(
            writer: writer, runner: configuration.runner, clock: clock, sleep: configuration.sleep, gate: gate)
        let scheduler = Scheduler(clock: clock)
        self.scheduler = scheduler
        let lives = LifeWatch(
            writer: writer, clock: clock, gate: gate, outbox: outbox, scan: { await scheduler.hasten(.onCall) })
        expiry = ExpiryWatch(
            writer: writer, clock: clock, gate: gate, outbox: outbox, lives: lives, alarm: Alarm(clock: clock))
        loopWatch = LoopWatch(
            writer: writer, probe: TraceProbe(engine: configuration.engine), clock: clock, settings: settings)
        try await settings.publish()
        try await writer.transaction { try $0.setListening(configuration.listening) }
        try await restoreKillFlags()
    }

    private static func gate(_ configuration: AgentConfiguration, _ settings: SettingsDesk) async -> Gate {
        Gate(
            policy: Policy(
                settings: await settings.settings, isFrozen: configuration.isFrozen,
                approvers: configuration.approvers))
    }

    /// An agent that was told to stop before a restart is told so after it.
    private func restoreKillFlags() async throws {
        let since = clock.now() - .days(7)
        let kills = try await writer.read { try $0.acts(of: .killLoop, since: since) }
        for act in kills where act.state == .attempting || act.state == .done {
            guard case .killLoop(let trace, let agent) = act.action else { continue }
            try await configuration.killFlags.raise(
                KillFlags.Flag(
                    trace: trace, agent: agent, reason: "allowed by \(act.allowedBy)", since: act.createdAt))
        }
    }

    // MARK: what runs side by side

    /// Answers intents as they come, and passes the store's notices on.
    func answerIntents() async throws {
        let desk = IntentDesk(
            writer: writer, clock: clock,
            gate: { [configuration, settings] in await Self.gate(configuration, settings) },
            settings: settings, outbox: outbox, scan: { [scheduler] in await scheduler.hasten(.onCall) })
        let watch = try StoreWatch(writer.file)
        try await desk.answerAll()
        for await _ in watch.changes {
            try await desk.answerAll()
            await outbox.ring()
            await expiry.alarm.ring()
            try await loopWatch.storeChanged()
        }
    }

    /// Runs each job at its time.
    func runJobs() async throws {
        let last = try await writer.read { try $0.jobs() }
        let lastRun = last.first { $0.name == SchedulerMachine.Job.onCall.rawValue }?.lastRunAt
        await scheduler.schedule(.onCall, every: await onCallCadence(), lastRunAt: lastRun)
        while let job = await scheduler.nextJob(onWait: { next in
            try? await writer.transaction { try $0.setNextCycle(at: next) }
        }) {
            switch job {
            case .onCall: try await runOnCall()
            }
            await scheduler.schedule(.onCall, every: await onCallCadence(), lastRunAt: nil)
            await scheduler.finished(job)
        }
    }

    private func onCallCadence() async -> Span {
        .minutes(await settings.settings.onCallMinutes)
    }

    /// A cycle that fails is told of and tried again at its next turn; it stops nothing else.
    private func runOnCall() async throws {
        do {
            _ = try await cycle()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            let sentence = configuration.redaction.apply(to: "The last cycle failed: \(error)")
            try await writer.transaction { try $0.setActivity(sentence) }
        }
    }

    func cycle() async throws -> CycleReport {
        try await settings.reload()
        let start = clock.now()
        let current = await settings.settings
        let report = try await OnCallCycle(configuration: configuration, writer: writer, settings: current)
            .run(at: start)
        let next = start + .minutes(current.onCallMinutes)
        try await writer.transaction { store in
            try store.saveJob(
                JobRecord(name: SchedulerMachine.Job.onCall.rawValue, lastRunAt: start, nextRunAt: next))
            try store.saveReport(report.json, at: start)
            try store.prune(before: start - .days(30))
        }
        await outbox.ring()
        return report
    }

    /// Says that the agent is alive, and looks whether the settings file was edited.
    func beat() async throws {
        while !Task.isCancelled {
            let now = clock.now()
            try await writer.transaction { try $0.heartbeat(at: now) }
            try await settings.reloadIfChanged()
            try await Task.sleep(for: .seconds(20))
        }
    }
}
