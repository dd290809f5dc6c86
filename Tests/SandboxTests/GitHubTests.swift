import Basics
import HTTPClient
import TestSupport
import Testing

@testable import Sandbox

@Suite("The sandbox's GitHub: how changes get to production")
struct GitHubTests {
    private let client: SandboxClient

    init() throws {
        client = try SandboxClient { state in
            let now = SandboxClient.now
            state.deployments = (0..<3).map { number in
                .init(
                    id: 10 + number, sha: "sha\(number)", environment: number == 0 ? "staging" : "production",
                    creator: "alice", created: now - .hours(Double(3 - number)),
                    statuses: [
                        .init("in_progress", created: now - .hours(Double(3 - number))),
                        .init("success", created: now - .minutes(1)),
                    ])
            }
            state.releases = [
                .init(
                    id: 1, tag: "v1.0", name: "One", author: "bob", created: now - .days(9), published: now - .days(9)),
                .init(id: 2, tag: "v1.1", name: "Two", author: "bob", created: now - .days(1), published: nil),
            ]
            state.pulls = (1...3).map(Self.pull)
            state.runs = (0..<3).map { number in
                .init(
                    id: 70 + number, name: "deploy", number: number, sha: "sha\(number)",
                    conclusion: number == 1 ? "failure" : "success", actor: "alice",
                    created: now - .hours(Double(number)), updated: now)
            }
        }
    }

    /// 1 was merged first and changed last, 2 was closed, 3 is open.
    private static func pull(_ number: Int) -> SandboxPull {
        let now = SandboxClient.now
        let created = now - Span.days(Double(10 - number))
        let updated = now - Span.hours(Double(number))
        let closed: Instant? = number == 2 ? now - Span.hours(2) : nil
        let merged: Instant? = number == 1 ? now - Span.days(5) : nil
        return .init(
            number: number, title: "Pull \(number)", author: "alice", branch: "b\(number)", headSHA: "head\(number)",
            mergeSHA: number == 1 ? "merge1" : nil, created: created,
            updated: updated, closed: closed, merged: merged,
            files: [.init(path: "a.py", patch: "@@ -1 +1,2 @@\n-x\n+y\n+z")],
            reviews: [.init(id: 9, user: "bob", state: "APPROVED", submitted: now - Span.days(6))])
    }

    private func get(_ path: String) async throws -> (response: HTTPResponse, body: JSONValue) {
        try await client.ask(
            .get, "GITHUB_BASE_URL", "/repos/acme/assistant/\(path)",
            headers: [
                .init("Authorization", "Bearer \(client.variable("GITHUB_TOKEN"))"), .init("User-Agent", "test"),
            ])
    }

    @Test("deployments are filtered, newest first, and have statuses of their own")
    func deployments() async throws {
        let found = try await get("deployments?environment=production").body
        #expect(found.column("sha") == ["sha2", "sha1"])
        #expect(try await get("deployments/12/statuses").body.column("state") == ["success", "in_progress"])
        #expect(try await get("deployments/99/statuses").response.status == 404)
    }

    @Test("a list links to its next and last pages with the same query")
    func links() async throws {
        let (response, _) = try await get("deployments?ref=main&per_page=2")
        let link = response.header("link") ?? ""
        #expect(link.contains("/deployments?ref=main&per_page=2&page=2>; rel=\"next\""))
        #expect(link.contains("page=2>; rel=\"last\""))
        let (last, page) = try await get("deployments?ref=main&per_page=2&page=2")
        #expect(page.array?.count == 1)
        #expect(last.header("link")?.contains("rel=\"next\"") == false)
        #expect(last.header("link")?.contains("rel=\"prev\"") == true)
        #expect(try await get("deployments").response.header("link") == nil)
    }

    @Test("releases, and a draft among them")
    func releases() async throws {
        let found = try await get("releases").body
        #expect(found.column("tag_name") == ["v1.1", "v1.0"])
        #expect(found[0]?["draft"]?.bool == true)
        #expect(found[0]?["published_at"]?.isNull == true)
    }

    @Test("pulls are open ones by default, and merged ones are closed ones with a time")
    func pulls() async throws {
        #expect(try await get("pulls").body.array?.compactMap { $0["number"]?.int } == [3])
        let closed = try await get("pulls?state=closed&sort=updated&direction=desc").body
        #expect(closed.array?.compactMap { $0["number"]?.int } == [1, 2])
        #expect(closed[0]?["merged_at"]?.string == "2026-11-19T14:20:00Z")
        #expect(closed[1]?["merged_at"]?.isNull == true)
        #expect(
            try await get("pulls?state=all&sort=updated").body.array?.compactMap { $0["number"]?.int } == [3, 2, 1])
        #expect(try await get("commits/merge1/pulls").body.array?.compactMap { $0["number"]?.int } == [1])
    }

    @Test("a pull has files and reviews")
    func pull() async throws {
        #expect(try await get("pulls/2").body["state"]?.string == "closed")
        let file = try await get("pulls/1/files").body[0]
        #expect(file?["additions"]?.int == 2)
        #expect(file?["deletions"]?.int == 1)
        #expect(try await get("pulls/1/reviews").body.column("state") == ["APPROVED"])
        #expect(try await get("pulls/77/files").response.status == 404)
    }

    @Test("runs of workflows come in an object, and a status filter takes a conclusion")
    func runs() async throws {
        let all = try await get("actions/runs?branch=main").body
        #expect(all["total_count"]?.int == 3)
        #expect(try await get("actions/runs?status=failure").body["workflow_runs"]?.column("head_sha") == ["sha1"])
        #expect(try await get("actions/runs?status=completed&per_page=1").response.header("link") != nil)
    }
}
