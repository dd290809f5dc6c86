import Basics
import HTTPClient
import JSON
import Scenarios
import TestSupport
import Testing

@testable import Sandbox

@Suite("A scenario as the providers serve it")
struct ScenarioServingTests {
    private static let now = SandboxClient.now
    private static let scenario = Scenario.everything(now: now, seed: 3)
    private let client: SandboxClient

    init() throws {
        let world = SandboxWorld(clock: .fixed(Self.now))
        Self.scenario.populate(world)
        let state = world.read { $0 }
        client = try SandboxClient { $0 = state }
    }

    private func langfuse(_ path: String) async throws -> JSONValue {
        // pk-lf-sandbox-0001:sk-lf-sandbox-0001
        let basic = "Basic cGstbGYtc2FuZGJveC0wMDAxOnNrLWxmLXNhbmRib3gtMDAwMQ=="
        return try await client.ask(
            .get, "LANGFUSE_BASE_URL", "/api/public\(path)", headers: [.init("Authorization", basic)]
        ).body
    }

    private func sentry(_ path: String) async throws -> (response: HTTPResponse, body: JSONValue) {
        try await client.ask(
            .get, "SENTRY_BASE_URL", "/api/0/organizations/acme/\(path)",
            headers: [.init("Authorization", "Bearer \(client.variable("SENTRY_TOKEN"))")])
    }

    /// All pages of a query, by cursor.
    private func observations(_ query: String) async throws -> [JSONValue] {
        var (rows, cursor) = ([JSONValue](), String?.none)
        repeat {
            let page = try await langfuse("/v2/observations?limit=400&\(query)\(cursor.map { "&cursor=\($0)" } ?? "")")
            rows += page["data"]?.array ?? []
            cursor = page["meta"]?["cursor"]?.string
        } while cursor != nil
        return rows
    }

    private static let fields = "core,basic,io,model,usage,prompt,trace_context"

    @Test("every observation of six hours comes once, with all its fields")
    func whole() async throws {
        let from = Self.now - .hours(6)
        let rows = try await observations("fields=\(Self.fields)&fromStartTime=\(from.iso8601)")
        let planted = Self.scenario.contents.observations.filter { $0.start >= from }
        let starts = JSONValue.array(rows).column("startTime")
        #expect(rows.count == planted.count && rows.count > 1000)
        #expect(starts == starts.sorted(by: >))
        let byID = Dictionary(rows.map { ("\($0["traceId"]?.string ?? "") \($0["id"]?.string ?? "")", $0) }) { $1 }
        for row in planted {
            let served = try #require(byID["\(row.traceID) \(row.id)"])
            #expect(served["parentObservationId"]?.string == row.parentID)
            #expect(served["isRootObservation"]?.bool == (row.parentID == nil))
            let texts = [
                "type": row.type, "name": row.name, "level": row.level, "statusMessage": row.statusMessage,
                "release": row.release, "environment": row.environment, "traceName": row.traceName,
                "promptName": row.promptName, "input": row.input, "output": row.output,
            ]
            for (name, text) in texts { #expect(served[name]?.string == text, "\(name)") }
            #expect(served["promptVersion"]?.int == row.promptVersion)
            #expect(served["endTime"]?.isNull == row.isOpen)
            #expect(served["totalCost"]?.double == row.cost)
            #expect((served["costDetails"]?["total"] == nil) == row.model.isEmpty)
        }
    }

    @Test("filters by trace, name, type and level find their observations")
    func filters() async throws {
        let rows = Self.scenario.contents.observations
        let loop = try #require(Self.scenario.expectations(.agentLoop, .found).first).subject
        #expect(try await observations("traceId=\(loop)").count == rows.filter { $0.traceID == loop }.count)
        #expect(try await observations("traceId=\(loop)&parentObservationId=").count == 1)
        for name in ["track_parcel", "lookup_vat", "support-chat"] {
            #expect(try await observations("name=\(name)").count == rows.filter { $0.name == name }.count)
        }
        let errors = try await observations("level=ERROR&type=TOOL")
        #expect(errors.count == 18 && Set(JSONValue.array(errors).column("name")) == ["quote_rates"])
    }

    @Test("the older API embeds JSON, and writes null for missing values")
    func older() async throws {
        let page = try await langfuse("/observations?type=TOOL&name=get_customer&limit=3")
        let planted = Self.scenario.contents.observations.filter { $0.name == "get_customer" }
        #expect(page["meta"]?["totalItems"]?.int == planted.count)
        let row = try #require(page["data"]?[0])
        #expect(row["output"]?["tier"]?.string != nil && row["input"]?["customer"]?.int != nil)
        #expect(row["model"]?.isNull == true && row["calculatedTotalCost"]?.isNull == true)
        #expect(row["statusMessage"]?.isNull == true && row["usageDetails"] == [:])
        #expect(row["parentObservationId"]?.string != nil)
        let text = try await langfuse("/observations?name=ticket-summary&limit=1&type=GENERATION")
        #expect(text["data"]?.array?.isEmpty == true)
        let prose = try await langfuse("/observations?name=contract-review&limit=1")
        #expect(prose["data"]?[0]?["output"]?.string?.hasSuffix(".") == true, "text stays text")
    }

    @Test("the hours of an old issue show its rise, and its newest events name the traces")
    func risingIssue() async throws {
        let expectations = Self.scenario.expectations(.errorCascade, .found)
        let issues = Self.scenario.contents.issues
        let old = try #require(
            expectations.compactMap { expectation in issues.first { $0.id == expectation.subject } }.first {
                !$0.bursts.isEmpty
            })
        let rows = try await sentry("issues/?query=&limit=100").body
        #expect(rows.array?.count == issues.count)
        let row = try #require(rows.array?.first { $0["id"]?.string == old.id })
        #expect(row["count"]?.string == String(old.count))
        let hours = try #require(row["stats"]?["24h"]?.array)
        let counts = hours.map { $0[1]?.int ?? 0 }
        #expect(hours.count == 24 && hours.last?[0]?.int == Int(Self.now.startOfHour.milliseconds / 1000))
        #expect(counts.prefix(20).allSatisfy { $0 < 10 } && counts.suffix(3).reduce(0, +) > 3500)
        let (response, events) = try await sentry("issues/\(old.id)/events/")
        #expect(events.array?.count == 100)
        #expect(response.header("link")?.contains("rel=\"next\"; results=\"true\"") == true)
        let traces = events.array?.compactMap { event in
            event["tags"]?.array?.first { $0["key"]?.string == "trace_id" }?["value"]?.string
        }
        #expect(traces?.count ?? 0 >= 95 && Set(traces ?? []).isSubset(of: Set(old.traces)))
        #expect(Set(traces ?? []).count > 3)
    }

    @Test("an issue's events name only its traces")
    func tracedIssue() async throws {
        let issue = try #require(Self.scenario.contents.issues.first { $0.culprit.contains("track_parcel") })
        let events = try await sentry("issues/\(issue.id)/events/").body.array ?? []
        let traces = events.compactMap { event in
            event["tags"]?.array?.first { $0["key"]?.string == "trace_id" }?["value"]?.string
        }
        let calls = Self.scenario.contents.observations.filter { $0.name == "track_parcel" }
        let onset = try #require(Self.scenario.expectations.first { $0.subject == "track_parcel" }?.onset)
        #expect(Set(traces) == Set(calls.filter { $0.start >= onset }.map(\.traceID)))
    }

    @Test("GitHub has the culprit with its patch, Langfuse the versions of its prompt, Slack the messages")
    func others() async throws {
        let expectation = try #require(
            Self.scenario.expectations.first { $0.subject == "support-chat" && $0.verdict == .found })
        guard case .commit(let sha) = expectation.cause else { throw Missing() }
        let token = HTTPRequest.Header("Authorization", "Bearer \(client.variable("GITHUB_TOKEN"))")
        let agent = HTTPRequest.Header("User-Agent", "test")
        let commit = try await client.ask(
            .get, "GITHUB_BASE_URL", "/repos/acme/assistant/commits/\(sha)", headers: [token, agent]
        ).body
        #expect(commit["files"]?[0]?["filename"]?.string == "prompts/support-chat.md")
        #expect(commit["files"]?[0]?["patch"]?.string?.contains("answer") == true)
        let prompt = try await langfuse("/v2/prompts/support-chat-prompt")
        let newest = Self.scenario.contents.prompts.first { $0.name == "support-chat-prompt" }?.versions.last
        #expect(prompt["version"]?.int == newest?.number)
        let scores = try await langfuse(
            "/v3/scores?name=helpfulness&limit=100&fromTimestamp=\((Self.now - .hours(1)).iso8601)")
        #expect(scores["data"]?.array?.isEmpty == false)
        let slack = HTTPRequest.Header("Authorization", "Bearer \(client.variable("SLACK_TOKEN"))")
        let said = try await client.ask(
            .get, "SLACK_BASE_URL", "/api/conversations.history?channel=C0INCIDENTS", headers: [slack]
        ).body
        #expect(said["messages"]?.array?.count == Self.scenario.contents.messages.count)
    }

    private struct Missing: Error {}
}
