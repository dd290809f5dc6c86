import Basics
import SourceEngine
import SourceFetch
import Testing

@testable import SourceSpec

@Suite("A live table")
struct LiveTableTests {
    private let world: World

    init() {
        world = World()
        world.pages.set(
            "datadog", "logs",
            [
                World.log("a", service: "planner", minutesAgo: 10), World.log("b", service: "billing", minutesAgo: 20),
                World.log("c", service: "planner", minutesAgo: 200),
            ])
        world.pages.set("github", "commit_files", [["README.md", 3, .null], ["agent.py", 40, .null]])
    }

    @Test("takes its required bounds from conditions on its time column, and checks the rows again")
    func bounds() async throws {
        let result = try await world.engine.query(
            "SELECT id FROM datadog.logs WHERE timestamp >= now() - INTERVAL '1 hour' ORDER BY id")
        #expect(result.rows.rows == [["a"], ["b"]])
        let scan = try #require(world.pages.takeScans().first)
        #expect(scan.filters["start"] == .text((World.start - .hours(1)).iso8601))
        #expect(scan.filters["end"] == .text((World.start + .minutes(1)).iso8601))
        #expect(scan.extraParameters.isEmpty)
    }

    @Test("prefers the bounds that the statement gives itself")
    func givenBounds() async throws {
        _ = try await world.engine.query(
            "SELECT id FROM datadog.logs WHERE start = 'now-15m' AND \"end\" = 'now' AND timestamp > '2026-11-24T00:00:00Z'"
        )
        let scan = try #require(world.pages.takeScans().first)
        #expect(scan.filters == ["start": "now-15m", "end": "now"])
    }

    @Test("says which bound is missing")
    func missing() async throws {
        let error = await #expect(throws: QueryError.self) {
            try await world.engine.query("SELECT id FROM datadog.logs")
        }
        #expect(error?.kind == .missingFilter)
        #expect(error?.sentence == "datadog.logs needs WHERE timestamp >= '…'.")
    }

    @Test("can be called like a function, with its filters as arguments")
    func called() async throws {
        let result = try await world.engine.query(
            """
            SELECT l.id, logs.id FROM datadog.logs(service => 'planner', start => '2026-11-24T00:00:00Z', "end" => 'now') l
            JOIN datadog.logs(start => 'now-1d', "end" => 'now', query => 'x') ON logs.id = l.id ORDER BY 1
            """)
        #expect(result.rows.rows == [["a", "a"], ["c", "c"]])
        let filters = Set(world.pages.takeScans().map(\.filters))
        #expect(
            filters == [
                ["service": "planner", "start": "2026-11-24T00:00:00.000Z", "end": "now"],
                ["start": "now-1d", "end": "now", "query": "x"],
            ])
        let error = await #expect(throws: QueryError.self) {
            try await world.engine.query("SELECT 1 FROM datadog.logs(servce => 'planner')")
        }
        #expect(error?.remedy == "It takes start, end, query, service.")
    }

    @Test("reads the older API after a 404, and counts the calls of both, where nothing is mirrored")
    func fallback() async throws {
        let world = World(mirrors: false)
        world.pages.set("langfuse", "observations", [World.observation("o", minutesAgo: 1)])
        world.pages.change { $0.needsFallback = [.init(source: "langfuse", table: "observations")] }
        let result = try await world.engine.query("SELECT id FROM langfuse.observations")
        #expect(result.rows.rows == [["o"]] && result.calls == 2)
        #expect(world.pages.takeScans().last?.fallback != nil)
    }

    @Test("is requested once for each value of an IN list, up to the statement's maximum")
    func fanOut() async throws {
        let sql = "SELECT filename FROM github.commit_files WHERE ref IN ('x', 'y', 'x', 'z')"
        let result = try await world.engine.query(sql)
        #expect(result.rows.count == 6)
        #expect(world.pages.takeScans().compactMap { $0.filters["ref"]?.text }.sorted() == ["x", "y", "z"])
        world.advance(.hours(1))
        let error = await #expect(throws: QueryError.self) {
            try await world.engine.query(sql, limits: QueryLimits(liveScans: 2))
        }
        #expect(error?.kind == .tooLarge)
        #expect(world.pages.takeScans().isEmpty)
    }

    @Test("takes a required filter from the other side of a join, one request for each value")
    func dependentJoin() async throws {
        world.pages.set("github", "commits", (0..<3).map { World.commit("sha\($0)", minutesAgo: Double($0) + 1) })
        let result = try await world.engine.query(
            """
            SELECT c.sha, f.filename FROM github.commits c JOIN github.commit_files f ON f.ref = c.sha
            WHERE c.sha <> 'sha1' ORDER BY 1, 2
            """)
        #expect(
            result.rows.rows == [
                ["sha0", "README.md"], ["sha0", "agent.py"], ["sha2", "README.md"], ["sha2", "agent.py"],
            ])
        let asked = world.pages.takeScans().compactMap { $0.filters["ref"]?.text }
        #expect(asked.sorted() == ["sha0", "sha2"])
    }

    @Test("requests no more rows than LIMIT, unless another condition must be checked first")
    func limit() async throws {
        _ = try await world.engine.query("SELECT filename FROM github.commit_files WHERE ref = 'x' LIMIT 1")
        #expect(world.pages.takeScans().map(\.rowLimit) == [1])
        _ = try await world.engine.query(
            "SELECT filename FROM github.commit_files WHERE ref = 'y' ORDER BY additions LIMIT 1")
        #expect(world.pages.takeScans().map(\.rowLimit) == [nil])
        _ = try await world.engine.query(
            "SELECT filename FROM github.commit_files WHERE ref = 'z' AND additions > 5 LIMIT 1")
        #expect(world.pages.takeScans().map(\.rowLimit) == [nil])
    }

    @Test("checks a condition that the route of the request does not send")
    func ignoredFilter() async throws {
        world.pages.set("github", "pulls", [[812, "Old", "closed", .null, "ana"]])
        let changed = World { specs in
            guard let source = specs.firstIndex(where: { $0.name == "github" }),
                let table = specs[source].tables.firstIndex(where: { $0.name == "pulls" })
            else { return }
            let whole = RequestSpec(
                path: Template(literal: "/pulls"),
                query: [ParameterSpec(name: "state", source: .given(.filter("state"), default: nil))])
            specs[source].tables[table].request = whole
            specs[source].tables[table].filters.append(FilterSpec(name: "number", type: .int64))
            let detail = RequestSpec(path: Template(parts: [.placeholder(.init(namespace: .filter, key: "number"))]))
            specs[source].tables[table].routes = [RouteSpec(whenFilters: ["number"], request: detail)]
        }
        changed.pages.set("github", "pulls", [[812, "Old", "closed", .null, "ana"]])
        changed.pages.change { $0.ignoresFilters = true }
        let sql = "SELECT number FROM github.pulls WHERE owner = 'acme' AND repo = 'app' AND state = 'open'"
        #expect(try await changed.engine.query(sql).rows.count == 1, "the API was asked for it, and is believed")
        #expect(try await changed.engine.query(sql + " AND number = 812").rows.isEmpty)
    }

    @Test("expands JSON arrays of its rows")
    func jsonEach() async throws {
        let result = try await world.engine.query(
            "SELECT j.value FROM github.commit_files f, json_each('[1,2]') j WHERE f.ref = 'x' AND f.filename = 'agent.py'"
        )
        #expect(result.rows.rows == [[1], [2]])
    }
}
