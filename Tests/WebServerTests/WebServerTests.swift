import Basics
import HTTPClient
import Testing
import WebServer

@Suite("The loopback web server")
struct WebServerTests {
    private let client = HTTPClient()

    private func echo() throws -> WebServer {
        try WebServer(port: 0) { request in
            let fields = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
            let text =
                "\(request.method) \(request.path) \(fields) \(request.header("X-Note") ?? "-") \(request.body.count)"
            return WebResponse(
                status: 200, headers: [.init("X-Echo", "yes"), .init("X-Bad", "a\r\nX-Smuggled: 1")],
                body: Array(text.utf8))
        }
    }

    @Test(
        "Method, path, query, headers and body arrive decoded",
        arguments: [HTTPRequest.Method.post, .put, .patch, .delete])
    func request(method: HTTPRequest.Method) async throws {
        let server = try echo()
        let response = try await client.send(
            HTTPRequest(
                method, "http://127.0.0.1:\(server.port)/v1/a%20b?x=1&x=%C3%A9&flag", headers: [.init("x-note", "n")],
                body: [UInt8](repeating: 65, count: 70_000)))
        #expect(response.text == "\(method.rawValue) /v1/a b x=1|x=é|flag= n 70000")
        #expect(response.header("x-echo") == "yes")
        #expect(response.header("x-smuggled") == nil)
    }

    @Test("Raw bytes arrive untouched, whatever they are")
    func rawBody() async throws {
        let body = (0..<2000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let server = try WebServer(port: 0) { WebResponse(status: 201, body: $0.body) }
        let response = try await client.send(HTTPRequest(.post, "http://127.0.0.1:\(server.port)/", body: body))
        #expect(response.status == 201 && response.body == body)
    }

    @Test("A body over 1 MiB is refused with 413, and the largest allowed is taken")
    func bodyLimit() async throws {
        let server = try echo()
        let url = "http://127.0.0.1:\(server.port)/"
        let tooLarge = HTTPRequest(.post, url, body: [UInt8](repeating: 0, count: 1 << 20 | 1))
        #expect(try await client.send(tooLarge).status == 413)
        let largest = HTTPRequest(.post, url, body: [UInt8](repeating: 0, count: 1 << 20))
        #expect(try await client.send(largest).text.hasSuffix(" 1048576"))
    }

    @Test("A handler that waits holds up nobody else")
    func waitingHandler() async throws {
        let gate = AsyncStream<Void>.makeStream()
        let server = try WebServer(port: 0) { request in
            if request.path == "/slow" { for await _ in gate.stream { break } }
            return WebResponse(status: 200, body: Array(request.path.utf8))
        }
        let url = "http://127.0.0.1:\(server.port)"
        async let slow = client.send(HTTPRequest(.get, url + "/slow"))
        #expect(try await client.send(HTTPRequest(.get, url + "/quick")).text == "/quick")
        gate.continuation.yield()
        #expect(try await slow.text == "/slow")
    }

    @Test("Many requests at once each get their own answer")
    func concurrency() async throws {
        let server = try echo()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask { [client] in
                    let response = try await client.send(
                        HTTPRequest(.get, "http://127.0.0.1:\(server.port)/\(number)?n=\(number)"))
                    return response.text == "GET /\(number) n=\(number) - 0"
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test("An answer that is cut off is known to be so, and the server goes on", arguments: [0, 1, 70_000])
    func cutOff(length: Int) async throws {
        let server = try WebServer(port: 0) { request in
            let isCut = request.path == "/cut"
            return WebResponse(
                status: 200, body: [UInt8](repeating: 65, count: 200_000), cutAfter: isCut ? length : nil)
        }
        let url = "http://127.0.0.1:\(server.port)"
        let error = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest(.get, url + "/cut"))
        }
        #expect(error?.kind == .broken)
        #expect(error?.requestMayHaveArrived == true)
        #expect(try await client.send(HTTPRequest(.get, url + "/whole")).body.count == 200_000)
    }

    @Test("A Date header of the handler's own stands alone")
    func date() async throws {
        let own = "Tue, 24 Nov 2026 14:20:00 GMT"
        let server = try WebServer(port: 0) { _ in WebResponse(status: 200, headers: [.init("Date", own)]) }
        let response = try await client.send(HTTPRequest(.get, "http://127.0.0.1:\(server.port)/"))
        #expect(response.headers.filter { $0.name == "date" }.map(\.value) == [own])
    }

    @Test("An answer 304 keeps its ETag and has no body")
    func notModified() async throws {
        let server = try WebServer(port: 0) { _ in WebResponse(status: 304, headers: [.init("ETag", "\"7\"")]) }
        let response = try await client.send(HTTPRequest(.get, "http://127.0.0.1:\(server.port)/v1/kill"))
        #expect(response.status == 304 && response.header("etag") == "\"7\"" && response.body.isEmpty)
    }

    @Test("A port in use and a foreign address are said in a sentence")
    func cannotListen() throws {
        let first = try echo()
        let error = #expect(throws: WebServerError.self) { try WebServer(port: first.port) { _ in .json("{}") } }
        #expect(error?.kind == .addressInUse)
        #expect(error?.message.contains("127.0.0.1:\(first.port) is in use") == true)
        let foreign = #expect(throws: WebServerError.self) {
            try WebServer(host: "192.0.2.1", port: 0) { _ in .json("{}") }
        }
        #expect(foreign?.kind == .badAddress)
        let nonsense = #expect(throws: WebServerError.self) { try WebServer(host: "a b", port: 0) { _ in .json("{}") } }
        #expect(nonsense?.kind == .badAddress)
    }

    @Test("Stopping answers what is under way with 503 and frees the port")
    func stop() async throws {
        let arrived = AsyncStream<Void>.makeStream()
        let server = try WebServer(port: 0) { _ in
            arrived.continuation.yield()
            for await _ in AsyncStream<Void>.makeStream().stream {}  // until the task is cancelled
            return .json("{}")
        }
        async let response = client.send(HTTPRequest(.get, "http://127.0.0.1:\(server.port)/"))
        for await _ in arrived.stream { break }
        server.stop()
        #expect(try await response.status == 503)
        server.stop()
        // Another test may take the free port first; it will not every time.
        let isFree = (0..<5).contains { _ in
            let first = try? WebServer(port: 0) { _ in .json("{}") }
            first?.stop()
            return first.flatMap { first in try? WebServer(port: first.port) { _ in .json("{}") } } != nil
        }
        #expect(isFree)
    }
}
