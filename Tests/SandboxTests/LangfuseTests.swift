import Basics
import HTTPClient
import Sandbox
import TestSupport
import Testing

@Suite("The sandbox's Langfuse: metrics, prompts and scores")
struct LangfuseTests {
    private let stand: Stand

    /// Two features over six hours: `bot` every ten minutes at 1 cent, `parser` once an hour at 5 cents, none in hour 3.
    init() throws {
        stand = try Stand { state in
            let start = Stand.now.startOfHour - .hours(6)
            state.observations = (0..<36).filter { $0 / 6 != 3 }.flatMap { step in
                let moment = start + .minutes(Double(step) * 10)
                let bot = Self.observation("bot", step, moment, cost: 0.01)
                return step % 6 == 0 ? [bot, Self.observation("parser", step, moment, cost: 0.05)] : [bot]
            }
            let (old, new) = (Stand.now - .days(30), Stand.now - .hours(2))
            state.prompts = [
                .init(
                    name: "support/bot", tags: ["chat"],
                    versions: [
                        .init(1, text: "Be brief.", created: old),
                        .init(2, text: "Be long.", config: ["max_tokens": 4096], labels: ["production"], created: new),
                    ]),
                .init(name: "parser", versions: [.init(1, text: "Parse.", labels: ["production"], created: old)]),
            ]
            state.scores = (0..<5).map(Self.score)
        }
    }

    /// Four of quality, the newest of an observation, and before them a flag.
    private static func score(_ number: Int) -> SandboxScore {
        let value: JSONValue = number == 4 ? true : .number(Double(number) / 4)
        return SandboxScore(
            id: "s\(number)", name: number == 4 ? "flag" : "quality", value: value,
            time: Stand.now - .minutes(Double(number)), traceID: "t\(number % 2)",
            observationID: number == 0 ? "o" : nil, comment: "c")
    }

    private static func observation(
        _ name: String, _ number: Int, _ start: Instant, cost: Double
    ) -> SandboxObservation {
        SandboxObservation(
            id: "\(name)-\(number)", traceID: "t-\(number)", traceName: name, name: name, model: "gpt-4o", start: start,
            latency: 2, inputTokens: 100, outputTokens: 10, cost: cost, input: "", output: "", userID: "u-\(number)")
    }

    private func get(_ path: String) async throws -> (response: HTTPResponse, body: JSONValue) {
        // pk-lf-sandbox-0001:sk-lf-sandbox-0001
        let basic = "Basic cGstbGYtc2FuZGJveC0wMDAxOnNrLWxmLXNhbmRib3gtMDAwMQ=="
        return try await stand.ask(
            .get, "LANGFUSE_BASE_URL", "/api/public\(path)", headers: [.init("Authorization", basic)])
    }

    private func metrics(_ members: KeyValuePairs<String, JSONValue?>) async throws -> (HTTPResponse, JSONValue) {
        let window: [JSONValue.Member] = [
            .init("view", "observations"), .init("fromTimestamp", JSONValue(Stand.now.startOfHour - .hours(6))),
            .init("toTimestamp", JSONValue(Stand.now.startOfHour)),
        ]
        let query = JSONValue.object(window + (JSONValue.fields(members).members ?? []))
        let escaped = query.serialized.utf8.map { byte in
            byte == 0x22 || byte == 0x7B || byte == 0x7D || byte == 0x5B || byte == 0x5D || byte <= 0x20
                ? "%" + String(byte, radix: 16, uppercase: true) : String(Character(Unicode.Scalar(byte)))
        }.joined()
        let (response, body) = try await get("/v2/metrics?query=\(escaped)")
        return (response, body)
    }

    private static let cost: JSONValue = [
        ["measure": "totalCost", "aggregation": "sum"], ["measure": "count", "aggregation": "count"],
    ]

    @Test("costs and counts by name, the dearest first; whole numbers are text")
    func byName() async throws {
        let (_, body) = try await metrics(["dimensions": [["field": "name"]], "metrics": Self.cost])
        #expect(body["data"]?.column("name") == ["bot", "parser"])
        #expect(body["data"]?[0]?["count_count"]?.string == "30")
        #expect(abs((body["data"]?[0]?["sum_totalCost"]?.double ?? 0) - 0.30) < 1e-9)
        let tokens: JSONValue = [
            ["measure": "inputTokens", "aggregation": "sum"], ["measure": "latency", "aggregation": "p95"],
        ]
        let (_, all) = try await metrics(["metrics": tokens])
        #expect(all["data"]?[0]?["sum_inputTokens"]?.string == "3500")
        #expect(all["data"]?[0]?["p95_latency"]?.double == 2000, "milliseconds")
    }

    @Test("hours follow one another, an empty one among them unless an order is asked for")
    func byHour() async throws {
        let hour: JSONValue = ["granularity": "hour"]
        let (_, filled) = try await metrics(["metrics": Self.cost, "timeDimension": hour])
        #expect(
            filled["data"]?.column("time_dimension") == (8..<14).map { "2026-11-24T\($0 < 10 ? "0" : "")\($0):00:00Z" })
        #expect(filled["data"]?.column("count_count") == ["7", "7", "7", "0", "7", "7"])
        let order: JSONValue = [["field": "time_dimension", "direction": "desc"]]
        let (_, bare) = try await metrics(["metrics": Self.cost, "timeDimension": hour, "orderBy": order])
        #expect(bare["data"]?.column("count_count") == ["7", "7", "7", "7", "7"])
    }

    @Test("filters hold, and rows beyond the limit are cut without a word")
    func filters() async throws {
        let filter: JSONValue = [
            ["type": "stringOptions", "column": "name", "operator": "any of", "value": ["parser"]],
            ["type": "datetime", "column": "startTime", "operator": ">=", "value": JSONValue(Stand.now - .hours(4))],
        ]
        let (_, body) = try await metrics(["metrics": Self.cost, "filters": filter])
        #expect(body["data"]?[0]?["count_count"]?.string == "2")
        let (_, cut) = try await metrics([
            "metrics": Self.cost, "timeDimension": ["granularity": "minute"], "config": ["row_limit": 3],
        ])
        #expect(cut["data"]?.array?.count == 3)
        let (_, standard) = try await metrics(["metrics": Self.cost, "timeDimension": ["granularity": "minute"]])
        #expect(standard["data"]?.array?.count == 100)
    }

    @Test("a dimension with a value for each row is refused, but as the top of a list")
    func cardinality() async throws {
        let (refused, reason) = try await metrics(["dimensions": [["field": "traceId"]], "metrics": Self.cost])
        #expect(refused.status == 400)
        #expect(reason["message"]?.string?.contains("traceId") == true)
        let order: JSONValue = [["field": "sum_totalCost", "direction": "desc"]]
        let (allowed, top) = try await metrics([
            "dimensions": [["field": "userId"]], "metrics": Self.cost, "orderBy": order, "config": ["row_limit": 2],
        ])
        #expect(allowed.status == 200)
        #expect(top["data"]?.array?.count == 2)
        for config in [["row_limit": 1001], ["row_limit": 0]] as [JSONValue] {
            #expect(try await metrics(["metrics": Self.cost, "config": config]).0.status == 400)
        }
        #expect(try await metrics(["metrics": [["measure": "beauty", "aggregation": "sum"]]]).0.status == 400)
        #expect(try await get("/v2/metrics?query=nothing").response.status == 400)
    }

    @Test("prompts are listed with their last change, and one version is read by label or number")
    func prompts() async throws {
        let list = try await get("/v2/prompts?fromUpdatedAt=\((Stand.now - .days(1)).iso8601)").body
        #expect(list["data"]?.column("name") == ["support/bot"])
        #expect(list["data"]?[0]?["versions"] == [1, 2])
        #expect(list["data"]?[0]?["lastConfig"]?["max_tokens"]?.int == 4096)
        #expect(list["meta"]?["totalItems"]?.int == 1)
        #expect(try await get("/v2/prompts/support%2Fbot").body["version"]?.int == 2)
        #expect(try await get("/v2/prompts/support%2Fbot?version=1").body["prompt"]?.string == "Be brief.")
        let missing = try await get("/v2/prompts/parser?label=staging")
        #expect(missing.response.status == 404)
        #expect(missing.body["message"]?.string == "Prompt not found: 'parser' with label 'staging'")
    }

    @Test("scores of version 3 go by cursor, those of version 2 by page and flat")
    func scores() async throws {
        var (ids, cursor) = ([String](), String?.none)
        repeat {
            let tail = cursor.map { "&cursor=\($0)" } ?? ""
            let page = try await get("/v3/scores?limit=2&fields=subject\(tail)").body
            ids += page["data"]?.column("id") ?? []
            #expect(page["data"]?[0]?["comment"] == nil, "a group that was not asked for is absent")
            cursor = page["meta"]?["cursor"]?.string
        } while cursor != nil
        #expect(ids == ["s0", "s1", "s2", "s3", "s4"])
        let first = try await get("/v3/scores?limit=1&fields=subject,details&traceId=t0").body["data"]?[0]
        #expect(first?["subject"] == ["kind": "observation", "id": "o", "traceId": "t0"])
        #expect(first?["comment"]?.string == "c")
        for wrong in ["limit=101", "observationId=o", "traceId=a&sessionId=b", "cursor=x"] {
            #expect(try await get("/v3/scores?\(wrong)").response.status == 400, "\(wrong)")
        }
        let flat = try await get("/v2/scores?name=flag,other").body
        #expect(flat["data"]?[0]?["value"]?.int == 1)
        #expect(flat["data"]?[0]?["stringValue"]?.string == "True")
        #expect(flat["meta"]?["totalPages"]?.int == 1)
    }

    @Test("what a server of the other version does not have is 404")
    func modes() async throws {
        stand.world.change { $0.langfuse = .v1 }
        for path in ["/v2/metrics", "/v3/scores"] { #expect(try await get(path).response.status == 404, "\(path)") }
        #expect(try await get("/v2/scores").response.status == 200)
        stand.world.change { $0.langfuse = .v2 }
        #expect(try await get("/v2/scores").response.status == 404)
        #expect(try await get("/v3/scores").response.status == 200)
    }
}
