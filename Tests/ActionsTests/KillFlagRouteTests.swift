import Basics
import HTTPClient
import JSON
import Testing

@testable import Actions
@testable import WebServer

@Suite("The kill flag over HTTP")
struct KillFlagRouteTests {
    private let flags = KillFlags(startedAt: Scene.now) { _ in }
    private let client = HTTPClient()
    private let server: WebServer
    private var root: String { "http://127.0.0.1:\(server.port)" }
    private let flag = KillFlags.Flag(trace: "t 1", agent: "bot", reason: "loop", since: Scene.now)

    init() throws {
        let routes = KillFlagRoutes(flags: flags, clock: .fixed(Scene.now))
        server = try WebServer(port: 0) { routes.respond($0) ?? WebResponse(status: 404) }
    }

    private func get(_ path: String, known: String? = nil) async throws -> HTTPResponse {
        let headers = known.map { [HTTPRequest.Header("If-None-Match", $0)] } ?? []
        return try await client.send(HTTPRequest(.get, root + path, headers: headers))
    }

    @Test("A trace may continue until its flag is raised; the response then has the reason and the time")
    func raise() async throws {
        #expect(try await get("/v1/kill?trace=t%201").text == "{\"kill\":false}")
        #expect(flags.deliveredAt(trace: "t 1") == nil)
        try await flags.raise(flag)
        let document = try JSONDocument.parse(try await get("/v1/kill?trace=t%201&agent=bot").body)
        #expect(
            document == ["kill": true, "trace": "t 1", "reason": "loop", "since": "2026-11-24T03:00:00.000Z"])
        #expect(flags.deliveredAt(trace: "t 1") == Scene.now)
        #expect(try await get("/v1/kill?trace=other").text == "{\"kill\":false}")
    }

    @Test("A known answer is an empty 304 until it changes")
    func entityTag() async throws {
        let first = try await get("/v1/kill?trace=t%201")
        let tag = try #require(first.header("etag"))
        for known in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
            let again = try await get("/v1/kill?trace=t%201", known: known)
            #expect(again.status == 304 && again.body.isEmpty && again.header("etag") == tag)
        }
        try await flags.raise(flag)
        let changed = try await get("/v1/kill?trace=t%201", known: tag)
        #expect(changed.status == 200 && changed.text.contains("true"))
    }

    @Test("A request without a trace or with another method gets an error")
    func refusals() async throws {
        let missing = try await get("/v1/kill?agent=bot")
        #expect(missing.status == 400 && missing.text.contains("trace="))
        #expect(try await get("/v1/kill?trace=").status == 400)
        #expect(try await get("/v1/kill?trace=" + String(repeating: "a", count: 1025)).status == 400)
        let post = try await client.send(HTTPRequest(.post, root + "/v1/kill?trace=a", body: []))
        #expect(post.status == 405 && post.header("allow") == "GET, HEAD")
        #expect(try await get("/v1/other").status == 404)
        let head = WebRequest(method: "HEAD", path: "/v1/kill", query: [.init("trace", "a")])
        #expect(KillFlagRoutes(flags: flags, clock: .fixed(Scene.now)).respond(head)?.status == 200)
    }

    @Test("Polls are recorded by trace and by agent, within a limit")
    func askers() {
        #expect(flags.lastPolled(trace: "a", agent: "bot") == nil)
        _ = flags.check(trace: "other", agent: "bot", now: Scene.now)
        #expect(flags.lastPolled(trace: "a", agent: "bot") == Scene.now)
        #expect(flags.lastPolled(trace: "a", agent: "") == nil)
        for number in 1...10_000 {
            _ = flags.check(trace: "t\(number)", agent: nil, now: Scene.now + .seconds(Double(number)))
        }
        #expect(flags.lastPolled(trace: "t1", agent: "") == nil)
        #expect(flags.lastPolled(trace: "t10000", agent: "") == Scene.now + .seconds(10_000))
    }

    @Test("Stored flags are set after a restart, and an earlier one is not replaced")
    func restart() async throws {
        let kept = Lock(0)
        let flags = KillFlags(flags: [flag], startedAt: Scene.now) { _ in kept.withLock { $0 += 1 } }
        try await flags.raise(KillFlags.Flag(trace: "t 1", agent: "", reason: "again", since: Scene.now + .hours(1)))
        #expect(flags.flag(of: "t 1") == flag && kept.withLock { $0 } == 0)
    }
}
