import Basics
import Glibc
import SourceFetch
import TestSupport
import Testing

@testable import SourceSpec

@Suite("Number and duration of Coral's runs")
struct CoralPaceTests {
    private func scan(concurrency: Int = 4) -> Scan {
        let overlay = SourceOverlay(budget: RateBudgetSpec(concurrency: concurrency))
        return Scan(source: .sample(at: "http://x", overlay: overlay), table: .items())
    }

    @Test("A source has at most as many concurrent runs as its budget allows")
    func concurrency() async throws {
        // Only one program at a time can make the folder.
        let fake = try FakeCoral(
            #"cd "${0%/*}" && mkdir busy && sleep 0.02 && rmdir busy && echo '[{"id":1}]'"#)
        let pages = fake.pages()
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<6 { group.addTask { try await pages.rows(scan(concurrency: 1)).rows.count } }
            return try await group.reduce(0, +)
        }
        #expect(count == 6)
    }

    @Test("After five outages in a row a source is paused; then one run tests whether it is back")
    func breaker() async throws {
        let time = TestTime()
        let fake = try FakeCoral(
            #"cd "${0%/*}" && test -e up && exec echo '[{"id":1}]'; echo x >>asked; echo 'Error: Source server error (503)' >&2; exit 1"#
        )
        let pages = fake.pages(time: time)
        for _ in 0..<5 { #expect(await sourceError { _ = try await pages.rows(scan()) }?.calls == 1) }
        let resting = await sourceError { _ = try await pages.rows(scan()) }
        #expect(resting?.kind == .unavailable && resting?.calls == 0)
        #expect(resting?.reason == "is paused: 5 requests in a row failed.")
        #expect(mkdir("\(fake.folder.path)/up", 0o700) == 0)
        time.advance(.seconds(30))
        #expect(ids(try await pages.rows(scan()).rows) == [1])
    }

    @Test("All readers of a source keep the wait that the provider requested")
    func blocked() async throws {
        let time = TestTime()
        let fake = try FakeCoral(
            "echo 'Error: Source rate limit exceeded (429)\nDetail: rate limit exceeded; retry after 60s' >&2; exit 1")
        let pages = fake.pages(time: time)
        let first = await sourceError { _ = try await pages.rows(scan()) }
        #expect(first?.kind == .rateLimited(retryAfter: .seconds(60)) && first?.calls == 1)
        time.advance(.seconds(20))
        let second = await sourceError { _ = try await pages.rows(scan()) }
        #expect(second?.kind == .rateLimited(retryAfter: .seconds(40)) && second?.calls == 0)
        #expect(time.sleeps.isEmpty)
    }

    @Test("Cancelling a scan ends its program")
    func cancelled() async throws {
        let folder = TemporaryFolder()
        let pipe = try StartPipe(in: folder)
        let fake = try FakeCoral("echo $$ >'\(pipe.path)'; exec sleep 60")
        let pages = fake.pages()
        let task = Task { try await pages.rows(scan()) }
        let pid = try #require(try await Int32(pipe.line()))
        #expect(kill(pid, 0) == 0)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(kill(pid, 0) == -1 && errno == ESRCH)
    }

    @Test("Invalid output is a malformed scan, and the source does not count as down")
    func nonsense() async throws {
        let pages = try FakeCoral("echo hello").pages()
        for _ in 0..<6 {
            let error = await sourceError { _ = try await pages.rows(scan()) }
            #expect(error?.kind == .malformed && error?.calls == 1)
        }
    }
}
