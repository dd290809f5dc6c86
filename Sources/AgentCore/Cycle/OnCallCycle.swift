import Basics
import Detectors
import IncidentStore
import OnCallModel
import SourceEngine

/// One scan: each detector runs as soon as its rows are read, its findings open incidents at once, and each incident goes
/// through its pipeline beside the others.
///
/// It can be interrupted at any point: committed work stays, and the next scan does the rest.
struct OnCallCycle: Sendable {
    let configuration: AgentConfiguration
    let writer: StoreWriter
    let store: StoreGuard
    let settings: Settings
    var scope = CycleScope.incremental
    let desk: InvestigationDesk
    let loopTurn: LoopTurn
    /// Called when acts may have been put into the outbox.
    var onActs: @Sendable () async -> Void = {}

    var engine: SourceEngine { configuration.engine }
    var clock: WallClock { configuration.clock }

    /// A resolved incident that is found again within this time is reopened.
    static let reopenWithin = Span.hours(24)
    /// A source with a rate limit or a long history does not delay a scan longer: its mirror continues in the background.
    private static let syncTimeout = Span.minutes(2)
    /// How long a report waits for the detectors before its own.
    private static let patience = Span.seconds(2)

    var pipeline: IncidentPipeline {
        IncidentPipeline(
            configuration: configuration, writer: writer, settings: settings, desk: desk, onActs: onActs)
    }
    var stage: DetectorStage {
        DetectorStage(engine: engine, writer: writer, store: store, clock: clock, types: scope.types)
    }

    /// What the tasks of a scan have ended with.
    enum Event: Sendable {
        case read([SourceHealth])
        case sampled(TraceSample?, CycleReport.Sampling?)
        case judged(DetectionType, DetectorReport)
        /// So much time has passed since the start that the newest loops are judged without the history.
        case readingLong
        /// What the newest rows show.
        case newest(DetectionType, DetectorReport)
        /// A report has waited for others as long as it may.
        case waited(DetectionType?)
        case worked(Int64?)
    }

    func run(at start: Instant) async throws -> CycleReport {
        if let kind = EngineKind(rawValue: settings.engine.rawValue) {
            await engine.use(kind, hourlySums: settings.langfuseHistory == .metrics)
        }
        await engine.resetCallCounts()
        await desk.beginCycle()
        try await showActivity("reading the sources")
        var scan = RunningScan(report: CycleReport(startedAt: start), detectors: stage.detectors)
        let progress = ScanProgress(engine: engine, writer: writer, store: store)
        // A detector may start to read a table before the sync does.
        await engine.reportProgress { progress.note($0) }
        try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask {
                _ = await engine.sync(within: Self.syncTimeout) { progress.note($0) }
                return .read(await sourceHealth())
            }
            group.addTask {
                await progress.show()
                return .waited(nil)
            }
            group.addTask {
                let sampler = SampleStage(engine: engine, writer: writer, clock: clock, settings: settings)
                // Without a sample, the detectors read every trace.
                let sampled = try await store.attempt { try await sampler.run(at: start) }
                return .sampled(sampled?.sample, sampled?.report)
            }
            startDetectors(&scan, &group)
            group.addTask {
                try? await Task.sleep(for: .seconds(1))
                return .readingLong
            }
            while !scan.isDone, let event = try await group.next() { try await handle(event, &scan, &group) }
            group.cancelAll()
        }
        return try await finish(scan)
    }

    private func handle(
        _ event: Event, _ scan: inout RunningScan, _ group: inout ThrowingTaskGroup<Event, any Error>
    ) async throws {
        switch event {
        case .read(let sources):
            scan.report.sources = sources
            scan.end("sync")
            try await showActivity("running detectors")
        case .sampled(let sample, let sampling):
            scan.sample = sample
            scan.hasSampled = true
            scan.report.sampling = sampling
            scan.end("sample")
            startDetectors(&scan, &group)
        case .judged(let type, let report):
            for ready in scan.queue.receive(report, of: type) {
                try await record(ready.report, of: ready.type, &scan, &group)
            }
            if scan.queue.holds(type) {
                group.addTask {
                    try? await Task.sleep(for: Self.patience.duration)
                    return .waited(type)
                }
            }
            startDetectors(&scan, &group)
        case .readingLong: judgeNewest(scan, &group)
        case .newest(let type, let report):
            if type.traits.hasOwnRemedy { loopTurn.end() }
            guard !scan.hasJudged(type) else { return }
            do {
                if type.traits.hasOwnRemedy, report.state == .ok {
                    let known = report.partial(because: "The history is not read yet.")
                    try await writer.transaction { [start = scan.report.startedAt] in
                        try $0.saveDetectors([known.health(of: type, asOf: start)])
                    }
                }
                try await open(report.findings, &scan, &group)
            } catch {
                guard await store.begin(error) else { throw error }
                await store.hold(more: report.findings)
            }
        case .waited(let type):
            guard let type else { return }
            for ready in scan.queue.release(type) { try await record(ready.report, of: ready.type, &scan, &group) }
        case .worked(let incident):
            scan.underWork -= 1
            try await showInvestigations(scan)
            if let incident, !scan.worked.contains(incident) { scan.worked.append(incident) }
        }
        if scan.queue.isDone, !scan.isSettled, scan.hasRead { try await settle(&scan, &group) }
    }

    // MARK: detection

    /// Starts the detectors that have what they need besides rows. Those that read many outputs start after the loops are
    /// known, so that they delay none. Loops wait for the sample only if the sampler could drop them.
    private func startDetectors(_ scan: inout RunningScan, _ group: inout ThrowingTaskGroup<Event, any Error>) {
        let (start, stage) = (scan.report.startedAt, stage)
        for detector in scan.detectors where !scan.started.contains(detector.type) {
            let usesSample = detector.type.traits.hasOwnRemedy && mayDropLoops
            let isPatient = detector.type.traits.judgesOutputs
            guard !usesSample || scan.hasSampled, !isPatient || scan.hasJudgedLoops else { continue }
            scan.started.insert(detector.type)
            if detector.type.traits.hasOwnRemedy { loopTurn.begin() }
            let context = DetectorContext(
                now: start, settings: settings, effort: scope.effort, sample: usesSample ? scan.sample : nil)
            group.addTask { .judged(detector.type, try await stage.run(detector, context)) }
        }
    }

    /// The sampler's limit is above the score of a trace with many steps.
    private var mayDropLoops: Bool { settings.samplerKeepScore > SampleReason.manySteps.points }

    /// Judges loops by the newest two hours, and costs by the rows of a day and the provider's sums of the days before.
    private func judgeNewest(_ scan: RunningScan, _ group: inout ThrowingTaskGroup<Event, any Error>) {
        guard !scan.hasRead else { return }
        let (engine, stage, now) = (engine, stage, scan.report.startedAt)
        let context = DetectorContext(now: now, settings: settings)
        let wanted = Set(scan.detectors.map(\.type)).filter { !scan.hasJudged($0) }
        if wanted.contains(.agentLoop), !mayDropLoops {
            let loops = AgentLoopDetector(scope: .newest(since: now - .hours(2), except: []))
            group.addTask { .newest(.agentLoop, try await stage.run(loops, context)) }
        }
        guard wanted.contains(.costSpike), settings.langfuseHistory == .observations else { return }
        group.addTask {
            let (end, table) = (now.startOfHour, QualifiedName("langfuse", "observations"))
            guard let totals = await engine.hourlyTotals(of: table, from: end - .days(28), to: end) else {
                return .newest(.costSpike, DetectorReport(state: .noData, message: ""))
            }
            let sums = CostSums(totals.map { .init(hour: $0.hour, cost: $0.cost, observations: $0.observations) })
            return .newest(.costSpike, try await stage.run(CostSpikeDetector(sums: sums), context))
        }
    }

    /// Saves a report, opens its incidents, and starts their pipelines.
    private func record(
        _ report: DetectorReport, of type: DetectionType, _ scan: inout RunningScan,
        _ group: inout ThrowingTaskGroup<Event, any Error>
    ) async throws {
        let start = scan.report.startedAt
        scan.detected.reports.append((type, report))
        do {
            try await save(report, of: type, at: start)
            try await open(report.findings, &scan, &group)
        } catch {
            guard await store.begin(error) else { throw error }
            await store.hold(more: report.findings)
            scan.outage = error
        }
        if type.traits.hasOwnRemedy { loopTurn.end() }
        if scan.queue.isDone { scan.end("detect") }
        try await showInvestigations(scan)
    }

    /// Opens incidents for the findings, and starts their pipelines, once in a scan.
    private func open(
        _ findings: [Finding], _ scan: inout RunningScan, _ group: inout ThrowingTaskGroup<Event, any Error>
    ) async throws {
        let (pipeline, id) = (pipeline, scanID(at: scan.report.startedAt))
        let cases = try await pipeline.record(findings, scan: id, reopenWithin: Self.reopenWithin)
            .filter { !$0.findings.allSatisfy { scan.recorded.contains($0.fingerprint) } }
        scan.recorded.formUnion(findings.map(\.fingerprint))
        await desk.begin(cases.filter(\.needsInvestigation).map(\.incident))
        for opened in cases {
            scan.underWork += 1
            scan.held.insert(opened.incident)
            group.addTask {
                do {
                    let incident = try await pipeline.work(on: opened)?.summary.id
                    await desk.finished(opened.incident)
                    return .worked(incident)
                } catch {
                    await desk.finished(opened.incident)
                    throw error
                }
            }
        }
    }

    /// Opens incidents for what an earlier scan found and could not store.
    func openHeld(
        _ scan: inout RunningScan, _ group: inout ThrowingTaskGroup<Event, any Error>
    ) async throws {
        let own = Set(scan.detected.findings.map(\.fingerprint))
        let held = await store.heldFindings
        guard !held.isEmpty else { return }
        try await open(held.filter { !own.contains($0.fingerprint) }, &scan, &group)
        await store.hold([])
    }

    private func save(_ report: DetectorReport, of type: DetectionType, at start: Instant) async throws {
        let result = DetectorStage.Result(reports: [(type, report)])
        let hours = result.hours.filter { $0.hour + .hours(1) <= start }
        try await writer.transaction { store in
            try store.saveDetectors(result.health(asOf: start))
            try store.saveHours(hours, source: "langfuse")
            try store.noteFailedTraces(report.findings, at: start)
        }
    }

    /// The id of the scan. A repeated scan with the same id counts once.
    func scanID(at start: Instant) -> String {
        "\(scope == .patrol ? "patrol" : "scan")-\(start.iso8601)"
    }

    func showInvestigations(_ scan: RunningScan) async throws {
        guard scan.isSettled else { return }
        let count = scan.underWork
        try await showActivity(count == 0 ? "" : "investigating \(count) incident\(count == 1 ? "" : "s")")
    }

    func showActivity(_ activity: String) async throws {
        _ = try await store.attempt { try await writer.transaction { try $0.setActivity(activity) } }
    }

    func sourceHealth() async -> [SourceHealth] {
        await engine.reports().map(SourceHealth.init).sorted { $0.name < $1.name }
    }
}
