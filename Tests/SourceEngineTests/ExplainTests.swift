import Basics
import SourceEngine
import Testing

@Suite("An explanation")
struct ExplainTests {
    @Test("of a table that was never read has an unknown number of calls, and makes none")
    func first() async throws {
        let world = World()
        let explanation = try await world.engine.explain("SELECT count(*) FROM langfuse.observations")
        #expect(explanation.steps.map(\.table) == ["langfuse.observations"])
        #expect(explanation.steps[0].access == .mirror && explanation.steps[0].calls == nil)
        #expect(explanation.steps[0].request == "GET langfuse/observations")
        #expect(!explanation.isExact)
        #expect(world.pages.takeScans().isEmpty)
    }

    @Test("of a mirrored table counts the pages of the new rows, and none if it is fresh")
    func steady() async throws {
        let world = World()
        world.pages.set(
            "langfuse", "observations",
            (0..<600).map { World.observation("o\($0)", minutesAgo: Double($0) * 2.4 + 1) })
        let sql = "SELECT count(*) FROM langfuse.observations"
        _ = try await world.engine.query(sql)
        _ = world.pages.takeScans()
        #expect(try await world.engine.explain(sql).calls == 0)
        world.advance(.hours(4))
        // 25 rows an hour, a page of 50, four hours and the overlap to read.
        let explanation = try await world.engine.explain(sql)
        #expect(explanation.steps[0].calls == 3)
        #expect(world.pages.takeScans().isEmpty)
    }

    @Test("of live tables lists each request once: those of a join follow from the stored rows of the other side")
    func live() async throws {
        let world = World()
        world.pages.set("github", "commits", (0..<3).map { World.commit("sha\($0)", minutesAgo: Double($0) + 1) })
        world.pages.set("github", "commit_files", [["agent.py", 40, .null]])
        let sql = """
            SELECT c.sha, f.filename FROM github.commits c JOIN github.commit_files f ON f.ref = c.sha
            """
        _ = try await world.engine.query("SELECT 1 FROM github.commits")
        _ = world.pages.takeScans()
        let rows = try await world.engine.query("EXPLAIN " + sql)
        #expect(rows.rows.columns == ["table", "access", "calls", "request", "note"])
        #expect(
            rows.rows.rows.map { [$0[0], $0[1], $0[2]] } == [
                ["github.commits", "mirror", 0], ["github.commit_files", "live", 3],
            ])
        #expect(world.pages.takeScans().isEmpty)
        _ = try await world.engine.query(sql)
        let after = try await world.engine.explain(sql)
        #expect(after.calls == 0)
        #expect(after.steps.last?.note == "3 more from cached pages")
    }

    @Test("of inputs and outputs counts the traces whose bodies are not stored")
    func bodies() async throws {
        let world = World()
        world.pages.set(
            "langfuse", "observations",
            (0..<10).map { World.observation("o\($0)", trace: "t\($0 % 4)", minutesAgo: Double($0) + 1) })
        _ = try await world.engine.query("SELECT 1 FROM langfuse.observations")
        _ = world.pages.takeScans()
        let explanation = try await world.engine.explain("SELECT output FROM langfuse.observations")
        #expect(explanation.steps.last?.access == .bodies && explanation.steps.last?.calls == 4)
        #expect(world.pages.takeScans().isEmpty)
    }
}
