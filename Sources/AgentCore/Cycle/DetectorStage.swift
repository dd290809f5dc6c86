import Basics
import Detectors
import OnCallModel
import SourceEngine

/// Runs the detectors over the SQL layer, each on its own: one that fails is told of and stops no other.
struct DetectorStage: Sendable {
    let engine: SourceEngine
    /// As they stood after the sync.
    let sources: [SourceHealth]
    /// Nil for all.
    var types: Set<DetectionType>?

    /// The cycle has just brought the mirrors up to date; what is fetched here is the bodies of suspicious traces.
    private static let freshness = Freshness.upTo(.minutes(10))

    struct Result: Sendable {
        var reports: [(type: DetectionType, report: DetectorReport)] = []

        var findings: [Finding] { reports.flatMap(\.report.findings) }

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
        var result = Result()
        for detector in DetectorCatalog.all() where types?.contains(detector.type) ?? true {
            try Task.checkCancellation()
            let report = blinded(await report(of: detector, context), by: detector.needs)
            result.reports.append((detector.type, report))
        }
        return result
    }

    /// What a source that is down does not tell may still be there.
    private func blinded(_ report: DetectorReport, by needs: Set<String>) -> DetectorReport {
        guard report.state == .ok, let down = sources.first(where: { needs.contains($0.name) && $0.state == .down })
        else { return report }
        return report.partial(because: down.message.isEmpty ? "\(down.name) is down." : down.message)
    }

    private func report(of detector: any Detector, _ context: DetectorContext) async -> DetectorReport {
        var detector = detector
        var step = detector.start(context)
        var gaps: [String] = []
        while true {
            switch step {
            case .report(let report):
                return gaps.isEmpty ? report : report.partial(because: gaps.joined(separator: " "))
            case .query(let query):
                do {
                    let answer = try await engine.query(
                        query.sql, query.parameters, freshness: Self.freshness, limits: .unattended)
                    for source in answer.sources where source.state.isIncomplete && source.state != .notConfigured {
                        let gap = source.message ?? "\(source.source) returned partial data."
                        if !gaps.contains(gap) { gaps.append(gap) }
                    }
                    step = detector.receive(answer.rows)
                } catch  where error.kind == .notConfigured && !query.isOptional {
                    return DetectorReport(state: .noData, message: error.description)
                } catch {
                    guard query.isOptional, error.kind != .cancelled else {
                        return DetectorReport(state: .failed, message: "\(error)")
                    }
                    // What the user never configured is no gap.
                    if error.kind != .notConfigured, !query.isAttempt, !gaps.contains("\(error)") {
                        gaps.append("\(error)")
                    }
                    step = detector.receive(RowSet(columns: []))
                }
            }
        }
    }
}
