import Basics
import SourceFetch
import Testing
import WebServer

@testable import SourceSpec

@Suite("Page cache")
struct PageCacheTests {
    @Test("A cached page is requested with its tag, and an unchanged one has the cached rows")
    func unchanged() async throws {
        let tag = Lock("\"1\"")
        let provider = try Provider { request, _ in
            let current = tag.withLock { $0 }
            if request.header("if-none-match") == current { return WebResponse(status: 304, headers: []) }
            var answer = page([1, current == "\"1\"" ? 2 : 3])
            answer.headers.append(.init("ETag", current))
            return answer
        }
        let fetcher = provider.fetcher()
        let scan = Scan(source: .sample(at: provider.url), table: .items())
        for expected in [[1, 2], [1, 2]] {
            let (rows, outcome) = try await fetcher.rows(scan)
            #expect(ids(rows) == expected && outcome.calls == 1)
        }
        tag.withLock { $0 = "\"2\"" }
        #expect(try await ids(fetcher.rows(scan).rows) == [1, 3])
        #expect(provider.asked.map { $0.header("if-none-match") } == [nil, "\"1\"", "\"1\""])
    }

    @Test("A 304 without a tag in the request is an error, not an empty page")
    func unasked() async throws {
        let provider = try Provider { _, _ in WebResponse(status: 304, headers: []) }
        let error = await sourceError { _ = try await provider.read(.items()) }
        #expect(error != nil)
    }
}
