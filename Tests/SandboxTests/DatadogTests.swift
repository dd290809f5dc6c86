import Basics
import HTTPClient
import TestSupport
import Testing

@testable import Sandbox

@Suite("The sandbox's Datadog")
struct DatadogTests {
    private let client: SandboxClient

    /// 95 log lines, one every ten seconds up to now, every fifth an error; a trace of 12 spans; 3 events; 5 monitors.
    init() throws {
        client = try SandboxClient { state in
            state.datadog.logs = (0..<95).map(Self.logLine)
            state.datadog.spans = (0..<12).map { number in
                .init(
                    id: "S\(number)", traceID: "1376633447483012831", spanID: "\(number)", service: "assistant",
                    operation: "llm.call", resource: "POST /chat", start: SandboxClient.now - .minutes(5),
                    length: .seconds(2),
                    isError: number == 3)
            }
            state.datadog.events = (0..<3).map { number in
                .init(
                    id: "E\(number)", time: SandboxClient.now - .minutes(Double(number)), title: "Deploy \(number)",
                    text: "")
            }
            state.datadog.monitors = (0..<5).map { number in
                .init(
                    id: 100 + number, name: "Monitor \(number)", query: "avg(last_5m):avg:x{*} > 1",
                    state: number == 2 ? "Alert" : "OK", tags: ["team:assistant"],
                    created: SandboxClient.now - .days(30),
                    stateChanged: SandboxClient.now - .hours(1))
            }
            state.datadog.incidents = (0..<3).map { number in
                .init(id: "I\(number)", number: number + 1, title: "Incident", created: SandboxClient.now)
            }
            state.datadog.hosts = (0..<3).map { .init(id: $0, name: "host-\($0)", lastReported: SandboxClient.now) }
            state.datadog.series = ["support-bot", "invoice-parser"].map(Self.cost)
        }
    }

    /// Four points five minutes apart, of which the third was not reported.
    private static func cost(of service: String) -> DatadogAccount.Series {
        let values: [Double?] = [1, 2, nil, 4]
        let points = values.enumerated().map { step, value in
            DatadogAccount.Series.Point(SandboxClient.now - .minutes(Double(20 - step * 5)), value)
        }
        return .init(metric: "llm.cost", tags: ["service:\(service)", "env:production"], points: points)
    }

    private static func logLine(_ number: Int) -> DatadogAccount.LogLine {
        let isError = number % 5 == 0
        return .init(
            id: "L\(number)", time: SandboxClient.now - .seconds(Double(number) * 10), service: "assistant",
            status: isError ? "error" : "info", message: "request \(number) done",
            tags: [number % 2 == 0 ? "env:production" : "env:staging"],
            attributes: ["http": ["status_code": JSONValue(isError ? 500 : 200)]])
    }

    private var keys: [HTTPRequest.Header] {
        [
            .init("DD-API-KEY", client.variable("DD_API_KEY")),
            .init("DD-APPLICATION-KEY", client.variable("DD_APPLICATION_KEY")),
        ]
    }

    private func get(_ path: String) async throws -> (response: HTTPResponse, body: JSONValue) {
        try await client.ask(.get, "DD_BASE_URL", path, headers: keys)
    }

    private func search(_ path: String, _ body: JSONValue) async throws -> (response: HTTPResponse, body: JSONValue) {
        try await client.ask(.post, "DD_BASE_URL", path, headers: keys, body: body)
    }

    @Test("both keys are required, and every response has the limits")
    func authorisation() async throws {
        let (response, body) = try await client.ask(.get, "DD_BASE_URL", "/api/v1/monitor", headers: [keys[0]])
        #expect(response.status == 403)
        #expect(body["errors"]?[0]?.string == "Forbidden")
        let logs = try await search("/api/v2/logs/events/search", [:])
        #expect(logs.response.header("x-ratelimit-name") == "logs_public_search_api")
        #expect(logs.response.header("x-ratelimit-period") == "3600")
        #expect(logs.response.header("x-ratelimit-reset") == "2400", "seconds until the hour ends")
    }

    @Test(
        "cursors lead through short pages to an empty one without a cursor",
        arguments: ["timestamp", "-timestamp"])
    func logPages(sort: String) async throws {
        var (ids, sizes, cursor) = ([String](), [Int](), JSONValue?.none)
        repeat {
            let page = JSONValue.fields(["limit": 20, "cursor": cursor])
            let (_, body) = try await search(
                "/api/v2/logs/events/search",
                ["filter": ["from": "now-1d", "to": "now"], "sort": .string(sort), "page": page])
            ids += body["data"]?.column("id") ?? []
            sizes.append(body["data"]?.array?.count ?? -1)
            cursor = body["meta"]?["page"]?["after"]
        } while cursor != nil
        let newestFirst = (0..<95).map { "L\($0)" }
        #expect(ids == (sort == "timestamp" ? newestFirst.reversed() : newestFirst))
        #expect(sizes.dropLast().contains { $0 < 20 })
        #expect(sizes.last == 0)
    }

    @Test("a query can have services, tags, attributes, words and negations")
    func logQueries() async throws {
        for (query, count) in [
            ("service:assistant status:error", 19), ("status:error -env:staging", 10), ("@http.status_code:500", 19),
            ("\"request 17 done\"", 1), ("service:ass* OR service:other", 95), ("service:nobody", 0), ("*", 95),
            ("(status:error service:nobody) OR status:(error OR gone)", 19), ("NOT (status:error OR status:info)", 0),
        ] {
            let (_, body) = try await search(
                "/api/v2/logs/events/search",
                ["filter": ["from": "now-1d", "query": .string(query)], "page": ["limit": 1000]])
            #expect(body["data"]?.array?.count == count, "\(query)")
        }
        let window = try await search(
            "/api/v2/logs/events/search",
            [
                "filter": ["from": "2026-11-24T14:19:30Z", "to": .integer(SandboxClient.now.milliseconds)],
                "page": ["limit": 1000],
            ])
        #expect(window.body["data"]?.array?.count == 4)
    }

    @Test(
        "invalid searches are rejected",
        arguments: [
            ["page": ["limit": 1001]], ["page": ["cursor": "mine"]], ["filter": ["from": "yesterday"]],
            ["filter": ["query": "(a OR b"]], ["filter": ["query": "@size:[1 TO 9]"]], ["sort": "host"],
        ] as [JSONValue])
    func refusals(body: JSONValue) async throws {
        let (response, answer) = try await search("/api/v2/logs/events/search", body)
        #expect(response.status == 400)
        #expect(answer["errors"]?[0]?.string?.isEmpty == false)
    }

    @Test("a search for spans is wrapped in data, returns ten by default, and spans have two times")
    func spans() async throws {
        let attributes: JSONValue = ["filter": ["from": "now-15m", "to": "now", "query": "service:assistant"]]
        let wrapped: JSONValue = ["data": ["type": "search_request", "attributes": attributes]]
        let (response, body) = try await search("/api/v2/spans/events/search", wrapped)
        #expect(response.header("content-type") == "application/vnd.api+json")
        #expect(body["data"]?.array?.count == 10)
        let row = body["data"]?[0]?["attributes"]
        #expect(row?["start_timestamp"]?.string == "2026-11-24T14:15:00.000Z")
        #expect(row?["end_timestamp"]?.string == "2026-11-24T14:15:02.000Z")
        #expect(row?["custom"]?["duration"]?.int == 2_000_000_000)
        #expect(try await search("/api/v2/spans/events/search", attributes).response.status == 400)
    }

    @Test("an event's title is in its inner attributes, its text in the outer")
    func events() async throws {
        let (_, body) = try await search(
            "/api/v2/events/search", ["filter": ["from": "now-90s", "to": "now"], "sort": "timestamp"])
        let titles = body["data"]?.array?.map { $0["attributes"]?["attributes"]?["title"]?.string }
        #expect(titles == ["Deploy 1", "Deploy 0"])
        #expect(body["data"]?[0]?["attributes"]?["timestamp"]?.string == "2026-11-24T14:19:00Z")
    }

    @Test("monitors come all at once or by page; the search calls their state status")
    func monitors() async throws {
        #expect(try await get("/api/v1/monitor").body.array?.count == 5)
        #expect(
            try await get("/api/v1/monitor?page=1&page_size=3").body.array?.compactMap { $0["id"]?.int } == [103, 104])
        #expect(try await get("/api/v1/monitor?page=2&page_size=3").body.array?.isEmpty == true)
        let named = try await get("/api/v1/monitor?name=monitor%202").body
        #expect(named[0]?["overall_state"]?.string == "Alert")
        #expect(named[0]?["overall_state_modified"]?.string == "2026-11-24T13:20:00+00:00")
        let found = try await get("/api/v1/monitor/search?query=status:alert&per_page=2").body
        #expect(found["monitors"]?.column("status") == ["Alert"])
        #expect(found["monitors"]?[0]?["overall_state"] == nil)
        #expect(found["metadata"]?["total_count"]?.int == 1)
    }

    @Test("the last page of incidents has no next offset")
    func incidents() async throws {
        let first = try await get("/api/v2/incidents?page[size]=2").body
        #expect(first["meta"]?["pagination"]?["next_offset"]?.int == 2)
        let last = try await get("/api/v2/incidents?page[size]=2&page[offset]=2").body
        #expect(last["data"]?.column("id") == ["I2"])
        #expect(last["meta"]?["pagination"]?["size"]?.int == 1)
        #expect(last["meta"]?["pagination"]?["next_offset"] == nil)
    }

    @Test("hosts are counted and paged")
    func hosts() async throws {
        let page = try await get("/api/v1/hosts?count=2&start=2").body
        #expect(page["host_list"]?.column("name") == ["host-2"])
        #expect(page["total_matching"]?.int == 3)
        #expect(page["total_returned"]?.int == 1)
    }

    @Test("points are milliseconds and values, summed over tags or grouped by them")
    func metrics() async throws {
        let (from, to) = (SandboxClient.now.milliseconds / 1000 - 3600, SandboxClient.now.milliseconds / 1000)
        let sum = try await get("/api/v1/query?from=\(from)&to=\(to)&query=sum:llm.cost%7Benv:production%7D").body
        #expect(sum["status"]?.string == "ok")
        let points = sum["series"]?[0]?["pointlist"]?.array ?? []
        #expect(points.map { $0[1]?.double } == [2, 4, nil, 8])
        #expect(points.first?[0]?.double == Double((SandboxClient.now - .minutes(20)).milliseconds))
        #expect(sum["series"]?[0]?["scope"]?.string == "env:production")
        let apart = try await get("/api/v1/query?from=\(from)&to=\(to)&query=avg:llm.cost%7B*%7D%20by%20%7Bservice%7D")
            .body
        #expect(apart["series"]?.column("scope") == ["service:invoice-parser", "service:support-bot"])
        let (response, wrong) = try await get("/api/v1/query?from=\(from)&to=\(to)&query=llm.cost")
        #expect(response.status == 200)
        #expect(wrong["status"]?.string == "error")
    }
}
