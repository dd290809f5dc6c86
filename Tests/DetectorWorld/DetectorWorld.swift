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
        /// All scans that were made, those of the mirrors included.
        package var scans: [Scan]

        /// Calls beyond those of the mirrors: outputs that are read live, events of issues, versions of prompts.
        package var liveCalls: Int { scans.count { $0.usesPageCache } }
        /// The names that live scans were limited to.
        package var namesAsked: Set<String> {
            Set(scans.compactMap { $0.usesPageCache ? $0.filters["name"]?.text : nil })
        }
        package func liveCalls(of table: String) -> Int { scans.count { $0.usesPageCache && $0.table.name == table } }
    }

    /// A run, and what its detector remembers afterwards.
    @dynamicMemberLookup
    package struct Cycle<Memory: Sendable>: Sendable {
        package var run: Run
        package var memory: [String: Memory]

        package subscript<Member>(dynamicMember path: KeyPath<Run, Member>) -> Member { run[keyPath: path] }
    }

    package init(_ rows: SyntheticRows) {
        let clock = Lock(Instant(milliseconds: 0))
        let wall = WallClock { clock.withLock { $0 } }
        let pages = SyntheticPages(rows, clock: wall)
        let folder = "\(FileManager.default.temporaryDirectory.path)/detectors-\(UInt64.random(in: 0...(.max)))"
        let hasSums = !rows.hourlySums.isEmpty
        (self.clock, self.pages, directory) = (clock, pages, folder)
        var configuration = SourceEngineConfiguration(
            mirrorDirectory: folder, specs: Self.specs, pages: pages,
            inputs: { Self.inputs.contains($0) ? "configured" : nil }, clock: wall)
        (configuration.hourlySums, configuration.usesHourlySums) = (pages, hasSums)
        engine = SourceEngine(configuration)
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
        var limits = QueryLimits.unattended
        limits.bodyCalls = query.bodyCalls
        return try await engine.query(query.sql, query.parameters, freshness: .upTo(query.age), limits: limits)
    }

    /// Runs the detector without a memory.
    package func run<D: Detector>(_ detector: D, _ context: DetectorContext) async throws -> Run {
        try await cycle(detector, context, memory: [:]).run
    }

    /// Runs the detector to its report, which is partial where rows were missing, as in the agent. A statement that fails
    /// and that the detector cannot do without is thrown.
    package func cycle<D: Detector>(
        _ detector: D, _ context: DetectorContext, memory: [String: D.Memory]
    ) async throws -> Cycle<D.Memory> {
        var (memory, statements) = (memory, [DetectorQuery]())
        _ = pages.takeScans()
        let ask = Ask { query throws(QueryFailure) in
            statements.append(query)
            return try await self.answer(query, at: context.now)
        }
        var report = try await detector.run(context, memory: &memory, ask: ask)
        if !ask.gaps.isEmpty { report = report.partial(because: ask.gaps.joined(separator: " ")) }
        let run = Run(report: report, statements: statements, scans: pages.takeScans())
        return Cycle(run: run, memory: memory)
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
        do throws(QueryError) {
            let result = try await ask(query, at: now)
            let partial = result.sources.filter { $0.state.isIncomplete && $0.state != .notConfigured }
            return (result.rows, partial.map { $0.message ?? "\($0.source) returned partial data." })
        } catch {
            throw .failed(error.description)
        }
    }
}
