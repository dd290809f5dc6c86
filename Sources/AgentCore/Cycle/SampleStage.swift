import Basics
import Detectors
import IncidentStore
import OnCallModel
import SourceEngine

/// Runs the sampler over the SQL layer and stores its memory. If it fails, the detectors may read every trace in full.
struct SampleStage: Sendable {
    let engine: SourceEngine
    let writer: StoreWriter
    let clock: WallClock
    let settings: Settings

    /// The sample for the detectors, and its part of the scan's report.
    func run(at now: Instant) async throws -> (sample: TraceSample?, report: CycleReport.Sampling) {
        var report = CycleReport.Sampling(
            keepScore: settings.samplerKeepScore, uniformPercent: settings.samplerUniformPercent)
        let memory = try await writer.read { try $0.samplerMemory(at: now) }
        let ask = Ask(engine, since: now, clock: clock, limits: .routine)
        var sampler = TraceSampler(memory: memory, settings: settings, now: now)
        do {
            let outcome = try await sampler.run(ask)
            let (stats, kept) = try await writer.transaction { store in
                (try store.saveSample(outcome, at: now), try store.snapshot.keptTraces(at: now))
            }
            (report.stats, report.scored, report.gaps) = (stats, outcome.scored, ask.gaps)
            return (TraceSample(kept: kept), report)
        } catch let failure as QueryFailure {
            switch failure {
            case .cancelled: throw CancellationError()
            case .notConfigured(let sentence), .failed(let sentence): report.gaps = ask.gaps + [sentence]
            }
            return (nil, report)
        }
    }
}
