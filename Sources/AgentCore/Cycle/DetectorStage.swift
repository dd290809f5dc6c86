import Basics
import Detectors
import IncidentStore
import OnCallModel
import SourceEngine

/// Runs the detectors over the SQL layer, each on its own: one that fails is told of and stops no other.
struct DetectorStage: Sendable {
    let engine: SourceEngine
    let writer: StoreWriter
    /// As they stood after the sync.
    let sources: [SourceHealth]
    /// Nil for all.
    var types: Set<DetectionType>?

    /// The cycle has just brought the mirrors up to date; what is fetched here is the bodies of suspicious traces.
    private static let freshness = Freshness.upTo(.minutes(10))
    /// Findings of resolved incidents are handed to their detector for so long.
    private static let pastWindow = Span.days(31)

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

        /// What the detectors that could judge speak for.
        var judged: [DetectionType: Judged] {
            let able = reports.filter { $0.report.state == .ok }
            return Dictionary(able.map { ($0.type, $0.report.judged) }, uniquingKeysWith: { $1 })
        }
    }

    func run(_ context: DetectorContext) async throws -> Result {
        let past = try await writer.read { try $0.pastFindings(since: context.now - Self.pastWindow) }
        var result = Result()
        for detector in DetectorCatalog.all where types?.contains(detector.type) ?? true {
            try Task.checkCancellation()
            var own = context
            own.past = past[detector.type] ?? []
            result.reports.append((detector.type, blinded(try await run(detector, own), by: detector.needs)))
        }
        return result
    }

    /// What a source that is down does not tell may still be there.
    private func blinded(_ report: DetectorReport, by needs: Set<String>) -> DetectorReport {
        guard report.state == .ok, let down = sources.first(where: { needs.contains($0.name) && $0.state == .down })
        else { return report }
        return report.partial(because: down.message.isEmpty ? "\(down.name) is down." : down.message)
    }

    private func run<D: Detector>(_ detector: D, _ context: DetectorContext) async throws -> DetectorReport {
        let type = detector.type
        let before = try await writer.read { try $0.memory(of: type, as: D.Memory.self) }
        var memory = before
        let ask = Ask(engine, freshness: Self.freshness, limits: .unattended)
        do {
            let report = try await detector.run(context, memory: &memory, ask: ask)
            if memory != before {
                try await writer.transaction { [memory] in
                    try $0.saveMemory(memory, since: before, of: type, at: context.now)
                }
            }
            return ask.gaps.isEmpty ? report : report.partial(because: ask.gaps.joined(separator: " "))
        } catch let failure as QueryFailure {
            switch failure {
            case .cancelled: throw CancellationError()
            case .notConfigured(let sentence): return DetectorReport(state: .noData, message: sentence)
            case .failed(let sentence): return DetectorReport(state: .failed, message: sentence)
            }
        }
    }
}

extension Ask {
    /// Over the SQL layer.
    convenience init(_ engine: SourceEngine, freshness: Freshness, limits: QueryLimits) {
        self.init { query throws(QueryFailure) in try await engine.answer(query, freshness, limits) }
    }
}

extension SourceEngine {
    fileprivate func answer(
        _ query: DetectorQuery, _ freshness: Freshness, _ limits: QueryLimits
    ) async throws(QueryFailure) -> Ask.Answer {
        do {
            let answer = try await self.query(query.sql, query.parameters, freshness: freshness, limits: limits)
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
