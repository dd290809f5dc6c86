import Actions
import Basics
import Governance
import IncidentStore
import OnCallModel

/// The drivers of one agent, wired to each other.
struct AgentParts: Sendable {
    let configuration: AgentConfiguration
    let writer: StoreWriter
    let settings: SettingsHandler
    let outbox: Outbox
    let expiry: ExpiryMonitor
    let loopMonitor: LoopMonitor
    let scheduler: Scheduler
    /// Somebody asked for the next cycle.
    private let isAsked = Lock(false)

    private var clock: WallClock { configuration.clock }

    init(_ configuration: AgentConfiguration, writer: StoreWriter) async throws {
        let clock = configuration.clock
        self.configuration = configuration
        self.writer = writer
        let settings = try SettingsHandler(file: configuration.settingsFile, writer: writer)
        self.settings = settings
        let gate: @Sendable () async -> Gate = { configuration.gate(await settings.settings) }
        outbox = Outbox(
            writer: writer, runner: configuration.runner, clock: clock, sleep: configuration.sleep, gate: gate)
        let scheduler = Scheduler(clock: clock)
        self.scheduler = scheduler
        let lives = LifeMonitor(
            writer: writer, clock: clock, gate: gate, outbox: outbox, scan: { await scheduler.hasten(.onCall) })
        expiry = ExpiryMonitor(
            writer: writer, clock: clock, gate: gate, outbox: outbox, lives: lives, wakeSignal: WakeSignal(clock: clock)
        )
        loopMonitor = LoopMonitor(
            writer: writer, probe: TraceProbe(engine: configuration.engine), clock: clock, settings: settings)
        try await settings.publish()
        try await writer.transaction { try $0.setListening(configuration.listening) }
        try await restoreKillFlags()
    }

    /// An agent that was told to stop before a restart is told so after it.
    private func restoreKillFlags() async throws {
        let since = clock.now() - .days(7)
        let kills = try await writer.read { try $0.acts(of: .killLoop, since: since) }
        for act in kills where act.state == .attempting || act.state == .done {
            guard case .killLoop(let trace, let agent) = act.action else { continue }
            try await configuration.killFlags.raise(
                KillFlags.Flag(
                    trace: trace, agent: agent, reason: "allowed by \(act.ground.sentence)", since: act.createdAt))
        }
    }

    // MARK: what runs side by side

    /// Answers intents as they come, and passes the store's notices on.
    func answerIntents() async throws {
        let handler = intentHandler
        let watch = try StoreWatch(writer.file)
        try await handler.answerAll()
        for await _ in watch.changes {
            try await handler.answerAll()
            await outbox.wake()
            await expiry.wakeSignal.send()
            try await loopMonitor.storeChanged()
        }
    }

    /// Answers what waits, for a program that is not to stay.
    func answerOnce() async throws {
        try await intentHandler.answerAll()
        try await outbox.drain()
    }

    private var intentHandler: IntentHandler {
        let gate: @Sendable () async -> Gate = { [configuration, settings] in
            configuration.gate(await settings.settings)
        }
        let quality = QualityHandler(
            writer: writer, clock: clock, gate: gate, patrol: { [scheduler] in await scheduler.hasten(.driftPatrol) })
        return IntentHandler(
            writer: writer, clock: clock, gate: gate, settings: settings, outbox: outbox, quality: quality,
            scan: { [scheduler, isAsked] in
                isAsked.withLock { $0 = true }
                await scheduler.hasten(.onCall)
            }, traces: TraceReader(engine: configuration.engine, clock: clock))
    }

    /// Runs each job at its time.
    func runJobs() async throws {
        let last = try await writer.read { try $0.jobs() }
        for job in SchedulerMachine.Job.allCases {
            let lastRun = last.first { $0.name == job.rawValue }?.lastRunAt
            await scheduler.schedule(job, every: await cadence(of: job), lastRunAt: lastRun)
        }
        while let job = await scheduler.nextJob(onWait: { next in
            try? await writer.transaction { try $0.setNextCycle(at: next) }
        }) {
            switch job {
            case .onCall: try await attempt { try await cycle(isAsked.withLock(Self.taken) ? .thorough : .routine) }
            case .driftPatrol: try await attempt { try await patrol() }
            }
            for job in SchedulerMachine.Job.allCases {
                await scheduler.schedule(job, every: await cadence(of: job), lastRunAt: nil)
            }
            await scheduler.finished(job)
        }
    }

    private static func taken(_ flag: inout Bool) -> Bool {
        defer { flag = false }
        return flag
    }

    private func cadence(of job: SchedulerMachine.Job) async -> Span {
        let settings = await settings.settings
        return switch job {
        case .onCall: .minutes(settings.onCallMinutes)
        case .driftPatrol: .hours(settings.driftPatrolHours)
        }
    }

    /// A cycle that fails is told of and tried again at its next turn; it stops nothing else.
    private func attempt(_ work: () async throws -> CycleReport) async throws {
        do {
            _ = try await work()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            let sentence = configuration.redaction.apply(to: "The last cycle failed: \(error)")
            try await writer.transaction { try $0.setActivity(sentence) }
        }
    }

    func cycle(_ scope: CycleScope) async throws -> CycleReport {
        let (start, report) = try await run(scope)
        let next = start + (await cadence(of: .onCall))
        try await writer.transaction { store in
            try store.saveJob(
                JobRecord(name: SchedulerMachine.Job.onCall.rawValue, lastRunAt: start, nextRunAt: next))
            try store.saveReport(report.json, at: start)
            try store.prune(before: start - .days(30))
        }
        await outbox.wake()
        return report
    }

    /// Looks at the outputs of all features and tools that gave some.
    func patrol() async throws -> CycleReport {
        let (start, report) = try await run(.patrol)
        let next = start + (await cadence(of: .driftPatrol))
        try await writer.transaction { store in
            try store.saveJob(
                JobRecord(name: SchedulerMachine.Job.driftPatrol.rawValue, lastRunAt: start, nextRunAt: next))
        }
        await outbox.wake()
        return report
    }

    private func run(_ scope: CycleScope) async throws -> (start: Instant, CycleReport) {
        try await settings.reload()
        let start = clock.now()
        let cycle = OnCallCycle(
            configuration: configuration, writer: writer, settings: await settings.settings, scope: scope)
        return (start, try await cycle.run(at: start))
    }

    /// Takes up a settings file that was edited, within 20 s.
    func watchSettings() async throws {
        while !Task.isCancelled {
            try await settings.reloadIfChanged()
            try await Task.sleep(for: .seconds(20))
        }
    }
}
