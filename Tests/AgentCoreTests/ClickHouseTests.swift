import AgentCore
import Basics
import Detectors
import OnCallModel
import Sandbox
import SourceEngine
import TestSupport
import Testing

@Suite("Langfuse in ClickHouse", .enabled(if: ClickHouseWorld.address != nil), .serialized)
struct ClickHouseTests {
    /// Each layout with the mode of Langfuse's API that the same server would speak.
    static let layouts: [(ClickHouseWorld.Layout, SandboxWorld.LangfuseMode)] = [(.tables, .v1), (.events, .v2)]

    private func stages(
        _ layout: ClickHouseWorld.Layout, _ mode: SandboxWorld.LangfuseMode
    ) async throws -> (embedded: Stage, clickHouse: Stage, world: ClickHouseWorld) {
        let embedded = try Stage(prepare: { $0.change { $0.langfuse = mode } })
        let world = try await ClickHouseWorld(
            layout, observations: embedded.world.read(\.observations), scores: embedded.world.read(\.scores))
        let clickHouse = try Stage(
            kind: .clickhouse, extra: { _ in world.environment },
            prepare: { $0.change { $0.langfuse = mode } })
        return (embedded, clickHouse, world)
    }

    @Test("Every query of every detector returns the same rows there and over the API", arguments: layouts)
    func parity(layout: ClickHouseWorld.Layout, mode: SandboxWorld.LangfuseMode) async throws {
        let (embedded, clickHouse, world) = try await stages(layout, mode)
        var compared = 0
        let ask = Ask { query throws(QueryFailure) in
            do {
                let here = try await embedded.engine.query(query.sql, query.parameters, limits: .unattended)
                let there = try await clickHouse.engine.query(query.sql, query.parameters, limits: .unattended)
                #expect(there.rows.columns == here.rows.columns)
                #expect(there.rows.count == here.rows.count, "\(query.sql)")
                expectEqual(there.rows, here.rows, query.sql)
                if !here.rows.isEmpty { compared += 1 }
                return (here.rows, [])
            } catch {
                throw .failed("\(error)")
            }
        }
        func run<D: Detector>(_ detector: D) async throws {
            var memory: [String: D.Memory] = [:]
            _ = try await detector.run(
                DetectorContext(now: Stage.start, settings: Settings()), memory: &memory, ask: ask)
        }
        for detector in DetectorCatalog.all { try await run(detector) }
        #expect(compared >= 5)
        #expect(clickHouse.world.calls(to: .langfuse).isEmpty, "no observation is read over the API")
        try await world.drop()
    }

    @Test("A scan finds the same incidents, and reads observations only from ClickHouse", arguments: layouts)
    func scan(layout: ClickHouseWorld.Layout, mode: SandboxWorld.LangfuseMode) async throws {
        let (embedded, clickHouse, world) = try await stages(layout, mode)
        let here = try await embedded.scan(carryingOutActs: false)
        let there = try await clickHouse.scan(carryingOutActs: false)
        #expect(Set(here.findings.map(\.fingerprint)) == Set(there.findings.map(\.fingerprint)))
        #expect(here.findings.map(\.severity) == there.findings.map(\.severity))
        #expect(!there.isPartial)
        // Sums of Decimals and of doubles differ in the last digits, and no trace of the story stands on that edge.
        #expect(there.sampling?.gaps == [] && there.sampling?.scored == here.sampling?.scored)
        #expect(there.sampling?.stats == here.sampling?.stats)
        clickHouse.advance(by: .minutes(15))
        let next = try await clickHouse.scan(carryingOutActs: false)
        #expect((next.sampling?.scored ?? .max) < (there.sampling?.scored ?? 0) / 4, "only what has new steps")
        #expect(clickHouse.world.calls(to: .langfuse).isEmpty)
        try await world.drop()
    }

    @Test("A statement over other sources too joins the rows that its conditions leave", arguments: layouts)
    func join(layout: ClickHouseWorld.Layout, mode: SandboxWorld.LangfuseMode) async throws {
        let (embedded, clickHouse, world) = try await stages(layout, mode)
        let sql = """
            SELECT i.title, o.name, count(*) AS calls, sum(o.total_cost) AS cost, group_concat(DISTINCT o.level) AS l
            FROM sentry.issues i JOIN langfuse.observations o ON o.start_time BETWEEN i.first_seen AND i.last_seen
            WHERE o.start_time >= now() - INTERVAL '6 hours' GROUP BY 1, 2 ORDER BY 1, 2
            """
        let (here, there) = (try await embedded.query(sql), try await clickHouse.query(sql))
        #expect(!here.rows.isEmpty && !there.isTruncated)
        expectEqual(there.rows, here.rows, sql)
        let explanation = try await clickHouse.engine.explain(
            "SELECT type, count(*) FROM langfuse.observations GROUP BY 1")
        #expect(explanation.calls == 1 && explanation.steps[0].note == "filtered and aggregated there")
        try await world.drop()
    }

    @Test("Inputs are complete where they are read, and hostile values stay values", arguments: layouts)
    func bodies(layout: ClickHouseWorld.Layout, mode: SandboxWorld.LangfuseMode) async throws {
        var observations = Array(try Stage().world.read(\.observations).suffix(20))
        let hostile = "it's \"x\" {p1:String} \\ \t ` -- ; DROP TABLE observations"
        observations[19].name = hostile
        observations[19].input = String(repeating: "long ", count: 200)
        let world = try await ClickHouseWorld(layout, observations: observations)
        let stage = try Stage(kind: .clickhouse, extra: { _ in world.environment })
        let pushed = try await stage.query(
            "SELECT name, input FROM langfuse.observations WHERE name = ?", [.text(hostile)])
        #expect(pushed.rows.rows == [[.text(hostile), .text(observations[19].input)]])
        let joined = try await stage.query(
            """
            SELECT o.name, length(o.input) FROM langfuse.observations o, (SELECT 1) WHERE substr(o.name, 1, 4) = 'it''s' AND o.name = ?
            """, [.text(hostile)])
        #expect(joined.rows.rows == [[.text(hostile), 1000]])
        try await world.drop()
    }

    @Test("An error behind the first rows of an answer with status 200 makes it an error")
    func errorInside() async throws {
        let observations = Array(try Stage().world.read(\.observations).suffix(50))
        let world = try await ClickHouseWorld(.tables, observations: observations)
        let stage = try Stage(
            kind: .clickhouse,
            extra: { _ in
                world.environment.merging(["CLICKHOUSE_URL": (ClickHouseWorld.address ?? "") + "/fail/3"]) { $1 }
            })
        let error = await #expect(throws: QueryError.self) {
            try await stage.query("SELECT id FROM langfuse.observations")
        }
        #expect(error?.sentence.contains("Memory limit exceeded") ?? false)
        try await world.drop()
    }

    /// Sums of Decimals and of doubles differ in the last digits.
    private func expectEqual(_ left: RowSet, _ right: RowSet, _ sql: String) {
        func sorted(_ rows: RowSet) -> [[Value]] {
            func key(_ row: [Value]) -> [String] {
                row.map { value in if case .real = value { "" } else { value.text ?? "\(value)" } }
            }
            return rows.rows.sorted { key($0).lexicographicallyPrecedes(key($1)) }
        }
        let (left, right) = (sorted(left), sorted(right))
        #expect(left.count == right.count, "\(sql)")
        for (there, here) in zip(left, right) where !zip(there, here).allSatisfy(Self.isSame) {
            Issue.record("\(there) is not \(here) in \(sql)")
        }
    }

    private static func isSame(_ left: Value, _ right: Value) -> Bool {
        if case .text = left { return left == right }
        guard let first = left.real, let second = right.real else { return left == right }
        return abs(first - second) <= 1e-9 * max(1, abs(first))
    }
}
