import Basics
import Detectors
import FoundationEssentials
import OnCallModel
import SourceEngine
import SourceFetch
import SourceSpec

/// The engine's figures, on data that it makes itself.
///
///     sentinel-bench [OBSERVATIONS]          times as JSON, for one million observations when not said
///     sentinel-bench calls [OBSERVATIONS…]   calls of the seed's queries as Markdown, for docs/CALLS.md
@main
enum Bench {
    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        if words.first == "calls" {
            let counts = words.dropFirst().compactMap { Int($0) }
            print(try await CallsTable.markdown(for: counts.isEmpty ? [10_000, 1_000_000, 10_000_000] : counts))
        } else {
            try await times(count: words.first.flatMap { Int($0) } ?? 1_000_000)
        }
    }

    static let now = Instant(iso8601: "2026-11-24T12:30:00Z") ?? Instant(milliseconds: 0)

    private static func times(count: Int) async throws {
        let folder = "\(FileManager.default.temporaryDirectory.path)/sentinel-bench-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let clock = Lock(now)
        let specs = SourceCatalog.load(directory: "sources").specs.filter { $0.name == "langfuse" }
        let engine = SourceEngine(
            SourceEngineConfiguration(
                mirrorDirectory: folder, specs: specs, pages: SeededPages(count: count, end: now, days: 8),
                inputs: { _ in "set" }, clock: WallClock { clock.withLock { $0 } }))
        let ingest = await milliseconds { _ = await engine.sync() }
        clock.withLock { $0 = $0 + .minutes(15) }
        await engine.resetCallCounts()
        var cycles: [Double] = []
        for _ in 0..<5 {
            cycles.append(
                try await milliseconds {
                    _ = await engine.sync()
                    try await detect(engine, now: clock.withLock { $0 })
                })
        }
        let calls = await engine.reports().first { $0.source == "langfuse" }?.calls ?? 0
        let result: JSONValue = [
            "observations": JSONValue(count), "ingest_ms": .number(ingest.rounded()),
            "ingest_per_second": .number((Double(count) / ingest * 1000).rounded()),
            "cycle_ms_first": .number(cycles[0].rounded()), "cycle_ms_best": .number((cycles.min() ?? 0).rounded()),
            "calls_a_cycle": .number(Double(calls) / 5),
        ]
        print(result.serialized)
    }

    private static func detect(_ engine: SourceEngine, now: Instant) async throws {
        for var detector in DetectorCatalog.all() {
            var step = detector.start(DetectorContext(now: now, settings: Settings()))
            while case .query(let query) = step {
                step = detector.receive(try await engine.query(query.sql, query.parameters, freshness: .stored).rows)
            }
        }
    }

    private static func milliseconds(_ body: () async throws -> Void) async rethrows -> Double {
        let start = ContinuousClock.now
        try await body()
        let (seconds, attoseconds) = start.duration(to: .now).components
        return Double(seconds) * 1000 + Double(attoseconds) / 1e15
    }
}
