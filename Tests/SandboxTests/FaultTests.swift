import Basics
import HTTPClient
import JSON
import TestSupport
import Testing

@testable import Sandbox

@Suite("The sandbox's faults")
struct FaultTests {
    private let client: SandboxClient

    init() throws {
        client = try SandboxClient { state in
            state.pagerDuty.incidents = (0..<3).map { number in
                .init(
                    id: "Q\(number)", number: number, title: "Incident", service: "S",
                    created: SandboxClient.now - .minutes(Double(number)))
            }
            state.datadog.logs = (0..<30).map { number in
                .init(
                    id: "L\(number)", time: SandboxClient.now - .seconds(Double(number)), service: "assistant",
                    message: "line")
            }
            state.linear.issues = (0..<3).map {
                .init(id: "i-\($0)", number: $0, title: "", team: "t", created: SandboxClient.now)
            }
            state.issues = (0..<3).map { number in
                .init(id: "\(number)", title: "", count: 1, firstSeen: SandboxClient.now, lastSeen: SandboxClient.now)
            }
            state.commits = (0..<3).map { number in
                .init(sha: "\(number)", message: "", author: "alice", date: SandboxClient.now, files: [])
            }
            state.messages["C0INCIDENTS"] = [SandboxMessage(ts: "1795529999.000100", user: "U", text: "hello")]
            state.observations = (0..<3).map { number in
                .init(
                    id: "o\(number)", traceID: "t", traceName: "", name: "call", model: "m",
                    start: SandboxClient.now - .minutes(Double(3 - number)), inputTokens: 1, outputTokens: 1, cost: 0,
                    input: "",
                    output: "")
            }
        }
    }

    private func pagerDuty(_ fault: SandboxWorld.Fault) async throws -> (response: HTTPResponse, body: JSONValue) {
        client.world.fail(.pagerduty, fault)
        return try await ask(.pagerduty)
    }

    /// The first page of a list of the provider, or the one at `cursor`.
    private func ask(
        _ provider: SandboxWorld.Provider, cursor: String? = nil
    ) async throws -> (response: HTTPResponse, body: JSONValue) {
        let tail = cursor ?? ""
        func bearer(_ name: String) -> [HTTPRequest.Header] {
            [.init("Authorization", "Bearer \(client.variable(name))"), .init("User-Agent", "test")]
        }
        switch provider {
        case .langfuse:
            // pk-lf-sandbox-0001:sk-lf-sandbox-0001
            let basic = "Basic cGstbGYtc2FuZGJveC0wMDAxOnNrLWxmLXNhbmRib3gtMDAwMQ=="
            return try await client.ask(
                .get, "LANGFUSE_BASE_URL", "/api/public/v2/observations?limit=2&cursor=\(tail)",
                headers: [.init("Authorization", basic)])
        case .sentry:
            return try await client.ask(
                .get, "SENTRY_BASE_URL", "/api/0/organizations/acme/issues/?limit=2&cursor=\(tail)",
                headers: bearer("SENTRY_TOKEN"))
        case .github:
            return try await client.ask(
                .get, "GITHUB_BASE_URL", "/repos/acme/assistant/commits?per_page=2&page=\(tail)",
                headers: bearer("GITHUB_TOKEN"))
        case .slack:
            return try await client.ask(
                .get, "SLACK_BASE_URL", "/api/conversations.history?channel=C0INCIDENTS&cursor=\(tail)",
                headers: bearer("SLACK_TOKEN"))
        case .pagerduty:
            let token = HTTPRequest.Header("Authorization", "Token token=\(client.variable("PAGERDUTY_TOKEN"))")
            return try await client.ask(
                .get, "PAGERDUTY_BASE_URL", "/incidents?limit=2&offset=\(tail)", headers: [token])
        case .datadog:
            let page = JSONValue.fields(["limit": 20, "cursor": cursor.map(JSONValue.string)])
            return try await client.ask(
                .post, "DD_BASE_URL", "/api/v2/logs/events/search",
                headers: [
                    .init("DD-API-KEY", client.variable("DD_API_KEY")),
                    .init("DD-APPLICATION-KEY", client.variable("DD_APPLICATION_KEY")),
                ], body: ["page": page])
        case .linear, .model, .gateway:
            return try await client.ask(
                .post, "LINEAR_BASE_URL", "", headers: [.init("Authorization", client.variable("LINEAR_API_KEY"))],
                body: [
                    "query": "query($after: String) { issues(first: 2, after: $after) { nodes { id } } }",
                    "variables": ["after": JSONValue(cursor)],
                ])
        }
    }

    /// Where the response says that more pages follow.
    private func continuation(_ provider: SandboxWorld.Provider, _ answer: (response: HTTPResponse, body: JSONValue))
        -> String?
    {
        let body = answer.body
        switch provider {
        case .langfuse: return body["meta"]?["cursor"]?.string
        case .sentry: return answer.response.header("link")?.split(separator: "cursor=\"").last.map(String.init)
        case .github: return answer.response.header("link")
        case .slack: return body["response_metadata"]?["next_cursor"]?.string
        case .datadog: return body["meta"]?["page"]?["after"]?.string
        case .pagerduty: return body["more"]?.bool == true ? "more" : nil
        case .linear, .model, .gateway: return body["data"]?["issues"]?["pageInfo"]?["endCursor"]?.string
        }
    }

    private static let lists: [SandboxWorld.Provider] = [
        .langfuse, .sentry, .github, .slack, .datadog, .pagerduty, .linear,
    ]

    @Test("a looping cursor returns the first page and itself for every request", arguments: lists)
    func cursorLoop(provider: SandboxWorld.Provider) async throws {
        client.world.fail(provider, .cursorLoop, times: 2)
        let first = try await ask(provider)
        let second = try await ask(provider, cursor: "2")
        let cursor = continuation(provider, first)
        #expect(cursor?.isEmpty == false)
        #expect(continuation(provider, second) == cursor)
        if provider != .pagerduty { #expect(second.body == first.body) }
    }

    @Test("endless pages have rows and a new cursor each time", arguments: lists)
    func endlessPages(provider: SandboxWorld.Provider) async throws {
        client.world.fail(provider, .endlessPages, times: 3)
        var cursors: [String] = []
        for page in 2...4 {
            cursors.append(continuation(provider, try await ask(provider, cursor: "\(page)")) ?? "none")
        }
        #expect(!cursors.contains("none"))
        #expect(Set(cursors).count == (provider == .pagerduty ? 1 : 3))
    }

    @Test("each provider has its own form of retry after, or none")
    func rateLimits() async throws {
        for (provider, header, value) in [
            (SandboxWorld.Provider.datadog, "x-ratelimit-reset", "30"), (.pagerduty, "ratelimit-reset", "30"),
            (.linear, "x-ratelimit-requests-reset", String((SandboxClient.now + .seconds(30)).milliseconds)),
            (.langfuse, "retry-after", "30"),
        ] {
            let status = provider == .linear ? 400 : 429
            client.world.fail(provider, .rateLimited(seconds: 30))
            let told = try await ask(provider)
            #expect(told.response.status == status)
            #expect(told.response.header(header) == value, "\(provider)")
            client.world.fail(provider, .rateLimitedSilently)
            let silent = try await ask(provider)
            #expect(silent.response.status == status)
            #expect(!silent.response.headers.contains { $0.name.contains("reset") || $0.name == "retry-after" })
            if provider == .linear {
                #expect(silent.body["errors"]?[0]?["extensions"]?["code"]?.string == "RATELIMITED")
            }
        }
    }

    @Test("a connection is lost in the middle of a response, and a slow response is late but complete")
    func transport() async throws {
        let error = await #expect(throws: HTTPError.self) { try await pagerDuty(.connectionLost) }
        #expect(error?.kind == .broken)
        let start = ContinuousClock.now
        #expect(try await pagerDuty(.slow(milliseconds: 120)).body["incidents"]?.array?.count == 2)
        #expect(ContinuousClock.now - start >= .milliseconds(120))
    }

    @Test(
        "a large answer, compressed or not, is a valid list of its size", arguments: [2, 3, 260, 261, 5000, 3_000_000])
    func sizes(bytes: Int) async throws {
        let huge = try await pagerDuty(.huge(bytes: bytes))
        #expect(huge.response.body.count == bytes)
        #expect(huge.body == [])
        let bomb = try await pagerDuty(.deflateBomb(bytes: bytes))
        #expect(bomb.response.header("content-encoding") == "deflate")
        #expect((bytes...bytes + 2065).contains(bomb.response.body.count), "decoded, and its checksum is right")
        #expect(bomb.body == [])
    }

    @Test("a bomb is small on the wire and is rejected at the client's limit")
    func bomb() async throws {
        client.world.fail(.pagerduty, .deflateBomb(bytes: 200 << 20))
        let request = HTTPRequest(.get, client.variable("PAGERDUTY_BASE_URL") + "/incidents", bodyLimit: 1 << 20)
        let error = await #expect(throws: HTTPError.self) { try await client.send(request) }
        #expect(error?.kind == .bodyTooLarge)
    }

    @Test("a redirect has an address, and a clock is off by the given seconds")
    func headers() async throws {
        let moved = try await pagerDuty(.redirect("http://169.254.169.254/latest"))
        #expect(moved.response.status == 302)
        #expect(moved.response.header("location") == "http://169.254.169.254/latest")
        #expect(try await ask(.pagerduty).response.header("date") == "Tue, 24 Nov 2026 14:20:00 GMT")
        let skewed = try await pagerDuty(.clockSkew(seconds: -600))
        #expect(skewed.response.header("date") == "Tue, 24 Nov 2026 14:10:00 GMT")
        #expect(skewed.body["incidents"]?.array?.count == 2)
    }

    @Test("rows come twice, or the first has an unknown shape")
    func rows() async throws {
        #expect(try await pagerDuty(.duplicateRows).body["incidents"]?.column("id") == ["Q2", "Q2", "Q1", "Q1"])
        let strange = try await pagerDuty(.unknownShapes).body["incidents"]
        #expect(strange?[0]?["status"]?.string == "unheard-of")
        #expect(strange?[0]?["incident_number"]?.string == "2")
        #expect(strange?[0]?["summary"]?.isNull == true)
        #expect(strange?[0]?["added_without_notice"] != nil)
        #expect(strange?[1]?["status"]?.string == "triggered")
        client.world.fail(.datadog, .unknownShapes)
        let line = try await ask(.datadog).body["data"]?[0]
        #expect(line?["attributes"]?["status"]?.string == "unheard-of")
        #expect(line?["attributes"]?["service"]?.isNull == true)
    }
}
