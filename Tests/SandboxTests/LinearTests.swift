import Basics
import HTTPClient
import TestSupport
import Testing

@testable import Sandbox

@Suite("The sandbox's Linear")
struct LinearTests {
    private let client: SandboxClient

    /// Sixty issues, one an hour, changed in the reverse order: the oldest was changed last.
    init() throws {
        client = try SandboxClient { state in
            let created = SandboxClient.now - .days(300)
            state.linear.teams = [
                .init(id: "team-eng", key: "ENG", name: "Engineering", created: created),
                .init(id: "team-ops", key: "OPS", name: "Operations", created: created),
            ]
            state.linear.users = [.init(id: "u-alice", name: "Alice", email: "alice@acme.example", created: created)]
            state.linear.projects = [.init(id: "p-1", name: "Assistant", team: "team-eng", created: created)]
            state.linear.cycles = [
                .init(
                    id: "c-1", number: 4, team: "team-eng", starts: SandboxClient.now,
                    ends: SandboxClient.now + .days(14))
            ]
            state.linear.issues = (0..<60).map(Self.issue)
        }
    }

    private static func issue(_ number: Int) -> LinearWorkspace.Issue {
        let comment = LinearWorkspace.Comment(
            id: "k-\(number)", user: "u-alice", body: "seen", created: SandboxClient.now)
        return .init(
            id: "i-\(number)", number: number + 1, title: "Issue \(number)", priority: number % 5, estimate: 1.5,
            team: number % 3 == 0 ? "team-ops" : "team-eng", project: number % 2 == 0 ? "p-1" : nil,
            created: SandboxClient.now - .hours(Double(number)),
            updated: SandboxClient.now - .minutes(Double(60 - number)),
            comments: number == 1 ? [comment] : [])
    }

    private func call(
        _ query: String, _ variables: JSONValue = [:], key: String? = nil
    ) async throws -> (response: HTTPResponse, body: JSONValue) {
        let header = HTTPRequest.Header("Authorization", key ?? client.variable("LINEAR_API_KEY"))
        return try await client.ask(
            .post, "LINEAR_BASE_URL", "", headers: [header],
            body: ["query": .string(query), "variables": variables])
    }

    private static let list = """
        query Issues($first: Int = 50, $after: String, $filter: IssueFilter) {
          issues(first: $first, after: $after, filter: $filter, orderBy: updatedAt) {
            nodes { id identifier } pageInfo { hasNextPage endCursor }
          }
        }
        """

    @Test("a key without a prefix is accepted, one with Bearer is not")
    func authorisation() async throws {
        let (response, body) = try await call(Self.list, key: "Bearer \(client.variable("LINEAR_API_KEY"))")
        #expect(response.status == 401)
        #expect(body["errors"]?[0]?["extensions"]?["code"]?.string == "AUTHENTICATION_ERROR")
    }

    @Test("cursors lead through all issues in the requested order, and the last page has one as well")
    func paging() async throws {
        var (ids, after) = ([String](), JSONValue.null)
        while true {
            let (_, body) = try await call(Self.list, ["first": 25, "after": after])
            let page = body["data"]?["issues"]
            ids += page?["nodes"]?.column("id") ?? []
            after = page?["pageInfo"]?["endCursor"] ?? .null
            #expect(after.string == ids.last)
            if page?["pageInfo"]?["hasNextPage"]?.bool != true { break }
        }
        #expect(ids == (0..<60).reversed().map { "i-\($0)" })
    }

    @Test("the default is fifty, newest first")
    func defaults() async throws {
        let (response, body) = try await call("{ issues { nodes { id } } }")
        let nodes = body["data"]?["issues"]?["nodes"]?.array ?? []
        #expect(nodes.count == 50)
        #expect(nodes.first?["id"]?.string == "i-0")
        #expect(nodes.first?["number"]?.int == 1)
        #expect(nodes.first?["estimate"]?.double == 1.5)
        #expect(nodes.first?["state"]?["type"]?.string == "unstarted")
        #expect(response.header("x-ratelimit-requests-remaining") == "2499")
        #expect(try await call("{ issues(first: 251) { nodes { id } } }").response.status == 400)
    }

    @Test("filters by time, team and project; an empty one filters nothing")
    func filters() async throws {
        func count(_ filter: JSONValue) async throws -> Int? {
            try await call(Self.list, ["first": 250, "filter": filter]).body["data"]?["issues"]?["nodes"]?.array?.count
        }
        let window: JSONValue = [
            "gte": JSONValue(SandboxClient.now - .minutes(10)), "lt": JSONValue(SandboxClient.now - .minutes(5)),
        ]
        #expect(try await count(["updatedAt": window]) == 5)
        #expect(try await count(["team": ["key": ["eq": "OPS"]]]) == 20)
        #expect(try await count(["team": ["key": ["eq": "OPS"]], "project": ["id": ["eq": "p-1"]]]) == 10)
        #expect(try await count(["or": [["number": ["eq": 1]], ["priority": ["in": [1, 2]]]]]) == 25)
        #expect(try await count(["updatedAt": [:], "project": [:]]) == 60)
        #expect(try await count(["updatedAt": ["gte": nil]]) == 60)
        let literal = try await call(
            "query($f: IssueFilter) { issues(filter: $f, first: 3) { nodes { id } } }",
            ["f": ["team": ["key": ["eq": "OPS"]]]])
        #expect(literal.body["data"]?["issues"]?["nodes"]?.column("id") == ["i-0", "i-3", "i-6"])
    }

    @Test("the other lists, and an issue by its identifier with its comments")
    func lists() async throws {
        for (list, count) in [("teams", 2), ("users", 1), ("projects", 1), ("cycles", 1)] {
            let (_, body) = try await call("query { \(list)(first: 10) { nodes { id } } }")
            #expect(body["data"]?[list]?["nodes"]?.array?.count == count, "\(list)")
        }
        let query = "query($id: String!, $n: Int) { issue(id: $id) { comments(first: $n) { nodes { body } } } }"
        let (_, body) = try await call(query, ["id": "ENG-2", "n": 10])
        #expect(body["data"]?["issue"]?["comments"]?["nodes"]?.column("body") == ["seen"])
        let (missing, error) = try await call(query, ["id": "ENG-999"])
        #expect(missing.status == 400)
        #expect(error["errors"]?[0]?["message"]?.string == "Entity not found: Issue")
    }

    @Test("an invalid query and an unknown field are rejected")
    func refusals() async throws {
        let (response, body) = try await call("query { weather { nodes { id } } }")
        #expect(response.status == 400)
        #expect(body["errors"]?[0]?["extensions"]?["code"]?.string == "GRAPHQL_VALIDATION_FAILED")
        #expect(try await call("issues").body["errors"]?[0]?["extensions"]?["code"]?.string == "GRAPHQL_PARSE_FAILED")
    }
}
