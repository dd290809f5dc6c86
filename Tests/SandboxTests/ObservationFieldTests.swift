import Basics
import HTTPClient
import TestSupport
import Testing

@testable import Sandbox

@Suite("The sandbox's observations, field by field")
struct ObservationFieldTests {
    private let client: SandboxClient

    /// Nine of production, the fifth of them open; then one of staging with every field.
    init() throws {
        client = try SandboxClient { state in
            state.observations = (0..<10).map { number in
                var row = SandboxObservation(
                    id: "o\(number)", traceID: "t\(number / 5)", traceName: "chat",
                    type: number == 9 ? "TOOL" : "GENERATION",
                    name: "step", model: number == 9 ? "" : "gpt-4o",
                    start: SandboxClient.now - .minutes(Double(20 - number / 2)),
                    inputTokens: number == 9 ? 0 : 10, outputTokens: 0, cost: number == 9 ? 0 : 0.5, input: "",
                    output: "")
                row.isOpen = number == 4
                return row
            }
            state.observations[9].parentID = "o8"
            state.observations[9].level = "ERROR"
            state.observations[9].statusMessage = "TimeoutError"
            state.observations[9].environment = "staging"
            state.observations[9].release = "chat@2"
            state.observations[9].version = "7"
            state.observations[9].tags = ["canary"]
        }
    }

    private func rows(_ query: String) async throws -> [JSONValue] {
        let basic = "Basic cGstbGYtc2FuZGJveC0wMDAxOnNrLWxmLXNhbmRib3gtMDAwMQ=="
        return try await client.ask(
            .get, "LANGFUSE_BASE_URL", "/api/public/\(query)", headers: [.init("Authorization", basic)]
        ).body["data"]?.array ?? []
    }

    @Test("environments are alternatives, versions and roots are filters")
    func filters() async throws {
        for api in ["v2/observations", "observations"] {
            #expect(try await rows("\(api)?environment=staging").map { $0["id"] } == ["o9"])
            #expect(try await rows("\(api)?environment=staging&environment=production").count == 10)
            #expect(try await rows("\(api)?version=7").count == 1)
            #expect(try await rows("\(api)?parentObservationId=o8").count == 1)
            #expect(try await rows("\(api)?parentObservationId=").count == 9)
        }
        #expect(try await rows("v2/observations?isRootObservation=false").count == 1)
        #expect(
            try await rows("traces?environment=staging").isEmpty, "a trace has the environment of its first observation"
        )
    }

    @Test("an observation has the fields of its trace and failure, and an open one has no end")
    func fields() async throws {
        let all = try await rows("v2/observations?fields=core,basic,usage,metrics,trace_context")
        let last = try #require(all.first)
        #expect(last["tags"] == ["canary"] && last["release"]?.string == "chat@2" && last["version"]?.string == "7")
        #expect(last["statusMessage"]?.string == "TimeoutError" && last["costDetails"] == [:])
        #expect(all.filter { $0["endTime"]?.isNull == true }.map { $0["id"] } == ["o4"])
        #expect(all.first { $0["id"] == "o4" }?["latency"]?.isNull == true)
        #expect(all.first { $0["id"] == "o0" }?["costDetails"]?["total"]?.double == 0.5)
    }

    @Test("a page follows the last row, also if rows start together or arrive meanwhile")
    func cursor() async throws {
        var (ids, cursor) = ([String](), String?.none)
        let basic = "Basic cGstbGYtc2FuZGJveC0wMDAxOnNrLWxmLXNhbmRib3gtMDAwMQ=="
        repeat {
            let page = try await client.ask(
                .get, "LANGFUSE_BASE_URL", "/api/public/v2/observations?limit=3\(cursor.map { "&cursor=\($0)" } ?? "")",
                headers: [.init("Authorization", basic)]
            ).body
            ids += page["data"]?.column("id") ?? []
            cursor = page["meta"]?["cursor"]?.string
            client.world.change { state in
                var late = state.observations[0]
                (late.id, late.start) = ("late\(ids.count)", SandboxClient.now)
                state.observations.append(late)
            }
        } while cursor != nil
        #expect(ids == (0..<10).reversed().map { "o\($0)" })
        let wrong = try await client.ask(
            .get, "LANGFUSE_BASE_URL", "/api/public/v2/observations?cursor=nothing",
            headers: [.init("Authorization", basic)])
        #expect(wrong.response.status == 400)
    }
}
