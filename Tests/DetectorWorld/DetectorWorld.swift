package import Basics
package import Detectors
import FoundationEssentials
package import OnCallModel
package import SourceEngine
package import SourceFetch
import SourceSpec

/// Runs a detector over ``SyntheticRows`` as the agent does: the rows go through the real mirror, its rollups and the SQL
/// dialect of the shipped manifests, and every statement of the detector is executed. Only HTTP is missing.
///
/// The mirror lives as long as the world. A test that runs cycle after cycle keeps the world, whose clock moves on and
/// which mirrors what has become visible since; a test that changes rows makes another one.
package final class DetectorWorld: Sendable {
    private let directory: String
    private let clock: Lock<Instant>
    private let pages: SyntheticPages
    private let engine: SourceEngine

    /// What one run came to.
    package struct Run: Sendable {
        package var report: DetectorReport
        package var statements: [DetectorQuery]
        /// What the agent would mark the report as partial for.
        package var gaps: [String]
        /// All scans that were made, those of the mirrors included.
        package var scans: [Scan]

        /// Calls beyond those of the mirrors: outputs that are read live, events of issues, versions of prompts.
        package var liveCalls: Int { scans.count { $0.usesPageCache } }
    }

    package init(_ rows: SyntheticRows) {
        let clock = Lock(Instant(milliseconds: 0))
        let wall = WallClock { clock.withLock { $0 } }
        let pages = SyntheticPages(rows, clock: wall)
        let folder = "\(FileManager.default.temporaryDirectory.path)/detectors-\(UInt64.random(in: 0...(.max)))"
        let hasSums = !rows.hourlySums.isEmpty
        (self.clock, self.pages, directory) = (clock, pages, folder)
        engine = SourceEngine(
            SourceEngineConfiguration(
                mirrorDirectory: folder, specs: Self.specs, pages: pages, hourlySums: pages, usesHourlySums: hasSums,
                inputs: { Self.inputs.contains($0) ? "configured" : nil }, clock: wall))
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// The shipped manifests with their overlays.
    private static let specs: [SourceSpec] = {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return SourceCatalog.load(directory: "/\(root)/sources").specs.filter {
            ["langfuse", "sentry"].contains($0.name)
        }
    }()

    private static let inputs: Set = [
        "LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY", "SENTRY_ORG", "SENTRY_TOKEN",
    ]

    /// Runs one statement at `now`, as the agent's cycle would.
    package func ask(_ query: DetectorQuery, at now: Instant) async throws(QueryError) -> QueryResult {
        clock.withLock { $0 = now }
        return try await engine.query(
            query.sql, query.parameters, freshness: .upTo(.milliseconds(0)), limits: .unattended)
    }

    /// Runs the detector to its report. A statement that fails and that it can do without is answered as in the agent; any
    /// other failure is thrown.
    package func run<D: Detector>(_ detector: D, _ context: DetectorContext) async throws -> Run {
        var memory: [String: D.Memory] = [:]
        return try await run(detector, context, memory: &memory)
    }

    package func run<D: Detector>(
        _ detector: D, _ context: DetectorContext, memory: inout [String: D.Memory]
    ) async throws -> Run {
        _ = pages.takeScans()
        var statements: [DetectorQuery] = []
        let ask = Ask { query throws(QueryFailure) in
            statements.append(query)
            return try await self.answer(query, at: context.now)
        }
        let report = try await detector.run(context, memory: &memory, ask: ask)
        return Run(report: report, statements: statements, gaps: ask.gaps, scans: pages.takeScans())
    }

    /// Runs one cycle of the sampler.
    package func run(
        _ sampler: TraceSampler, at now: Instant
    ) async throws -> (outcome: SamplerOutcome, statements: [DetectorQuery]) {
        var (sampler, statements) = (sampler, [DetectorQuery]())
        let ask = Ask { query throws(QueryFailure) in
            statements.append(query)
            return try await self.answer(query, at: now)
        }
        return (try await sampler.run(ask), statements)
    }

    private func answer(_ query: DetectorQuery, at now: Instant) async throws(QueryFailure) -> Ask.Answer {
        do {
            let rows = try await ask(query, at: now).rows
            return (rows, [])
        } catch {
            throw .failed("\(error)")
        }
    }
}
