import Basics
import Detectors
import Governance
import IncidentStore
import OnCallModel
import SourceEngine

/// One on-call cycle: read the sources, sample the traces, run the detectors, make incidents of what they found, investigate, narrate, route.
///
/// It may be cut off at any point: what was committed stands, and the next cycle does what is missing.
struct OnCallCycle: Sendable {
    let configuration: AgentConfiguration
    let writer: StoreWriter
    let settings: Settings
    var scope = CycleScope.routine

    private var engine: SourceEngine { configuration.engine }
    private var clock: WallClock { configuration.clock }

    /// A resolved incident that comes back within this is the same incident.
    private static let reopenWithin = Span.hours(24)
    /// A source that asks for patience, or whose history is long, holds up no cycle: its mirror goes on by itself.
    private static let longestSync = Span.minutes(2)

    func run(at start: Instant) async throws -> CycleReport {
        var report = CycleReport(startedAt: start)
        var watch = StageWatch()
        try await showActivity("reading the sources")
        report.sources = await readSources()
        watch.end("sync", in: &report)

        try await showActivity("sampling traces")
        let (sample, sampling) = try await SampleStage(engine: engine, writer: writer, settings: settings).run(
            at: start)
        report.sampling = sampling
        watch.end("sample", in: &report)

        try await showActivity("running detectors")
        let detected = try await detect(at: start, sources: report.sources, sample)
        report.findings = detected.findings
        report.detectors = detected.health(asOf: start)
        try await save(report, detected)
        watch.end("detect", in: &report)

        let pipeline = IncidentPipeline(configuration: configuration, writer: writer, settings: settings)
        let cases = try await pipeline.record(
            detected.findings, scan: scan(at: start), reopenWithin: Self.reopenWithin)
        var worked: [Int64] = []
        for opened in cases {
            try Task.checkCancellation()
            try await showActivity("investigating \(opened.findings.first?.subject ?? "")")
            if let incident = try await pipeline.work(on: opened)?.summary.id, !worked.contains(incident) {
                worked.append(incident)
            }
        }
        try await quality.record(detected, scan: scan(at: start), at: start)
        watch.end("investigate", in: &report)

        try await settle(detected, at: start)
        report.incidents = try await writer.read { [worked] store in try worked.compactMap { try store.incident($0) } }
        report.approvals = try await writer.read { try $0.approvals(limit: 200) }.filter { $0.status == .pending }
        watch.end("settle", in: &report)
        let isPartial = report.isPartial
        try await writer.transaction { [scope] store in
            if scope != .patrol { try store.recordCycle(at: start, partial: isPartial) }
            try store.setActivity("")
        }
        return report
    }

    /// Every scan counts once, however often it is repeated.
    private func scan(at start: Instant) -> String { "\(scope == .patrol ? "patrol" : "scan")-\(start.iso8601)" }

    private var quality: QualityStage { QualityStage(writer: writer) }

    // MARK: stages

    private func readSources() async -> [SourceHealth] {
        if let kind = EngineKind(rawValue: settings.engine.rawValue) {
            await engine.use(kind, hourlySums: settings.langfuseHistory == .metrics)
        }
        await engine.resetCallCounts()
        let writer = writer
        let told = Lock("")
        _ = await engine.sync(within: Self.longestSync) { progress in
            guard progress.windowsPlanned > 1 else { return }
            let text = "reading \(progress.table): \(progress.windowsDone) of \(progress.windowsPlanned) windows"
            guard
                told.withLock({ told in
                    defer { told = text }
                    return told != text
                })
            else { return }
            Task { try? await writer.transaction { try $0.setActivity(text) } }
        }
        return await sourceHealth()
    }

    private func sourceHealth() async -> [SourceHealth] {
        await engine.reports().map(SourceHealth.init).sorted { $0.name < $1.name }
    }

    private func detect(
        at now: Instant, sources: [SourceHealth], _ sample: TraceSample?
    ) async throws -> DetectorStage.Result {
        let context = DetectorContext(now: now, settings: settings, effort: scope.effort, sample: sample)
        let stage = DetectorStage(engine: engine, writer: writer, sources: sources, types: scope.types)
        return try await stage.run(context)
    }

    private func save(_ report: CycleReport, _ detected: DetectorStage.Result) async throws {
        let hours = detected.hours.filter { $0.hour + .hours(1) <= report.startedAt }
        let now = report.startedAt
        let quiet = now - .hours(2)
        try await writer.transaction { store in
            try store.saveSources(report.sources)
            try store.saveDetectors(report.detectors)
            try store.saveHours(hours, source: "langfuse")
            try store.noteFailedTraces(report.findings, at: now)
            _ = try store.finishLoops(quietSince: quiet, at: now)
        }
    }

    /// Resolves what no judging detector has seen for a while, lets the lives of the others go on, and keeps the count of
    /// calls up to date.
    private func settle(_ detected: DetectorStage.Result, at start: Instant) async throws {
        let judged = detected.judged
        let judges: @Sendable (IncidentFinding) -> Bool = { judged[$0.type]?.contains($0.fingerprint) ?? false }
        let since = start - .minutes(settings.resolveAfterMinutes)
        let gate = configuration.gate(settings)
        let (sources, now) = (await sourceHealth(), clock.now())
        try await writer.transaction { store in
            try store.saveSources(sources)
            try store.markUnseen(since: start, judges: judges, at: now)
            for incident in try store.unseen(since: since, judges: judges) {
                _ = try store.resolve(
                    incident, by: IncidentLife.agent,
                    because: "Resolved: no scan has seen it since \(incident.lastSeen.iso8601Seconds)", gate: gate,
                    at: now)
            }
            try store.bringUpToDate(gate: gate, at: now)
        }
    }

    private func showActivity(_ activity: String) async throws {
        try await writer.transaction { try $0.setActivity(activity) }
    }
}

extension SourceHealth {
    init(_ report: SourceReport) {
        let state: State =
            switch report.state {
            case .ok: .ok
            case .partial: .partial
            case .down: .down
            case .notConfigured: .notConfigured
            case .noData: .noData
            case .syncing: .syncing
            }
        self.init(
            name: report.source, state: state, asOf: report.asOf, calls: report.calls, message: report.message ?? "")
    }
}

/// Times the stages of a cycle.
private struct StageWatch {
    private let clock = ContinuousClock()
    private var start = ContinuousClock.now

    mutating func end(_ stage: String, in report: inout CycleReport) {
        let spent = start.duration(to: clock.now)
        let (seconds, attoseconds) = spent.components
        let milliseconds = Double(seconds) * 1000 + Double(attoseconds) / 1e15
        report.timings.append(.init(stage: stage, milliseconds: (milliseconds * 10).rounded() / 10))
        start = clock.now
    }
}
