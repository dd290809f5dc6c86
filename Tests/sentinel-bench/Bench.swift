import Basics
import Detectors
import FoundationEssentials
import Glibc
import IncidentStore
import OnCallModel
import SourceEngine
import SourceFetch
import SourceSpec

/// Benchmarks of the engine on generated data.
///
///     sentinel-bench [OBSERVATIONS]          times as JSON (default: one million observations)
///     sentinel-bench targets [PROGRAM] [PART…]  the targets of the first page, on the program beside it; of some parts alone
///     sentinel-bench server [CLIENTS]        times of the kill flag beside slow clients (default: 300)
///     sentinel-bench calls [OBSERVATIONS…]   calls of the seed's queries as Markdown, for docs/CALLS.md
@main
enum Bench {
    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        if words.first == "calls" {
            let counts = words.dropFirst().compactMap { Int($0) }
            print(try await CallsTable.markdown(for: counts.isEmpty ? [10_000, 1_000_000, 10_000_000] : counts))
        } else if words.first == "targets" {
            let program = words.dropFirst().first ?? program(beside: CommandLine.arguments[0])
            guard try await Targets(program: program).run(only: Array(words.dropFirst(2))) else { exit(1) }
        } else if words.first == "server" {
            print(try await ServerBench.times(crowd: words.dropFirst().first.flatMap { Int($0) } ?? 300).serialized)
        } else {
            try await times(count: words.first.flatMap { Int($0) } ?? 1_000_000)
        }
    }

    private static func program(beside own: String) -> String {
        (own.lastIndex(of: "/").map { String(own[...$0]) } ?? "./") + "sentinel"
    }

    static let now = Instant(iso8601: "2026-11-24T12:30:00Z") ?? Instant(milliseconds: 0)

    private static func times(count: Int) async throws {
        let folder = "\(FileManager.default.temporaryDirectory.path)/sentinel-bench-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let clock = Lock(now)
        let specs = SourceCatalog.load(directory: "sources").specs.filter { ["langfuse", "sentry"].contains($0.name) }
        let pages = SeededPages(count: count, end: now, days: 8)
        let engine = SourceEngine(
            SourceEngineConfiguration(
                mirrorDirectory: folder, specs: specs, pages: pages,
                inputs: { _ in "set" }, clock: WallClock { clock.withLock { $0 } }))
        let ingest = await milliseconds { _ = await engine.sync() }
        clock.withLock { $0 = $0 + .minutes(15) }
        await engine.resetCallCounts()
        let store = try await StoreWriter.open("\(folder)/sentinel.db", holder: "bench", pid: 1, at: now)
        var (cycles, samples): ([Double], [Double]) = ([], [])
        for _ in 0..<5 {
            cycles.append(
                try await milliseconds {
                    let moment = clock.withLock { $0 }
                    _ = await engine.sync()
                    var sample = TraceSample(kept: [])
                    samples.append(
                        try await milliseconds { sample = try await draw(engine, store, now: moment) })
                    try await detect(engine, store, sample, now: moment)
                })
        }
        let calls = await engine.reports().first { $0.source == "langfuse" }?.calls ?? 0
        let busy = try await quarter(engine, store, pages, clock)
        let result: JSONValue = [
            "observations": JSONValue(count), "ingest_ms": .number(ingest.rounded()),
            "ingest_per_second": .number((Double(count) / ingest * 1000).rounded()),
            "cycle_ms_first": .number(cycles[0].rounded()), "cycle_ms_best": .number((cycles.min() ?? 0).rounded()),
            "sample_ms_first": .number(samples[0].rounded()),
            "sample_ms": .number((samples.dropFirst().min() ?? 0).rounded()),
            "quarter_hour_sync_ms": .number(busy.sync.rounded()),
            "quarter_hour_sample_ms": .number(busy.sample.rounded()),
            "calls_a_cycle": .number(Double(calls) / 5),
        ]
        print(result.serialized)
    }

    /// The next quarter of an hour, in which traffic went on as before.
    private static func quarter(
        _ engine: SourceEngine, _ store: StoreWriter, _ pages: SeededPages, _ clock: Lock<Instant>
    ) async throws -> (sync: Double, sample: Double) {
        pages.grown.withLock { $0 = pages.count / (8 * 24 * 4) }
        clock.withLock { $0 = $0 + .minutes(15) }
        let sync = await milliseconds { _ = await engine.sync() }
        let sample = try await milliseconds { _ = try await draw(engine, store, now: clock.withLock { $0 }) }
        return (sync, sample)
    }

    /// A turn of the sampler with its memory in a store, as the agent takes it.
    private static func draw(_ engine: SourceEngine, _ store: StoreWriter, now: Instant) async throws -> TraceSample {
        let memory = try await store.read { try $0.samplerMemory(at: now) }
        var sampler = TraceSampler(memory: memory, settings: Settings(), now: now)
        let outcome = try await sampler.run(ask(engine, .stored))
        return try await store.transaction {
            _ = try $0.saveSample(outcome, at: now)
            return TraceSample(kept: try $0.snapshot.keptTraces(at: now))
        }
    }

    /// A routine turn of every detector with its memory in a store, as the agent takes it. What the mirrors have just read is
    /// fresh; outputs are asked for.
    private static func detect(
        _ engine: SourceEngine, _ store: StoreWriter, _ sample: TraceSample, now: Instant
    ) async throws {
        let context = DetectorContext(now: now, settings: Settings(), sample: sample)
        for detector in DetectorCatalog.all { try await run(detector, context, engine, store) }
    }

    private static func run<D: Detector>(
        _ detector: D, _ context: DetectorContext, _ engine: SourceEngine, _ store: StoreWriter
    ) async throws {
        let type = detector.type
        let before = try await store.read { try $0.memory(of: type, as: D.Memory.self) }
        var memory = before
        _ = try await detector.run(context, memory: &memory, ask: ask(engine, .upTo(.minutes(10))))
        try await store.transaction { [memory] in
            try $0.saveMemory(memory, since: before, of: type, at: context.now)
        }
    }

    private static func ask(_ engine: SourceEngine, _ freshness: Freshness) -> Ask {
        Ask { query throws(QueryFailure) in
            do {
                var limits = QueryLimits()
                limits.bodyCalls = query.bodyCalls
                let rows = try await engine.query(
                    query.sql, query.parameters, freshness: freshness, limits: limits
                ).rows
                return (rows, [])
            } catch {
                throw .failed("\(error)")
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
