import Basics
import HTTPClient
import TestSupport
import Testing

@testable import Sandbox

@Suite("The sandbox's PagerDuty")
struct PagerDutyTests {
    private let policy = PagerDutyAccount.Named(id: "POL1", name: "Assistant on-call")
    private let client: SandboxClient

    /// 130 incidents, one a day, the newest today; the newest is triggered, the second acknowledged, the rest resolved.
    init() throws {
        let policy = policy
        client = try SandboxClient { state in
            state.pagerDuty.users = [.init(id: "PALICE", name: "Alice", email: "alice@acme.example")]
            state.pagerDuty.services = [
                .init(id: "PSVC", name: "assistant", policy: policy, created: SandboxClient.now - .days(400))
            ]
            state.pagerDuty.onCalls = [
                .init(user: "PALICE", policy: policy),
                .init(
                    user: "PALICE", policy: policy, start: SandboxClient.now + .hours(1),
                    end: SandboxClient.now + .hours(9)),
            ]
            state.pagerDuty.incidents = (0..<130).map { day in
                let created = SandboxClient.now - .days(Double(day)) - .minutes(1)
                return .init(
                    id: "Q\(day)", number: 1000 - day, title: "Incident \(day)",
                    status: day == 0 ? "triggered" : day == 1 ? "acknowledged" : "resolved",
                    urgency: day % 2 == 0 ? "high" : "low", service: "PSVC", created: created, assignees: ["PALICE"],
                    alerts: [.init(id: "A\(day)", summary: "alert", key: "k", created: created)],
                    entries: [.init(id: "R\(day)", kind: "trigger", summary: "Triggered", created: created)])
            }
        }
    }

    private var token: HTTPRequest.Header {
        .init("Authorization", "Token token=\(client.variable("PAGERDUTY_TOKEN"))")
    }

    private func get(_ path: String) async throws -> (response: HTTPResponse, body: JSONValue) {
        try await client.ask(.get, "PAGERDUTY_BASE_URL", path, headers: [token])
    }

    @Test("a token with another scheme is rejected")
    func authorisation() async throws {
        let bearer = HTTPRequest.Header("Authorization", "Bearer \(client.variable("PAGERDUTY_TOKEN"))")
        let (response, body) = try await client.ask(.get, "PAGERDUTY_BASE_URL", "/incidents", headers: [bearer])
        #expect(response.status == 401)
        #expect(body["error"]?["code"]?.int == 2006)
        #expect(response.header("ratelimit-limit") == "960")
    }

    @Test("a month is the default, oldest first, and total is null unless requested")
    func lastMonth() async throws {
        let (response, body) = try await get("/incidents")
        #expect(body["incidents"]?.array?.count == 25)
        #expect(body["limit"]?.int == 25)
        #expect(body["more"]?.bool == true)
        #expect(body["total"]?.isNull == true)
        #expect(body["incidents"]?[0]?["id"]?.string == "Q29")
        #expect(response.header("ratelimit-reset") == "60")
        #expect(try await get("/incidents?total=true").body["total"]?.int == 30)
    }

    @Test("offsets lead through a window, at most 100 at a time")
    func paging() async throws {
        var ids: [String] = []
        var hasMore = true
        while hasMore {
            let (_, page) = try await get(
                "/incidents?since=2026-07-01T00:00:00Z&until=2026-11-24T14:20:00Z&limit=500&offset=\(ids.count)"
                    + "&sort_by=created_at:desc")
            #expect(page["limit"]?.int == 100)
            ids += page["incidents"]?.column("id") ?? []
            hasMore = page["more"]?.bool ?? false
        }
        #expect(ids == (0..<130).map { "Q\($0)" })
    }

    @Test("more than six months, and more than ten thousand rows, are rejected")
    func limits() async throws {
        #expect(try await get("/incidents?since=2026-01-01T00:00:00Z").response.status == 400)
        #expect(try await get("/incidents?date_range=all&total=true").body["total"]?.int == 130)
        let (response, body) = try await get("/incidents?offset=9950&limit=100")
        #expect(response.status == 400)
        #expect(body["error"]?["code"]?.int == 2002)
        #expect(body["error"]?["errors"]?[0]?.string?.contains("10000") == true)
    }

    @Test("repeated filters are alternatives, different ones are combined")
    func filters() async throws {
        let open = try await get("/incidents?statuses[]=triggered&statuses[]=acknowledged&sort_by=incident_number:desc")
        #expect(open.body["incidents"]?.column("id") == ["Q0", "Q1"])
        let high = try await get("/incidents?statuses[]=triggered&statuses[]=acknowledged&urgencies[]=high")
        #expect(high.body["incidents"]?.column("id") == ["Q0"])
        #expect(try await get("/incidents?service_ids[]=OTHER").body["incidents"]?.array?.isEmpty == true)
    }

    @Test("an incident has alerts, notes and a log; an unknown one is 404")
    func detail() async throws {
        let incident = try await get("/incidents/Q0").body["incident"]
        #expect(incident?["service"]?["type"]?.string == "service_reference")
        #expect(incident?["resolved_at"]?.isNull == true)
        #expect(incident?["alert_counts"]?["triggered"]?.int == 1)
        #expect(try await get("/incidents/Q0/alerts").body["alerts"]?.column("id") == ["A0"])
        #expect(
            try await get("/incidents/Q0/log_entries").body["log_entries"]?.column("type") == ["trigger_log_entry"])
        let missing = try await get("/incidents/NOWHERE")
        #expect(missing.response.status == 404)
        #expect(missing.body["error"]?["code"]?.int == 2100)
        let since = (SandboxClient.now - .days(2)).iso8601Seconds
        #expect(try await get("/log_entries?since=\(since)").body["log_entries"]?.column("id") == ["R0", "R1"])
    }

    @Test("a service has the status of its incidents, and current on-call duty can have no dates")
    func around() async throws {
        #expect(try await get("/services").body["services"]?[0]?["status"]?.string == "critical")
        let calls = try await get("/oncalls").body["oncalls"]?.array ?? []
        #expect(calls.count == 1)
        #expect(calls.first?["start"]?.isNull == true)
        #expect(try await get("/users?query=ali").body["users"]?.column("email") == ["alice@acme.example"])
    }
}
