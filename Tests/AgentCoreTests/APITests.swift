import Actions
import AgentCore
import Basics
import Configuration
import Crypto
import FoundationEssentials
import Glibc
import HTTPAPI
import HTTPClient
import IncidentStore
import JSON
import OnCallModel
import Sandbox
import TestSupport
import Testing
import WebServer

/// The HTTP interface on a stage's store, with an agent that answers.
private final class ServedStage: Sendable {
    let stage: Stage
    let server: WebServer
    let token: String
    private let client = HTTPClient()
    private let answering: Task<Void, any Error>?

    /// `answers`: an agent answers each change as it comes. No other may work on the store then.
    init(_ stage: Stage, answers: Bool = true) async throws {
        self.stage = stage
        let clicks = SlackClicks(signingSecret: Self.slackSecret, clock: stage.clock)
        let file = APIToken(path: "\(stage.folder.path)/api-token")
        try file.create()
        token = try String(contentsOfFile: file.path, encoding: .utf8).filter { !$0.isWhitespace }
        let reader = StoreReader(stage.store)
        var api = API(
            reader: reader, inbox: IntentInbox(stage.store), clock: stage.clock, token: file,
            hosts: HostRule(listening: "127.0.0.1"), hostName: "host", killFlag: { _ in .json(#"{"kill":false}"#) },
            slackAction: { [clock = stage.clock, inbox = IntentInbox(stage.store)] request in
                await Self.take(request, clicks, inbox, clock)
            })
        api.pagerDutySecret = "pd-secret"
        // A busy machine may take longer than an agent has in operation.
        api.sleep = { _ in try await Task<Never, Never>.never() }
        server = try WebServer(port: 0) { [api] in await api.respond($0) }
        guard answers else {
            answering = nil
            return
        }
        answering = Task { [agent = stage.agent] in
            let waiting = StoreQuery<[Int64]> { try $0.pendingIntents().map(\.id) }
            for try await ids in reader.observe(waiting) where !ids.isEmpty { try await agent.answerOnce() }
        }
    }

    deinit { answering?.cancel() }

    private static let slackSecret = "slack-secret"

    private static func take(
        _ request: WebRequest, _ clicks: SlackClicks, _ inbox: IntentInbox, _ clock: WallClock
    ) async -> WebResponse {
        guard case .accepted(let click) = await clicks.read(request),
            (try? await inbox.append(click.intent, author: click.author, at: clock.now())) != nil
        else { return WebResponse(status: 401) }
        return WebResponse(status: 200)
    }

    /// A click in Slack, signed as Slack does.
    func click(_ item: ApprovalItem, by user: String, at time: String) async throws -> Int {
        let payload: JSONValue = [
            "type": "block_actions", "user": ["id": .string(user)],
            "actions": [
                [
                    "action_id": .string("sentinel_approve_\(item.id)"), "action_ts": .string(time),
                    "value": .string("\(item.id) \(item.fingerprint)"),
                ]
            ],
        ]
        let body = "payload=" + PercentEncoding.encode(payload.serialized)
        let stamp = String(stage.clock.now().milliseconds / 1000)
        let code = HMACSHA256.authenticationCode(
            for: Array("v0:\(stamp):\(body)".utf8), key: Array(Self.slackSecret.utf8))
        return try await send(
            .post, SlackClicks.path, body,
            headers: [
                .init("Content-Type", "application/x-www-form-urlencoded"), .init("X-Slack-Request-Timestamp", stamp),
                .init("X-Slack-Signature", "v0=\(Hexadecimal.text(of: code))"),
            ]
        ).status
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, headers: [HTTPRequest.Header]? = nil
    ) async throws -> (status: Int, body: JSONValue) {
        let own = [HTTPRequest.Header("Authorization", "Bearer \(token)")]
        let response = try await client.send(
            HTTPRequest(
                method, "http://127.0.0.1:\(server.port)\(path)", headers: headers ?? own,
                body: body.map { Array($0.utf8) }))
        return (response.status, (try? JSONDocument.parse(response.body)) ?? .null)
    }

    /// Sends alerts, and lets an agent store them.
    func sendAlerts(_ body: String, headers: [HTTPRequest.Header]? = nil) async throws -> JSONValue {
        let answer = try await send(.post, "/api/alerts", body, headers: headers)
        #expect(answer.status == 200, "\(answer.body)")
        try await stage.agent.answerOnce()
        return answer.body
    }
}

extension Task where Success == Never, Failure == Never {
    /// Waits until it is cancelled.
    fileprivate static func never() async throws {
        for await _ in AsyncStream<Never>.makeStream().stream {}
        try Task<Never, Never>.checkCancellation()
    }
}

@Suite("The JSON API on the store of an agent")
struct APITests {
    @Test("Each answer has the shape that the OpenAPI document gives it")
    func shapes() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        _ = try await stage.agent.makeDigestOnce(nil)
        _ = try await IntentInbox(stage.store).append(
            .scorePull(412, comments: false), author: "eve@host (test)", at: stage.clock.now())
        try await stage.agent.answerOnce()
        let served = try await ServedStage(stage)
        let incident = try #require(try await stage.read(.incidents(limit: 1)).first?.id)
        let forensics = try await stage.read(.forensics(ofIncident: incident))
        let trace = try #require(forensics?.traces.first?.traceID)
        let feature = try await stage.read(StoreQuery { try $0.features() }).first?.feature
        let places = [
            "/api/incidents/{id}": "/api/incidents/\(incident)", "/api/approvals/{id}": "/api/approvals/1",
            "/api/loops/{trace}/fingerprint": "/api/loops/\(stage.truth.loopTrace)/fingerprint",
            "/api/forensics/incident/{id}": "/api/forensics/incident/\(incident)",
            "/api/forensics/trace/{id}": "/api/forensics/trace/\(trace)",
            "/api/quality/feature/{name}/validation": feature.map { "/api/quality/feature/\($0)/validation" },
            "/api/commits": "/api/commits?shas=\(stage.truth.culprit.prefix(9))",
            "/api/risk/current/{pr}": "/api/risk/current/412", "/v1/kill": "/v1/kill?trace=t1",
        ]
        var full: Set<String> = []
        for route in API.routes where route.method == .get {
            guard let shape = route.answer else { continue }
            let path = try #require(places[route.path] ?? route.path)
            let answer = try await served.send(.get, path)
            #expect(answer.status == 200, "\(path): \(answer.body)")
            #expect(SchemaCheck.problems(answer.body, shape.json, at: path) == [])
            if answer.body.array?.isEmpty == false { full.insert(route.path) }
        }
        #expect(
            full.isSuperset(of: [
                "/api/incidents", "/api/loops/history", "/api/approvals", "/api/quality/snapshots", "/api/commits",
            ]), "\(full)")
    }

    @Test("Of ten decisions at once one is made; the others are told who was first")
    func decisions() async throws {
        let stage = try Stage()
        let report = try await stage.scan()
        let served = try await ServedStage(stage)
        let request = try #require(report.approvals.first { $0.action.kind == .review })
        let path = "/api/approvals/\(request.id)"
        let changed = try await served.send(.post, "\(path)/approve", #"{"seen":"0000000000000000"}"#)
        #expect(changed.status == 409)
        #expect(changed.body["error"]?.string?.contains("has changed") == true, "\(changed.body)")
        let body = #"{"seen":"\#(request.fingerprint.text)"}"#
        let answers = try await withThrowingTaskGroup(of: (status: Int, body: JSONValue).self) { group in
            for number in 0..<10 {
                group.addTask {
                    try await served.send(.post, "\(path)/\(number % 2 == 0 ? "approve" : "reject")", body)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.filter { $0.status == 200 }.count == 1)
        let late = answers.filter { $0.status != 200 }
        #expect(late.allSatisfy { $0.status == 409 })
        #expect(late.allSatisfy { $0.body["error"]?.string?.contains("@host (api)") == true }, "\(late)")
        let decided = try #require(try await stage.read(StoreQuery { try $0.approval(request.id) }))
        #expect(decided.status != .pending && decided.resolvedBy?.hasSuffix("@host (api)") == true)
        let stats = try await served.send(.get, "/api/approvals/stats")
        #expect(stats.body[decided.status.rawValue] == 1)
    }

    @Test("Of a hundred approvals at once from four entry points one is carried out, once (row 26)")
    func race() async throws {
        let stage = try Stage()
        let report = try await stage.scan()
        let settings = SettingsFile(path: "\(stage.folder.path)/settings.json")
        try settings.addRow(to: "people", [("name", "Carol"), ("slack", "U0CAROL"), ("unix", "carol")])
        for name in ["alice", "bob", String(cString: getpwuid(geteuid()).pointee.pw_name)] {
            try settings.addRow(to: "people", [("name", name), ("unix", name)])
        }
        let request = try #require(report.approvals.first { $0.action.kind == .review })
        let served = try await ServedStage(stage)
        let inbox = IntentInbox(stage.store)
        let now = stage.clock.now()
        let statuses = try await withThrowingTaskGroup(of: Int?.self) { group in
            for number in 0..<25 {
                for author in ["alice@host (console)", "bob@host (command line)"] {
                    group.addTask {
                        _ = try await inbox.append(
                            .approve(request: request.id, seen: request.fingerprint), author: author, at: now)
                        return nil
                    }
                }
                group.addTask { try await served.click(request, by: "U0CAROL", at: "1.\(number)") }
                group.addTask {
                    try await served.send(
                        .post, "/api/approvals/\(request.id)/approve",
                        #"{"seen":"\#(request.fingerprint.text)"}"#
                    ).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }.compactMap { $0 }
        }
        #expect(statuses.count == 50 && Set(statuses).isSubset(of: [200, 409]), "\(statuses)")
        for try await waiting in StoreReader(stage.store).observe(StoreQuery { try $0.pendingIntents() })
        where waiting.isEmpty { break }
        let answers = try await stage.read(
            StoreQuery { store in try (1...100).compactMap { try store.answer(toIntent: $0) } })
        let decided = try #require(try await stage.read(StoreQuery { try $0.approval(request.id) }))
        let first = try #require(decided.resolvedBy)
        #expect(answers.count == 100 && answers.count { !$0.isRefused } == 1 && decided.status == .approved)
        let late = answers.filter(\.isRefused)
        #expect(late.allSatisfy { $0.text.contains("already approved by \(first)") }, "\(late.prefix(3))")
        let incident = try #require(request.incident)
        let acts = try #require(try await stage.read(.incident(incident))).acts.filter { $0.action.kind == .review }
        #expect(acts.count == 1 && acts[0].state == .done)
        let asked = stage.world.read { Array($0.messages.values.joined()) }.filter {
            $0.text.contains("please review commit")
        }
        #expect(asked.count == 1)
    }

    @Test("Settings change as far as they are valid; a scan of the quality starts")
    func changes() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        let served = try await ServedStage(stage)
        let changed = try await served.send(.put, "/api/settings", #"{"on_call_minutes":20,"approval_hours":0}"#)
        #expect(changed.status == 409 && changed.body["error"]?.string?.contains("approval_hours") == true)
        #expect(try await served.send(.get, "/api/settings").body["on_call_minutes"]?.double == 20)
        let scan = try await served.send(.post, "/api/quality/scan", "")
        #expect(scan.status == 200 && scan.body["status"] == "scan_started", "\(scan.body)")
    }

    @Test("An alert of Alertmanager is in the report and the timeline of the incident around it, once")
    func alertmanager() async throws {
        let stage = try Stage()
        try await stage.withWriter { _ in }
        let served = try await ServedStage(stage, answers: false)
        func body(_ status: String, ends: String) -> String {
            """
            {"version":"4","groupKey":"{}:{}","truncatedAlerts":0,"status":"\(status)","receiver":"sentinel","alerts":[{
            "status":"\(status)","labels":{"alertname":"HighLatency","severity":"page","service":"assistant"},
            "annotations":{"summary":"p99 above 4 s <!channel>"},"startsAt":"2026-11-24T14:05:00Z","endsAt":"\(ends)",
            "generatorURL":"http://prometheus/graph","fingerprint":"c20e3b5a1f2d"}]}
            """
        }
        let firing = body("firing", ends: "0001-01-01T00:00:00Z")
        #expect(try await served.sendAlerts(firing) == ["received": 1, "ignored": 0])
        _ = try await served.sendAlerts(firing)
        let report = try await stage.scan()
        let sentence = "Alertmanager: HighLatency (p99 above 4 s <!channel>) firing since 14:05Z"
        for incident in report.incidents {
            #expect(incident.report.contains("Alertmanager: HighLatency"), "\(incident.report)")
            let timeline = try await stage.read(StoreQuery { try $0.timeline(ofIncident: incident.summary.id) })
            #expect(timeline.filter { $0.event == sentence }.map(\.author) == ["alertmanager"])
        }
        #expect(!stage.posts.contains { "\($0)".contains("<!channel>") })
        _ = try await served.sendAlerts(body("resolved", ends: "2026-11-24T14:15:00Z"))
        let id = try #require(report.incidents.first?.summary.id)
        let timeline = try await stage.read(StoreQuery { try $0.timeline(ofIncident: id) })
        #expect(timeline.filter { $0.event.hasSuffix("fired from 14:05Z to 14:15Z") }.count == 1)
        #expect(try await stage.read(StoreQuery { try $0.outsideAlerts(limit: 10) }).count == 1)
    }

    @Test("With the setting, an alert is an incident of its own until it ends")
    func ownIncident() async throws {
        let stage = try Stage()
        _ = try SettingsFile(path: "\(stage.folder.path)/settings.json").change("outside_alerts", to: "true")
        _ = try await stage.scan()
        let served = try await ServedStage(stage, answers: false)
        func body(_ status: String, ends: String) -> String {
            """
            {"version":"4","groupKey":"{}","status":"\(status)","receiver":"sentinel","alerts":[{"status":"\(status)",
            "labels":{"alertname":"QueueFull","severity":"critical"},"annotations":{},"startsAt":"2026-11-24T14:05:00Z",
            "endsAt":"\(ends)","fingerprint":"aa01"}]}
            """
        }
        func incidents() async throws -> [IncidentSummary] {
            try await stage.read(.incidents(limit: 50)).filter { $0.type == .outsideAlert }
        }
        _ = try await served.sendAlerts(body("firing", ends: "0001-01-01T00:00:00Z"))
        _ = try await stage.scan()
        let incident = try #require(try await incidents().first)
        #expect(incident.subject == "QueueFull" && incident.state == .open)
        #expect(stage.posts.filter { $0.text.contains("QueueFull") }.count == 1)
        _ = try await served.sendAlerts(body("resolved", ends: "2026-11-24T14:15:00Z"))
        _ = try await stage.scan()
        #expect(try await incidents().map(\.state) == [.resolved])
    }

    @Test("A signed PagerDuty webhook opens and ends an alert; an older event that comes late changes nothing")
    func pagerDuty() async throws {
        let stage = try Stage()
        _ = try await stage.scan()
        let served = try await ServedStage(stage, answers: false)
        func send(_ type: String, _ status: String, at time: String) async throws {
            let body = """
                {"event":{"id":"01","event_type":"incident.\(type)","resource_type":"incident","occurred_at":"\(time)",
                "agent":null,"client":null,"data":{"id":"PGR0VU2","type":"incident","number":2,"status":"\(status)",
                "created_at":"2026-11-24T14:02:00Z","title":"Checkout is slow","urgency":"high",
                "service":{"id":"PF9KMXH","summary":"API Service","type":"service_reference"}}}}
                """
            let code = HMACSHA256.authenticationCode(for: Array(body.utf8), key: Array("pd-secret".utf8))
            let signature = "v1=\(Hexadecimal.text(of: code))"
            let answer = try await served.sendAlerts(body, headers: [.init("X-PagerDuty-Signature", signature)])
            #expect(answer == ["received": 1, "ignored": 0])
        }
        try await send("triggered", "triggered", at: "2026-11-24T14:02:00Z")
        try await send("resolved", "resolved", at: "2026-11-24T14:12:00Z")
        try await send("acknowledged", "acknowledged", at: "2026-11-24T14:05:00Z")
        let alerts = try await stage.read(StoreQuery { try $0.outsideAlerts(limit: 10) })
        #expect(alerts.map(\.sentence) == ["PagerDuty: Checkout is slow fired from 14:02Z to 14:12Z"])
        #expect(alerts.first?.labels.first == .init("service", "API Service"))
        let answer = try await served.send(.get, "/api/alerts")
        #expect(SchemaCheck.problems(answer.body[0] ?? .null, ["$ref": "#/components/schemas/OutsideAlert"]) == [])
    }
}
