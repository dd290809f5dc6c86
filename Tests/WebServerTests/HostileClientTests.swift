import Basics
import HTTPClient
import Testing

@testable import WebServer

@Suite("Clients that are slow, many or hostile")
struct HostileClientTests {
    private let client = HTTPClient()

    private func server(_ limits: ConnectionLimits = ConnectionLimits()) throws -> WebServer {
        try WebServer(port: 0, limits: limits) { request in
            WebResponse(status: 200, body: Array("\(request.path) \(request.query.count) \(request.body.count)".utf8))
        }
    }

    private static var quick: ConnectionLimits {
        var limits = ConnectionLimits()
        limits.headers = .milliseconds(1)
        limits.body = .milliseconds(1)
        return limits
    }

    @Test(
        "A client that does not finish its headers or its body is cut off with 408",
        arguments: [
            "", "G", "GET / HTTP/1.1\r\nHost: localhost\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab",
        ])
    func deadline(start: String) async throws {
        let server = try server(Self.quick)
        let slow = try await SlowClient(port: server.port)
        slow.send(start)
        #expect(try await slow.answer().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
    }

    /// No deadline helps here: places are free because slow clients lose theirs.
    @Test("300 clients that hang keep no other client out")
    func crowd() async throws {
        var limits = ConnectionLimits()
        (limits.connections, limits.perPeer, limits.grace) = (64, 48, .milliseconds(0))
        (limits.headers, limits.body) = (.hours(1), .hours(1))
        let server = try server(limits)
        var crowd: [SlowClient] = []
        for number in 0..<300 {
            let slow = try await SlowClient(port: server.port)
            slow.send(
                number.isMultiple(of: 2) ? "GET /v1/kill HT" : "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"
            )
            crowd.append(slow)
            if number.isMultiple(of: 50) {
                let url = "http://127.0.0.1:\(server.port)/v1/kill?trace=a"
                #expect(try await client.send(HTTPRequest(.get, url, timeout: .seconds(20))).text == "/v1/kill 1 0")
            }
        }
        #expect(try await crowd[0].answer().hasPrefix("HTTP/1.1 408"))
    }

    @Test(
        "Any number of parameters is answered, and a request line that is too long gets 414",
        arguments: [1, 1000, 5000, 30_000])
    func parameters(count: Int) async throws {
        let server = try server()
        let url = "http://127.0.0.1:\(server.port)/v1/kill?trace=a" + String(repeating: "&a", count: count)
        let response = try await client.send(HTTPRequest(.get, url, timeout: .seconds(20)))
        #expect(response.text == "/v1/kill \(count + 1) 0")
        let long = "http://127.0.0.1:\(server.port)/?" + String(repeating: "&a", count: 40_000)
        #expect(try await client.send(HTTPRequest(.get, long, timeout: .seconds(20))).status == 414)
    }

    @Test("Too many headers, and too large ones, get 431", arguments: [(1500, 1), (1, 70_000)])
    func headers(count: Int, length: Int) async throws {
        let server = try server()
        let headers = (0..<count).map { HTTPRequest.Header("X-\($0)", String(repeating: "a", count: length)) }
        let request = HTTPRequest(
            .get, "http://127.0.0.1:\(server.port)/", headers: headers, timeout: .seconds(20))
        #expect(try await client.send(request).status == 431)
    }

    @Test("A request line is decoded once, and what is no escape means itself")
    func target() {
        #expect(
            RequestTarget("/v1/a%20b?x=1&x=%C3%A9&flag&a+b=c%2Bd&=v&&").query.map { "\($0.name)=\($0.value)" }
                == ["x=1", "x=é", "flag=", "a b=c+d", "=v"])
        #expect(RequestTarget("/v1/kill%00x").path == "/v1/kill\0x")
        #expect(RequestTarget("/a%2Fb%3Fc").path == "/a/b?c")
        #expect(RequestTarget("/100%?q=%zz").path == "/100%")
        #expect(RequestTarget("/100%?q=%zz").query == [.init("q", "%zz")])
        #expect(RequestTarget("/?").query.isEmpty && RequestTarget("*").path == "*")
    }

    @Test("A host that is not this machine gets 421, and a page of another origin 403")
    func host() {
        func status(_ rule: HostRule, _ host: String?, origin: String? = nil) -> Int? {
            var request = WebRequest(method: "GET", path: "/")
            if let host { request.headers.append(.init("host", host)) }
            if let origin { request.headers.append(.init("origin", origin)) }
            return rule.refusal(of: request)?.status
        }
        let rule = HostRule(listening: "127.0.0.1", names: ["Agents.internal"])
        for host in ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "127.9.9.9", "[::1]:80", "agents.internal:80", nil] {
            #expect(status(rule, host) == nil, "\(host ?? "-")")
        }
        for host in [
            "evil.test", "evil.test:8000", "", "127.0.0.1.evil.test", "localhost.evil.test:80", "10.0.0.1",
            "localhost:x",
        ] {
            #expect(status(rule, host) == 421, "\(host)")
        }
        #expect(status(rule, "localhost:8000", origin: "http://localhost:8000") == nil)
        for origin in ["null", "http://evil.test", "http://localhost:3000", "http://localhost:8000.evil.test", ""] {
            #expect(status(rule, "localhost:8000", origin: origin) == 403, "\(origin)")
        }
        #expect(status(rule, nil, origin: "http://localhost") == 403)
        let open = HostRule(listening: "0.0.0.0")
        #expect(status(open, "10.0.0.1:8000") == nil && status(open, "evil.test") == 421)
    }
}
