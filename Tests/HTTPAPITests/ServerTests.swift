import Basics
import FoundationEssentials
import HTTPClient
import IncidentStore
import JSON
import OnCallModel
import TestSupport
import Testing
import WebServer

@testable import HTTPAPI

/// A server on an empty store, without an agent that answers.
private final class Served: Sendable {
    let folder = TemporaryFolder()
    let moment = Lock(Instant(iso8601: "2026-11-24T03:00:00Z") ?? Instant(milliseconds: 0))
    let writer: StoreWriter
    let server: WebServer
    let token: String
    private let client = HTTPClient()

    init(isOnLoopback: Bool = true) async throws {
        let (path, moment) = ("\(folder.path)/sentinel.db", moment)
        let clock = WallClock { moment.withLock { $0 } }
        writer = try await StoreWriter.open(path, holder: "host:1", pid: 1, at: clock.now())
        let file = APIToken(path: "\(folder.path)/api-token")
        try file.create()
        token = try String(contentsOfFile: file.path, encoding: .utf8).trimmed
        var api = API(
            reader: StoreReader(path), inbox: IntentInbox(path), clock: clock, token: file,
            hosts: HostRule(listening: "127.0.0.1"), hostName: "host", killFlag: { _ in .json("{}") },
            slackAction: { _ in WebResponse(status: 200) })
        api.isOnLoopback = isOnLoopback
        api.pagerDutySecret = "pd-secret"
        api.callsLeft = { ["lang\"fuse\n\\": 3] }
        // The agent does not answer, and waiting for it takes no time.
        api.sleep = { _ in }
        server = try WebServer(port: 0) { [api] in await api.respond($0) }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8]? = nil, headers: [HTTPRequest.Header]? = nil
    ) async throws -> HTTPResponse {
        let own = [HTTPRequest.Header("Authorization", "Bearer \(token)")]
        return try await client.send(
            HTTPRequest(method, "http://127.0.0.1:\(server.port)\(path)", headers: headers ?? own, body: body))
    }

    func error(of response: HTTPResponse) throws -> String {
        try JSONDocument.parse(response.body)["error"]?.string ?? ""
    }
}

@Suite("The HTTP interface of an agent")
struct ServerTests {
    @Test("Without the token, or with another one, each of its routes answers 401 and names the file")
    func unauthorized() async throws {
        let served = try await Served()
        for route in API.routes {
            let needsToken =
                switch route.access {
                case .token, .tokenOrPagerDuty: true
                case .open, .local, .slack: false
                }
            let path = route.path.replacing(/\{\w+\}/, with: "1")
            let method: HTTPRequest.Method =
                switch route.method {
                case .get: .get
                case .post: .post
                case .put: .put
                }
            for header in ["", "Bearer", "Bearer " + String(repeating: "0", count: 64), "Basic \(served.token)"] {
                let response = try await served.send(
                    method, path, body: method == .get ? nil : [], headers: [.init("Authorization", header)])
                #expect((response.status == 401) == needsToken, "\(route.method) \(path)")
                guard needsToken else { continue }
                #expect(try served.error(of: response).contains("\(served.folder.path)/api-token"))
                #expect(response.header("www-authenticate") == "Bearer")
            }
        }
    }

    @Test("Unknown paths, other methods, parameters that are not valid, and foreign pages are refused")
    func refusals() async throws {
        let served = try await Served()
        #expect(try await served.send(.get, "/api/nothing").status == 404)
        #expect(try await served.send(.get, "/api/incidents/1").status == 404)
        #expect(try await served.send(.get, "/api/approvals/1").status == 404)
        #expect(try await served.send(.post, "/api/approvals/7/approve", body: []).status == 404)
        let put = try await served.send(.put, "/api/alerts", body: [])
        #expect(put.status == 405 && put.header("allow") == "GET, POST, HEAD")
        for path in [
            "/api/incidents?limit=0", "/api/incidents?limit=x", "/api/incidents?limit=1001", "/api/incidents?state=new",
            "/api/incidents/x", "/api/incidents/-1", "/api/commits", "/api/commits?shas=%27%20OR%201=1",
            "/api/commits?shas=%25%25%25%25%25%25%25",
        ] {
            #expect(try await served.send(.get, path).status == 400, "\(path)")
        }
        let origin = HTTPRequest.Header("Origin", "http://evil.test")
        #expect(try await served.send(.get, "/metrics", headers: [origin]).status == 403)
        let host = HTTPRequest.Header("Host", "evil.test")
        #expect(try await served.send(.get, "/healthz", headers: [host]).status == 421)
    }

    @Test("The latest digest is 404 while there is none, then complete; the history is the latest week first")
    func digests() async throws {
        let served = try await Served()
        #expect(try await served.send(.get, "/api/digest/latest").status == 404)
        #expect(try await served.send(.get, "/api/digest/history").text == "[]")
        try await served.writer.transaction { store in
            for week in ["2026-W47", "2026-W48"] {
                let now = Instant(seconds: 1_764_000_000)
                try store.saveDigest(
                    DigestRecord(
                        week: week, zone: "UTC", from: now, until: now, madeAt: now, isFinal: true,
                        document: .with { $0.title = week }, markdown: "# \(week)\n", facts: ["week": .string(week)]))
            }
        }
        let latest = try await served.send(.get, "/api/digest/latest").text
        #expect(latest.contains(##""markdown":"# 2026-W48\n""##) && latest.contains(#""final":true"#))
        let history = try await served.send(.get, "/api/digest/history?limit=5").text
        let places = ["2026-W48", "2026-W47"].compactMap { history.firstRange(of: $0)?.lowerBound }
        #expect(places.count == 2 && places == places.sorted() && !history.contains("markdown"))
    }

    @Test("A change that no agent answers is answered with 504, and stays recorded with its author")
    func silence() async throws {
        let served = try await Served()
        let response = try await served.send(.post, "/api/quality/scan", body: [])
        #expect(response.status == 504)
        #expect(try served.error(of: response).contains("does not answer"))
        let intents = try await served.writer.read { try $0.pendingIntents() }
        #expect(intents.map(\.intent) == [.patrol])
        #expect(intents.first?.author.hasSuffix("@host (api)") == true)
    }

    @Test("Hostile bodies are refused or bounded, and control characters are removed")
    func hostile() async throws {
        let served = try await Served()
        let deep = Array(String(repeating: "[", count: 5000).utf8)
        for path in ["/api/alerts", "/api/approvals/1/approve"] {
            #expect(try await served.send(.post, path, body: deep).status == 400)
            #expect(try await served.send(.post, path, body: Array("{\"a\":".utf8)).status == 400)
            let large = try await served.send(.post, path, body: [UInt8](repeating: 0x20, count: 1 << 20 | 1))
            #expect(large.status == 413)
        }
        #expect(try await served.send(.put, "/api/settings", body: Array("[]".utf8)).status == 400)
        let seen = try await served.send(.post, "/api/approvals/1/approve", body: Array(#"{"sene":"x"}"#.utf8))
        #expect(seen.status == 400)
        let title = #"\u001b]52;c;x\u0007 \u202e"# + String(repeating: "w", count: 5000)
        let alert =
            #"{"status":"firing","labels":{"alertname":"\#(title)","a":"\u0000"},"startsAt":"2026-11-24T02:00:00Z"}"#
        let alerts = [String](repeating: alert, count: 150).joined(separator: ",")
        let response = try await served.send(
            .post, "/api/alerts", body: Array(#"{"version":"4","alerts":[\#(alerts),7,{}]}"#.utf8))
        #expect(response.text == #"{"received":100,"ignored":52}"#)
        let intents = try await served.writer.read { try $0.pendingIntents() }
        #expect(intents.count == 13 && intents.allSatisfy { $0.author == "alertmanager (webhook)" })
        guard case .recordAlerts(let stored) = intents.first?.intent, let first = stored.first else {
            Issue.record("no alerts were recorded")
            return
        }
        #expect(first.title.unicodeScalars.count <= OutsideAlert.maxTitle)
        #expect(!first.title.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
    }

    @Test("The metrics are valid lines, each with its HELP and TYPE before it, and labels are escaped")
    func metrics() async throws {
        let served = try await Served()
        let response = try await served.send(.get, "/metrics", headers: [])
        #expect(
            response.status == 200 && response.header("content-type")?.hasPrefix("text/plain; version=0.0.4") == true)
        var declared: Set<String> = []
        for line in response.text.split(separator: "\n") {
            if let match = line.wholeMatch(of: /# TYPE (\w+) gauge/) { declared.insert(String(match.1)) }
            if line.hasPrefix("#") { continue }
            let sample = line.wholeMatch(of: /(\w+)(\{\w+="([^"\\\n]|\\.)*"(,\w+="([^"\\\n]|\\.)*")*\})? -?[0-9.e+-]+/)
            #expect(sample.map { declared.contains(String($0.1)) } == true, "\(line)")
        }
        #expect(declared.count == 11)
        #expect(response.text.contains(#"sentinel_source_calls_left{source="lang\"fuse\n\\"} 3"#))
        #expect(response.text.contains(#"sentinel_incidents_open{type="agent_loop",severity="critical"} 0"#))
    }

    @Test("Beyond loopback the metrics need the token too")
    func remoteMetrics() async throws {
        let served = try await Served(isOnLoopback: false)
        #expect(try await served.send(.get, "/metrics", headers: []).status == 401)
        #expect(try await served.send(.get, "/metrics").status == 200)
        #expect(try await served.send(.get, "/healthz", headers: []).status == 200)
    }

    @Test("The agent is healthy until three intervals pass without a successful scan")
    func health() async throws {
        let served = try await Served()
        #expect(try await served.send(.get, "/healthz", headers: []).status == 200)
        served.moment.withLock { $0 = $0 + .minutes(50) }
        let late = try await served.send(.get, "/healthz", headers: [])
        #expect(late.status == 503 && late.text.contains("No scan has succeeded"), "\(late.text)")
        let now = served.moment.withLock { $0 }
        try await served.writer.transaction {
            try $0.saveJob(JobRecord(name: "oncall_brain", lastRunAt: now, nextRunAt: nil))
        }
        #expect(try await served.send(.get, "/healthz", headers: []).status == 200)
    }

    @Test("A PagerDuty webhook needs a valid signature, of which there may be several, or the token")
    func pagerDuty() async throws {
        let served = try await Served()
        let body = Array(
            #"{"event":{"event_type":"pagey.ping","occurred_at":"2026-11-24T03:00:00Z","data":{"type":"ping"}}}"#.utf8)
        func status(_ signature: String) async throws -> Int {
            try await served.send(
                .post, "/api/alerts", body: body, headers: [.init("X-PagerDuty-Signature", signature)]
            ).status
        }
        // printf '%s' BODY | openssl dgst -sha256 -hmac pd-secret
        let valid = "v1=3b8f27876fe71c0da9a44f5a98559a44888724be1969baf1a1b1a494c0f36882"
        #expect(try await status(valid) == 200)
        #expect(try await status("v1=00, \(valid)") == 200)
        for signature in ["", "v1=", "v1=00", String(valid.dropLast()), valid.replacing("v1", with: "v0")] {
            #expect(try await status(signature) == 401, "\(signature)")
        }
        #expect(try await served.send(.post, "/api/alerts", body: body).text == #"{"received":0,"ignored":1}"#)
    }
}
