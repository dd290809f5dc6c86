import Basics
import FoundationEssentials
import SourceEngine
import SourceFetch
import SourceSpec

/// How many calls the seed's queries take: on a first run with empty mirrors, and fifteen minutes later.
enum CallsTable {
    static func markdown(for counts: [Int]) async throws -> String {
        var columns: [[(first: Int, steady: Int)]] = []
        for count in counts { columns.append(try await measure(count)) }
        let heads = counts.map { "\(grouped($0)): first | steady" }
        var lines = [
            "| query | tables | " + heads.joined(separator: " | ") + " |",
            "|---|---|" + String(repeating: "--:|--:|", count: counts.count),
        ]
        for (place, query) in SeedQueries.all.enumerated() {
            let figures = columns.map { "\(grouped($0[place].first)) | \(grouped($0[place].steady))" }
            lines.append("| \(query.name) | \(query.tables) | \(figures.joined(separator: " | ")) |")
        }
        return lines.joined(separator: "\n")
    }

    private static func grouped(_ number: Int) -> String { Format.grouped(number) }

    private static func measure(_ count: Int) async throws -> [(first: Int, steady: Int)] {
        let rows = try await measure(count, SeedQueries.all.filter { !$0.usesSums }, usesSums: false)
        let sums = try await measure(count, SeedQueries.all.filter(\.usesSums), usesSums: true)
        return rows + sums
    }

    /// Calls are counted here, not seconds.
    private static let limits = QueryLimits(time: .hours(1))

    /// What a mirror's first reading takes is counted once a table, and added to each query that reads it.
    private static func measure(
        _ count: Int, _ queries: [SeedQueries.Query], usesSums: Bool
    ) async throws -> [(first: Int, steady: Int)] {
        let folder = "\(FileManager.default.temporaryDirectory.path)/sentinel-calls-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let clock = Lock(Bench.now)
        // Traffic continues at the same rate between the queries, which run fifteen minutes apart.
        let after = Span.hours(4)
        let days = 8 + after.seconds / 86_400
        let pages = SeededPages(count: Int(Double(count) * days / 8), end: Bench.now + after, days: days)
        var configuration = SourceEngineConfiguration(
            mirrorDirectory: folder, specs: SourceCatalog.load(directory: "sources").specs, pages: pages,
            inputs: { _ in "set" }, clock: WallClock { clock.withLock { $0 } })
        (configuration.hourlySums, configuration.usesHourlySums) = (SeededSums(count: count, days: 8), usesSums)
        let engine = SourceEngine(configuration)
        var firsts: [String: Int] = [:]
        for table in Set(queries.flatMap(\.mirrored)) {
            await engine.resetCallCounts()
            let name = table.split(separator: ".").map(String.init)
            _ = await engine.sync([QualifiedName(name[0], name[1])])
            firsts[table] = await engine.reports().reduce(0) { $0 + $1.calls }
        }
        var results: [(first: Int, steady: Int)] = []
        for query in queries {
            var limits = limits
            limits.bodyCalls = query.bodyCalls
            let first = try await engine.query(query.sql, freshness: .upTo(.hours(24)), limits: limits).calls
            clock.withLock { $0 = $0 + .minutes(15) }
            let steady = try await engine.query(query.sql, limits: limits).calls
            results.append((first + query.mirrored.reduce(0) { $0 + (firsts[$1] ?? 0) }, steady))
        }
        return results
    }
}
