import Basics
import Detectors
import IncidentStore
import OnCallModel
import SourceEngine

/// Runs detectors over the SQL layer, each on its own. One that fails is reported and stops no other.
struct DetectorStage: Sendable {
    let engine: SourceEngine
    let writer: StoreWriter
    let store: StoreGuard
    let clock: WallClock
    /// Nil for all.
    var types: Set<DetectionType>?
    /// No rows are read from the sources, only inputs and outputs.
    var readsStored = false
    /// Receives the calls of each statement.
    var onCalls: @Sendable (Int) -> Void = { _ in }

    /// How long a detector gets the findings of resolved incidents.
    private static let pastWindow = Span.days(31)

    /// The detectors that run, in the order of the catalog.
    var detectors: [any Detector] {
        DetectorCatalog.all.filter { types?.contains($0.type) ?? true }
    }

    struct Result: Sendable {
        var reports: [(type: DetectionType, report: DetectorReport)] = []

        var findings: [Finding] { reports.flatMap(\.report.findings) }

        private var records: [DetectorRecord] { reports.flatMap(\.report.records) }
        var hours: [HourFact] {
            records.flatMap { record -> [HourFact] in if case .hours(let hours) = record { hours } else { [] } }
        }
        var drifts: [DriftEvent] {
            records.compactMap { record in if case .drift(let event) = record { event } else { nil } }
        }

        func health(asOf now: Instant) -> [DetectorHealth] {
            reports.map { $0.report.health(of: $0.type, asOf: now) }
        }

        /// What the detectors that could run have judged.
        var judged: [DetectionType: Judged] {
            let complete = reports.filter { $0.report.state == .ok }
            return Dictionary(complete.map { ($0.type, $0.report.judged) }, uniquingKeysWith: { $1 })
        }
    }

    /// The report of one detector.
    func run(_ detector: any Detector, _ context: DetectorContext) async throws -> DetectorReport {
        var own = context
        own.past =
            try await writer.read { try $0.pastFindings(since: context.now - Self.pastWindow) }[detector.type] ?? []
        return limited(try await report(of: detector, own), by: detector.needs, await engine.reports())
    }

    /// A source that is down may hide findings.
    func limited(_ report: DetectorReport, by needs: Set<String>, _ sources: [SourceReport]) -> DetectorReport {
        guard report.state == .ok,
            let down = sources.first(where: {
                needs.contains($0.source) && [.down, .refused, .waiting].contains($0.state)
            })
        else { return report }
        return report.partial(because: down.message ?? "\(down.source) is down.")
    }

    private func report<D: Detector>(of detector: D, _ context: DetectorContext) async throws -> DetectorReport {
        let type = detector.type
        let before = try await writer.read { try $0.memory(of: type, as: D.Memory.self) }
        var memory = before
        // The outputs that drift and tools are learned from never delay a page.
        let (clock, limits) = (clock, type.traits.judgesOutputs ? QueryLimits.learning : .unattended)
        let ask = Ask(engine, limits: limits, onCalls: onCalls) { [readsStored] in
            readsStored ? .storedRows : .upTo(max(clock.now() - context.now, .milliseconds(0)))
        }
        do {
            let report = try await detector.run(context, memory: &memory, ask: ask)
            if memory != before {
                // Memory that could not be stored is learned again.
                _ = try await store.attempt { [memory] in
                    try await writer.transaction { try $0.saveMemory(memory, since: before, of: type, at: context.now) }
                }
            }
            return ask.gaps.isEmpty ? report : report.partial(because: ask.gaps.joined(separator: " "))
        } catch let failure as QueryFailure {
            switch failure {
            case .cancelled: throw CancellationError()
            case .notConfigured(let sentence): return DetectorReport(state: .notConfigured, message: sentence)
            case .failed(let sentence): return DetectorReport(state: .failed, message: sentence)
            }
        }
    }
}

extension Ask {
    /// Over the SQL layer, as it is at this moment or later.
    convenience init(_ engine: SourceEngine, since moment: Instant, clock: WallClock, limits: QueryLimits) {
        self.init(engine, limits: limits, onCalls: { _ in }) { .upTo(max(clock.now() - moment, .milliseconds(0))) }
    }

    fileprivate convenience init(
        _ engine: SourceEngine, limits: QueryLimits, onCalls: @escaping @Sendable (Int) -> Void,
        freshness: @escaping @Sendable () -> Freshness
    ) {
        self.init { query throws(QueryFailure) in try await engine.answer(query, freshness(), limits, onCalls) }
    }
}

extension SourceEngine {
    /// What was read this long before a scan is as good as what is read at its start, and saves a call.
    private static let justNow = Span.seconds(2)

    fileprivate func answer(
        _ query: DetectorQuery, _ freshness: Freshness, _ limits: QueryLimits, _ onCalls: @Sendable (Int) -> Void
    ) async throws(QueryFailure) -> Ask.Answer {
        do {
            var limits = limits
            limits.bodyCalls = query.bodyCalls
            let answer = try await self.query(
                query.sql, query.parameters,
                freshness: freshness.since(query.since).allowing(query.age).older(by: Self.justNow), limits: limits)
            onCalls(answer.calls)
            let partial = answer.sources.filter { $0.state.isIncomplete && $0.state != .notConfigured }
            return (answer.rows, partial.map { $0.message ?? "\($0.source) returned partial data." })
        } catch {
            switch error.kind {
            case .cancelled: throw .cancelled
            case .notConfigured: throw .notConfigured(error.description)
            default: throw .failed(error.description)
            }
        }
    }
}
