import Basics
import SQLiteKit
import SourceEngine
import Testing

@Suite("A mirror of a source without its keys")
struct MirrorKeepingTests {
    @Test("is still read offline, and is complete when the keys are back")
    func keysGoneForAWhile() async throws {
        let first = World()
        first.pages.set("github", "commits", (0..<5).map { World.commit("sha\($0)", minutesAgo: Double($0) + 1) })
        _ = try await first.engine.query("SELECT 1 FROM github.commits")
        first.pages.set("langfuse", "observations", [World.observation("o", minutesAgo: 1)])
        _ = try await first.engine.query("SELECT 1 FROM langfuse.observations")

        let without = World(inputs: ["GITHUB_OWNER": "acme", "GITHUB_REPO": "app"], directory: first.directory)
        let stored = try await without.engine.query("SELECT count(*) FROM langfuse.observations", freshness: .stored)
        #expect(stored.rows.rows == [[1]])
        #expect(stored.isPartial, "nothing keeps it up to date")

        let again = World(directory: first.directory)
        let result = try await again.engine.query("SELECT count(*) FROM langfuse.observations", freshness: .stored)
        #expect(result.rows.rows == [[1]])
    }
}

@Suite("The rows of traces in a mirror")
struct TraceRollupTests {
    private func changes(_ world: World) async throws -> [String: Instant] {
        let rows = try await world.engine.query("SELECT trace_id, changed_at FROM langfuse.observations_by_trace")
        return Dictionary(
            uniqueKeysWithValues: rows.rows.records.compactMap { row in
                guard let trace = row["trace_id"].text, let at = row["changed_at"].instant else { return nil }
                return (trace, at)
            })
    }

    @Test("have the time of their last change: a trace that is only read again has not changed")
    func changedAt() async throws {
        let world = World()
        var rows = (0..<6).map { World.observation("o\($0)", trace: "t\($0 / 2)", minutesAgo: Double($0) + 1) }
        world.pages.set("langfuse", "observations", rows)
        #expect(try await changes(world) == ["t0": World.start, "t1": World.start, "t2": World.start])
        world.advance(.minutes(5))
        rows[0] = World.observation("o0", trace: "t0", minutesAgo: 1, cost: 0.5)
        world.pages.set("langfuse", "observations", rows + [World.observation("n", trace: "t9", minutesAgo: -2)])
        let later = World.start + .minutes(5)
        #expect(
            try await changes(world) == ["t0": later, "t1": World.start, "t2": World.start, "t9": later])
    }

    @Test("of another version are recomputed from the observations, without a call")
    func otherVersion() async throws {
        let first = World()
        first.pages.set(
            "langfuse", "observations",
            (0..<90).map { World.observation("o\($0)", trace: "t\($0 % 9)", minutesAgo: Double($0) + 1) })
        let sql =
            "SELECT trace_id, name, last_at, cost, steps, step_names FROM langfuse.observations_by_trace ORDER BY 1"
        let before = try await first.engine.query(sql)
        let file = try Connection(path: "\(first.directory)/mirror-langfuse.db", mode: .readWriteCreate)
        try file.execute(
            """
            DROP TABLE observations_by_trace;
            CREATE TABLE observations_by_trace (trace_id TEXT PRIMARY KEY, name TEXT, cost REAL);
            CREATE INDEX observations_by_trace__by_cost ON observations_by_trace (cost);
            DELETE FROM mirror_layout;
            """)
        let second = World(directory: first.directory)
        let after = try await second.engine.query(sql, freshness: .stored)
        #expect(before.rows.count == 9 && after.rows == before.rows)
        #expect(second.pages.takeScans().isEmpty)
    }
}
