import Basics
import Detectors
import IncidentStore
import OnCallModel
import SourceEngine

/// Runs the sampler over the SQL layer and keeps its memory. Where it fails, every trace may be read in full.
struct SampleStage: Sendable {
    let engine: SourceEngine
    let writer: StoreWriter
    let settings: Settings

    private static let freshness = Freshness.upTo(.minutes(10))

    /// The sample for the detectors, and what the cycle's report says of it.
    func run(at now: Instant) async throws -> (sample: TraceSample?, report: CycleReport.Sampling) {
        var report = CycleReport.Sampling(
            keepScore: settings.samplerKeepScore, uniformPercent: settings.samplerUniformPercent)
        let memory = try await writer.read { try $0.samplerMemory(at: now) }
        do {
            let outcome = try await sample(memory, now: now, gaps: &report.gaps)
            let (stats, kept) = try await writer.transaction { store in
                (try store.saveSample(outcome, at: now), try store.snapshot.keptTraces(at: now))
            }
            report.stats = stats
            report.scored = outcome.scored
            return (TraceSample(kept: kept), report)
        } catch let error as QueryError {
            if error.kind == .cancelled { throw CancellationError() }
            report.gaps.append("\(error)")
            return (nil, report)
        }
    }

    private func sample(_ memory: SamplerMemory, now: Instant, gaps: inout [String]) async throws -> SamplerOutcome {
        var sampler = TraceSampler(memory: memory, settings: settings, now: now)
        var step = sampler.start()
        while true {
            switch step {
            case .done(let outcome): return outcome
            case .query(let query):
                try Task.checkCancellation()
                step = sampler.receive(try await rows(for: query, gaps: &gaps))
            }
        }
    }

    /// Without columns where the statement failed and can be done without.
    private func rows(for query: DetectorQuery, gaps: inout [String]) async throws -> RowSet {
        do {
            let answer = try await engine.query(query.sql, query.parameters, freshness: Self.freshness)
            for source in answer.sources where source.state.isIncomplete {
                let gap = source.message ?? "\(source.source) returned partial data."
                if !gaps.contains(gap) { gaps.append(gap) }
            }
            return answer.rows
        } catch {
            guard query.isOptional, error.kind != .cancelled else { throw error }
            if !gaps.contains("\(error)") { gaps.append("\(error)") }
            return RowSet(columns: [])
        }
    }
}
