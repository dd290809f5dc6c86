import Basics
import HTTPClient
import TestSupport
import Testing

@testable import Sandbox

@Suite("The sandbox's Langfuse: metrics, prompts and scores")
struct LangfuseTests {
    private let client: SandboxClient

    /// Two features over six hours: `bot` every ten minutes at 1 cent, `parser` once an hour at 5 cents, none in hour 3.
    init() throws {
        client = try SandboxClient { state in
            let start = SandboxClient.now.startOfHour - .hours(6)
            state.observations = (0..<36).filter { $0 / 6 != 3 }.flatMap { step in
                let moment = start + .minutes(Double(step) * 10)
                let bot = Self.observation("bot", step, moment, cost: 0.01)
                return step % 6 == 0 ? [bot, Self.observation("parser", step, moment, cost: 0.05)] : [bot]
            }
            let (old, new) = (SandboxClient.now - .days(30), SandboxClient.now - .hours(2))
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
            time: SandboxClient.now - .minutes(Double(number)), traceID: "t\(number % 2)",
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
        return try await client.ask(
            .get, "LANGFUSE_BASE_URL", "/api/public\(path)", headers: [.init("Authorization", basic)])
    }

    private func metrics(_ members: KeyValuePairs<String, JSONValue?>) async throws -> (HTTPResponse, JSONValue) {
        let window: [JSONValue.Member] = [
            .init("view", "observations"), .init("fromTimestamp", JSONValue(SandboxClient.now.startOfHour - .hours(6))),
            .init("toTimestamp", JSONValue(SandboxClient.now.startOfHour)),
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

    private static let hour: JSONValue = ["granularity": "hour"]

    @Test("costs and counts come by hour and name; whole numbers are text")
    func byName() async throws {
        let (_, body) = try await metrics([
            "dimensions": [["field": "name"]], "metrics": Self.cost, "timeDimension": Self.hour,
        ])
        let rows = body["data"]?.array ?? []
        #expect(Set(rows.compactMap { $0["name"]?.string }) == ["", "bot", "parser"])
        let bot = rows.filter { $0["name"]?.string == "bot" }
        #expect(bot.map { $0["count_count"] } == Array(repeating: "6", count: 5))
        #expect(abs(bot.reduce(0) { $0 + ($1["sum_totalCost"]?.double ?? 0) } - 0.30) < 1e-9)
        let tokens: JSONValue = [["measure": "inputTokens", "aggregation": "sum"]]
        let (_, all) = try await metrics(["metrics": tokens, "timeDimension": Self.hour])
        #expect(all["data"]?[0]?["sum_inputTokens"]?.string == "700")
    }

    @Test("hours are in order, with an empty one, and rows beyond the limit are cut silently")
    func byHour() async throws {
        let (_, filled) = try await metrics(["metrics": Self.cost, "timeDimension": Self.hour])
        #expect(
            filled["data"]?.column("time_dimension") == (8..<14).map { "2026-11-24T\($0 < 10 ? "0" : "")\($0):00:00Z" })
        #expect(filled["data"]?.column("count_count") == ["7", "7", "7", "0", "7", "7"])
        let (_, cut) = try await metrics([
            "metrics": Self.cost, "timeDimension": Self.hour, "config": ["row_limit": 3],
        ])
        #expect(cut["data"]?.array?.count == 3)
    }

    @Test("only hourly sums of known measures are accepted")
    func refusedMetrics() async throws {
        let members: [KeyValuePairs<String, JSONValue?>] = [
            ["metrics": Self.cost], ["metrics": Self.cost, "timeDimension": Self.hour, "config": ["row_limit": 1001]],
            ["metrics": Self.cost, "timeDimension": Self.hour, "config": ["row_limit": 0]],
            ["metrics": [["measure": "beauty", "aggregation": "sum"]], "timeDimension": Self.hour],
            ["dimensions": [["field": "traceId"]], "metrics": Self.cost, "timeDimension": Self.hour],
        ]
        for members in members { #expect(try await metrics(members).0.status == 400) }
        #expect(try await get("/v2/metrics?query=nothing").response.status == 400)
    }

    @Test("prompts are listed with their last change, and one version is read by label or number")
    func prompts() async throws {
        let list = try await get("/v2/prompts?fromUpdatedAt=\((SandboxClient.now - .days(1)).iso8601)").body
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

    @Test("scores of version 3 are paged by cursor, those of version 2 by page number, and flat")
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

    @Test("an API of the other version is 404")
    func modes() async throws {
        client.world.change { $0.langfuse = .v1 }
        for path in ["/v2/metrics", "/v3/scores"] { #expect(try await get(path).response.status == 404, "\(path)") }
        #expect(try await get("/v2/scores").response.status == 200)
        client.world.change { $0.langfuse = .v2 }
        #expect(try await get("/v2/scores").response.status == 404)
        #expect(try await get("/v3/scores").response.status == 200)
    }
}
