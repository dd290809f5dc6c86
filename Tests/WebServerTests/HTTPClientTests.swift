import Basics
import HTTPClient
import TestSupport
import Testing
import WebServer

@Suite("The HTTP client")
struct HTTPClientTests {
    private let client = HTTPClient()

    @Test("Status, headers and body come back, whatever the status", arguments: [200, 204, 404, 500])
    func answers(status: Int) async throws {
        let server = try WebServer(port: 0) { _ in
            WebResponse(
                status: status, headers: [.init("X-A", "1"), .init("X-A", "2")], body: status == 204 ? [] : [65])
        }
        let response = try await client.send(HTTPRequest(.get, "http://127.0.0.1:\(server.port)/"))
        #expect(response.status == status && response.text == (status == 204 ? "" : "A"))
        #expect(response.headers.filter { $0.name == "x-a" }.map(\.value) == ["1", "2"])
        #expect(response.header("X-a") == "1")
    }

    @Test("Redirects are answers, not followed")
    func redirects() async throws {
        let server = try WebServer(port: 0) { _ in WebResponse(status: 302, headers: [.init("Location", "/other")]) }
        let response = try await client.send(HTTPRequest(.get, "http://127.0.0.1:\(server.port)/"))
        #expect(response.status == 302 && response.header("location") == "/other")
    }

    @Test(
        "A body is sent with every method, and an empty one is empty",
        arguments: [HTTPRequest.Method.post, .put, .patch, .delete])
    func bodies(method: HTTPRequest.Method) async throws {
        let server = try WebServer(port: 0) { WebResponse(status: 200, body: Array("\($0.method):".utf8) + $0.body) }
        let url = "http://127.0.0.1:\(server.port)/"
        #expect(
            try await client.send(HTTPRequest(method, url, body: Array("x=1".utf8))).text == "\(method.rawValue):x=1")
        #expect(try await client.send(HTTPRequest(method, url, body: [])).text == "\(method.rawValue):")
        #expect(try await client.send(HTTPRequest(method, url)).text == "\(method.rawValue):")
    }

    @Test("A line break in a header's value adds no header")
    func smuggling() async throws {
        let server = try WebServer(port: 0) {
            WebResponse(status: 200, body: Array(($0.header("x-evil") ?? "none").utf8))
        }
        let request = HTTPRequest(
            .get, "http://127.0.0.1:\(server.port)/",
            headers: [.init("X-Note", "a\r\nX-Evil: yes"), .init("X-N\r\nX-Evil", "b")])
        #expect(try await client.send(request).text == "none")
    }

    @Test("An answer beyond the limit is refused while it comes in")
    func bodyLimit() async throws {
        let server = try WebServer(port: 0) { _ in
            WebResponse(status: 200, body: [UInt8](repeating: 65, count: 100_000))
        }
        let url = "http://127.0.0.1:\(server.port)/"
        #expect(try await client.send(HTTPRequest(.get, url, bodyLimit: 100_000)).body.count == 100_000)
        let error = await failure(HTTPRequest(.get, url, bodyLimit: 99_999))
        #expect(error?.kind == .bodyTooLarge && error?.requestMayHaveArrived == true)
    }

    @Test("Silence beyond the time-out is an error that says the request may have arrived")
    func timeout() async throws {
        let server = try WebServer(port: 0) { _ in
            for await _ in AsyncStream<Void>.makeStream().stream {}
            return .json("{}")
        }
        let error = await failure(HTTPRequest(.get, "http://127.0.0.1:\(server.port)/", timeout: .milliseconds(30)))
        #expect(error?.kind == .timedOut && error?.requestMayHaveArrived == true)
    }

    @Test("Nobody listening is an error that says the request did not arrive")
    func unreachable() async throws {
        let closed = try ClosedPort()
        let error = await failure(HTTPRequest(.get, "http://user:secret@127.0.0.1:\(closed.number)/path?key=secret"))
        withExtendedLifetime(closed) {}
        #expect(error?.kind == .unreachable && error?.requestMayHaveArrived == false)
        #expect(error?.message.contains("secret") == false)
    }

    @Test(
        "Nothing but http and https is spoken",
        arguments: ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "no address"])
    func schemes(url: String) async {
        let error = await failure(HTTPRequest(.get, url, timeout: .seconds(2)))
        #expect(error != nil && error?.requestMayHaveArrived == false)
    }

    @Test("Cancelling the task ends the transfer, before and after it began")
    func cancellation() async throws {
        let arrived = AsyncStream<Void>.makeStream()
        let server = try WebServer(port: 0) { _ in
            arrived.continuation.yield()
            for await _ in AsyncStream<Void>.makeStream().stream {}
            return .json("{}")
        }
        let url = "http://127.0.0.1:\(server.port)/"
        let early = Task { [client] in try await client.send(HTTPRequest(.get, url)) }
        early.cancel()
        await #expect(throws: CancellationError.self) { try await early.value }
        let late = Task { [client] in try await client.send(HTTPRequest(.get, url)) }
        for await _ in arrived.stream { break }
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
    }

    @Test("Cancelling a task after its answer disturbs no later request")
    func lateCancellation() async throws {
        let server = try WebServer(port: 0) { _ in .json("{}") }
        let url = "http://127.0.0.1:\(server.port)/"
        for _ in 0..<50 {
            let task = Task { [client] in try await client.send(HTTPRequest(.get, url)) }
            _ = try await task.value
            task.cancel()
        }
        #expect(try await client.send(HTTPRequest(.get, url)).status == 200)
    }

    private func failure(_ request: HTTPRequest) async -> HTTPError? {
        do {
            _ = try await client.send(request)
            return nil
        } catch {
            return error as? HTTPError
        }
    }
}
