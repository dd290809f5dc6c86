import Actions
import Basics
import Governance
import IncidentStore
import OnCallModel

/// The drivers of one agent, and how they call each other.
struct AgentParts: Sendable {
    let configuration: AgentConfiguration
    let writer: StoreWriter
    let store: StoreGuard
    let settings: SettingsHandler
    let outbox: Outbox
    let expiry: ExpiryMonitor
    let loopMonitor: LoopMonitor
    let intents: IntentHandler
    let clickAnswers: ClickAnswers
    let health: HealthMonitor
    let risk: RiskDesk
    let digests: DigestDesk
    private let scheduler: Scheduler
    private let desk = InvestigationDesk()
    private let loopTurn = LoopTurn()
    private let pulse: Pulse
    /// Someone requested the next scan, so it is a full one.
    private let isRequested = Lock(false)

    private var clock: WallClock { configuration.clock }

    init(_ configuration: AgentConfiguration, writer: StoreWriter, store: StoreGuard) async throws {
        let clock = configuration.clock
        self.configuration = configuration
        self.writer = writer
        self.store = store
        let settings = try SettingsHandler(file: configuration.settingsFile, writer: writer)
        self.settings = settings
        let gate: @Sendable () async -> Gate = { configuration.gate(await settings.settings) }
        outbox = Outbox(
            writer: writer, store: store, runner: configuration.runner, clock: clock, sleep: configuration.sleep,
            gate: gate)
        let scheduler = Scheduler(clock: clock)
        self.scheduler = scheduler
        expiry = ExpiryMonitor(
            writer: writer, clock: clock, gate: gate, outbox: outbox, scan: { await scheduler.runNow(.onCall) },
            wakeSignal: WakeSignal(clock: clock))
        pulse = Pulse(configuration: configuration, writer: writer, store: store)
        loopMonitor = LoopMonitor(
            writer: writer, probe: TraceProbe(engine: configuration.engine, clock: clock), clock: clock,
            settings: settings)
        let quality = QualityHandler(
            writer: writer, clock: clock, gate: gate, patrol: { await scheduler.runNow(.driftPatrol) })
        let digests = DigestDesk(configuration, writer: writer, store: store, settings: settings, gate: gate)
        self.digests = digests
        clickAnswers = ClickAnswers(send: configuration.answerClick)
        risk = RiskDesk(configuration, writer, settings, outbox)
        intents = IntentHandler(
            writer: writer, clock: clock, gate: gate, settings: settings, outbox: outbox, quality: quality,
            clickAnswers: clickAnswers,
            scan: { [isRequested] in
                isRequested.withLock { $0 = true }
                await scheduler.runNow(.onCall)
            }, slackMembership: configuration.slackMembership,
            traces: TraceReader(engine: configuration.engine, clock: clock),
            freeze: FreezeHandler(
                writer: writer, clock: clock, gate: gate, isFrozen: configuration.isFrozenByPerson,
                isFrozenByEnvironment: configuration.isFrozen),
            executors: ExecutorRequests(writer: writer, runner: configuration.runner, clock: clock, gate: gate),
            risk: risk,
            makeDigest: { week in
                let answer = await digests.request(week)
                if !answer.isRefused { await scheduler.runNow(.digest) }
                return answer
            })
        let (desk, outbox) = (desk, outbox)
        health = HealthMonitor(configuration, writer, settings) { settings in
            IncidentPipeline(
                configuration: configuration, writer: writer, settings: settings, desk: desk,
                onActs: { await outbox.wake() })
        }
        await writer.mask(by: configuration.redaction)
        try await settings.publish()
        let isFrozen = try await writer.transaction { store in
            try store.setListening(configuration.listening)
            try store.setFrozenByEnvironment(configuration.isFrozen)
            return try store.snapshot.freeze() != nil
        }
        configuration.isFrozenByPerson.withLock { $0 = isFrozen }
        try await restoreKillFlags()
        await store.afterRecovery { await scheduler.runNow(.onCall) }
    }

    /// A kill flag that was raised before a restart is raised again.
    private func restoreKillFlags() async throws {
        let since = clock.now() - .days(7)
        let kills = try await writer.read { try $0.acts(of: .killLoop, since: since) }
        for act in kills where act.state == .attempting || act.state == .done {
            guard case .killLoop(let traces, let agent) = act.action else { continue }
            for trace in traces {
                try await configuration.killFlags.raise(
                    KillFlags.Flag(
                        trace: trace, agent: agent, reason: "allowed by \(act.ground.sentence)", since: act.createdAt))
            }
        }
    }

    // MARK: tasks

    /// Answers intents as they arrive, and wakes the drivers when the store has changed.
    func answerIntents() async throws {
        let watch = try StoreWatch(writer.file)
        try await intents.answerAll()
        for await _ in watch.changes {
            try await intents.answerAll()
            await outbox.wake()
            await expiry.wakeSignal.send()
            try await loopMonitor.storeChanged()
        }
    }

    /// Stores the clicks that arrive through Slack's socket; the handler of intents then sees them.
    func takeClicks(from socket: SocketMode) async throws {
        let inbox = IntentInbox(configuration.storePath)
        await socket.run(
            SocketMode.Outlets(
                store: { click in
                    _ = try await inbox.append(click.intent, author: click.author, at: clock.now(), place: click.place)
                },
                report: { sentence, isOpen in
                    _ = try? await store.attempt {
                        try await writer.transaction { try $0.setSlackSocket(sentence, isOpen: isOpen) }
                    }
                }))
    }

    /// Runs each job on schedule. What a pulse finds is worked on beside the next ones.
    func runJobs() async throws {
        try await schedule()
        try await withThrowingDiscardingTaskGroup { group in
            while let job = await scheduler.nextJob(onWait: { next in
                try? await writer.transaction { try $0.setNextCycle(at: next) }
            }) {
                group.addTask {
                    let found: [IncidentPipeline.Case]
                    do {
                        found = try await carryOut(job)
                    } catch {
                        await scheduler.finished(job)
                        throw error
                    }
                    await scheduler.finished(job)
                    _ = try await store.attempt { try await schedule() }
                    await work(on: found)
                }
            }
        }
    }

    /// Returns the incidents whose pipelines are still to run.
    private func carryOut(_ job: SchedulerMachine.Job) async throws -> [IncidentPipeline.Case] {
        switch job {
        case .onCall: try await attempt(isRequested.withLock(Self.take) ? .full : .incremental)
        case .driftPatrol: try await attempt(.patrol)
        case .pulse: return try await beat()
        case .digest: try await digests.run()
        }
        return []
    }

    /// A pulse that fails is left to the next one; the scans report what cannot be read.
    private func beat() async throws -> [IncidentPipeline.Case] {
        guard !loopTurn.isTaken else { return [] }
        let settings = await settings.settings
        do {
            return try await pulse.run(at: clock.now(), settings, pipeline(settings))
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            await store.begin(error)
            return []
        }
    }

    private func work(on cases: [IncidentPipeline.Case]) async {
        guard !cases.isEmpty else { return }
        let pipeline = pipeline(await settings.settings)
        await desk.begin(cases.filter(\.needsInvestigation).map(\.incident))
        await withDiscardingTaskGroup { group in
            for found in cases {
                group.addTask {
                    // What fails here is left to the next scan.
                    _ = try? await store.attempt { _ = try await pipeline.work(on: found) }
                    await desk.finished(found.incident)
                }
            }
        }
    }

    private func pipeline(_ settings: Settings) -> IncidentPipeline {
        IncidentPipeline(
            configuration: configuration, writer: writer, settings: settings, desk: desk,
            onActs: { [outbox] in await outbox.wake() })
    }

    private static func take(_ flag: inout Bool) -> Bool {
        defer { flag = false }
        return flag
    }

    private func schedule() async throws {
        let last = try await writer.read { try $0.jobs() }
        await scheduler.schedule(.digest, at: try await digests.dueAt())
        for job in SchedulerMachine.Job.allCases where job != .digest {
            let lastRun = last.first { $0.name == job.rawValue }?.lastRunAt
            await scheduler.schedule(job, every: await cadence(of: job), lastRunAt: lastRun)
        }
    }

    private func cadence(of job: SchedulerMachine.Job) async -> Span {
        let settings = await settings.settings
        return switch job {
        case .onCall: .minutes(settings.onCallMinutes)
        case .driftPatrol: .hours(settings.driftPatrolHours)
        case .pulse: await pulse.pause(settings)
        case .digest: .days(7)
        }
    }

    /// A scan that fails is shown and runs again at its next time; it stops nothing else.
    private func attempt(_ scope: CycleScope) async throws {
        do {
            _ = try await run(scope)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            if await store.begin(error) { return }
            let sentence = configuration.redaction.apply(to: "The last scan failed: \(error)")
            _ = try await store.attempt { try await writer.transaction { try $0.setActivity(sentence) } }
        }
    }

    /// Runs one scan, or Drift Patrol.
    func run(_ scope: CycleScope) async throws -> CycleReport {
        _ = try await store.attempt { try await settings.reload() }
        let start = clock.now()
        let report = try await OnCallCycle(
            configuration: configuration, writer: writer, store: store, settings: await settings.settings, scope: scope,
            desk: desk, loopTurn: loopTurn, onActs: { [outbox] in await outbox.wake() }
        ).run(at: start)
        let job = scope == .patrol ? SchedulerMachine.Job.driftPatrol : .onCall
        let next = start + (await cadence(of: job))
        try await writer.transaction { store in
            try store.saveJob(JobRecord(name: job.rawValue, lastRunAt: start, nextRunAt: next))
            guard job == .onCall else { return }
            var report = report
            report.sources = try store.snapshot.undeliveredNotices().shown(in: report.sources)
            try store.saveReport(report.json, at: start)
            try store.prune(before: start - .days(30))
        }
        if scope != .patrol {
            try await BudgetMonitor(configuration: configuration, writer: writer).warn(await settings.settings)
        }
        await outbox.wake()
        return report
    }

    /// Applies an edited settings file within 20 s.
    func watchSettings() async throws {
        while !Task.isCancelled {
            try await settings.reloadIfChanged()
            try await Task.sleep(for: .seconds(20))
        }
    }
}
