import Basics
import Detectors
import IncidentStore
import OnCallModel
import SourceEngine

/// Between two scans: reads the newest observations, and checks the stored rows for new loops and for the cost of the running
/// hour (docs/decisions/0025).
///
/// It writes only what it finds. A failure of the source is left to the scans, which report it.
actor Pulse {
    private let configuration: AgentConfiguration
    private let writer: StoreWriter
    private let store: StoreGuard
    /// The calls of the latest run.
    private var calls = 1
    /// When the latest run began that could read.
    private var latest: Instant?

    private static let table = QualifiedName("langfuse", "observations")
    /// A cost is judged only while the baseline of the latest scan is known.
    private static let maxAge = Span.hours(1)
    /// How late a step may be shown and still be judged here.
    private static let overlap = Span.minutes(2)

    private var engine: SourceEngine { configuration.engine }

    init(configuration: AgentConfiguration, writer: StoreWriter, store: StoreGuard) {
        (self.configuration, self.writer, self.store) = (configuration, writer, store)
    }

    /// The setting, or the time in which a tenth of the known limit allows as many calls as the latest run made.
    func pause(_ settings: Settings) async -> Span {
        let wanted = Span.seconds(settings.pulseSeconds)
        let needed = await engine.time(for: calls, of: Self.table.schema, aPartOf: 10)
        return max(wanted, needed ?? wanted)
    }

    /// - Returns: the incidents that it opened or reopened; the caller takes them through the pipeline.
    func run(
        at now: Instant, _ settings: Settings, _ pipeline: IncidentPipeline
    ) async throws -> [IncidentPipeline.Case] {
        // ClickHouse keeps no rows here: the scans ask it.
        guard await engine.kind != .clickhouse else { return [] }
        let head = await engine.readHead(of: [Self.table])
        calls = head.calls
        guard head.failure == nil, head.rows > 0 else { return [] }
        let findings = try await findings(at: now, settings)
        latest = now
        guard !findings.isEmpty else { return [] }
        do {
            return try await record(findings, at: now, pipeline)
        } catch {
            // The scan after the outage stores them.
            if await store.begin(error) { await store.hold(more: findings) }
            throw error
        }
    }

    private func findings(at now: Instant, _ settings: Settings) async throws -> [Finding] {
        let (health, loops) = try await writer.read { (try $0.detectors(), try $0.activeLoops()) }
        let costs = CostSpikeDetector()
        let isCostKnown = health.contains {
            $0.type == costs.type && $0.state == .ok && now - $0.asOf <= Self.maxAge
        }
        let made = Lock(0)
        var stage = DetectorStage(engine: engine, writer: writer, store: store, clock: configuration.clock)
        (stage.readsStored, stage.onCalls) = (true, { calls in made.withLock { $0 += calls } })
        // The loop monitor reads the loops that are known, and what took no step is what it was.
        let since = (latest ?? now - .hours(2)) - Self.overlap
        let loop = AgentLoopDetector(scope: .newest(since: since, except: Set(loops.map(\.loop.traceID))))
        let context = DetectorContext(now: now, settings: settings)
        var findings: [Finding] = []
        for detector in [loop, costs] as [any Detector] {
            guard detector.type.traits.hasOwnRemedy || isCostKnown else { continue }
            let report = try await stage.run(detector, context)
            // A loop is one whatever history is missing; a cost that rests on missing rows is left to the scan.
            guard report.state == .ok || detector.type.traits.hasOwnRemedy else { continue }
            findings += report.findings.filter { !$0.isNote }
        }
        calls += made.withLock { $0 }
        return findings
    }

    private func record(
        _ findings: [Finding], at now: Instant, _ pipeline: IncidentPipeline
    ) async throws -> [IncidentPipeline.Case] {
        let past = try await writer.read { try $0.pastFindings(since: now - .hours(24)) }
        let found = Dictionary(grouping: findings) { Self.isNew($0, among: past[$0.type] ?? []) }
        try await resume((found[false] ?? []).compactMap(\.loop), at: now)
        guard let new = found[true] else { return [] }
        return try await pipeline.record(new, scan: "pulse-\(now.iso8601)", reopenWithin: OnCallCycle.reopenWithin)
    }

    /// Loops of open incidents that had stopped and take steps again.
    private func resume(_ loops: [LoopEvidence], at now: Instant) async throws {
        let stopped = try await writer.read { store in
            try loops.filter { try store.loop(trace: $0.traceID)?.status == .finished }
        }
        guard !stopped.isEmpty else { return }
        try await writer.transaction { store in
            for loop in stopped { try store.upsertLoop(loop, incident: nil, asOf: now) }
        }
    }

    /// No scan has seen it, or it is a loop that took a step since its incident was resolved.
    private static func isNew(_ finding: Finding, among past: [PastFinding]) -> Bool {
        let same = past.filter { $0.subject == finding.subject }
        if same.contains(where: { !$0.isResolved }) { return false }
        guard let latest = same.map(\.lastSeen).max() else { return true }
        return finding.loop != nil && finding.lastSeen > latest
    }
}
