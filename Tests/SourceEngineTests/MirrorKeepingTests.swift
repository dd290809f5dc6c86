import Basics
import SourceEngine
import Testing

@Suite("A mirror of a source without its keys")
struct MirrorKeepingTests {
    @Test("is still read when what is stored is enough, and is whole when the keys are back")
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
