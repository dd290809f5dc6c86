import Basics
import HTTPClient
import SourceFetch
import TestSupport
import Testing
import WebServer

@testable import SourceSpec

@Suite("Faults of providers")
struct FaultTests {
    private let paged = PaginationSpec(mode: .cursorQuery(parameter: "cursor", responsePath: ["next"]))

    @Test("The wait of a 429 is kept exactly, with jitter, and the page is read once")
    func waited() async throws {
        let provider = try Provider { _, number in
            number == 0 ? .json("{}", status: 429, headers: [.init("Retry-After", "2")]) : page([1])
        }
        let (rows, outcome) = try await provider.read(.items())
        #expect(ids(rows) == [1] && outcome.calls == 2)
        #expect(provider.time.sleeps == [.milliseconds(2100)])
    }

    @Test("A wait longer than a statement's maximum is an error, and all readers keep it")
    func longWait() async throws {
        let provider = try Provider { _, _ in .json("{}", status: 429, headers: [.init("Retry-After", "60")]) }
        let fetcher = provider.fetcher()
        let scan = Scan(source: .sample(at: provider.url), table: .items())
        let first = await sourceError { _ = try await fetcher.rows(scan) }
        #expect(first?.kind == .rateLimited(retryAfter: .seconds(60)))
        #expect(first?.remedy == "It is retried in 60 s; rows that were already read are kept.")
        let second = await sourceError { _ = try await fetcher.rows(scan) }
        #expect(second?.kind == .rateLimited(retryAfter: .seconds(60)) && second?.calls == 0)
        #expect(provider.asked.count == 1 && provider.time.sleeps.isEmpty)
    }

    @Test("Server errors and 429 without a wait back off with full jitter, then end as an error that counts its calls")
    func backOff() async throws {
        let provider = try Provider { _, number in .json(#"{"message":"oops"}"#, status: number == 1 ? 429 : 503) }
        let error = await sourceError { _ = try await provider.read(.items()) }
        #expect(error?.kind == .unavailable && error?.calls == 4)
        #expect(error?.reason == "answered 503: oops.")
        #expect(provider.time.sleeps == [.milliseconds(250), .milliseconds(500), .milliseconds(1000)])
    }

    @Test("After five outages in a row a source is paused; then one request tests whether it is back")
    func breaker() async throws {
        let isUp = Lock(false)
        let provider = try Provider { _, _ in isUp.withLock { $0 } ? page([1]) : .json("{}", status: 500) }
        let fetcher = provider.fetcher()
        let scan = Scan(source: .sample(at: provider.url), table: .items())
        for _ in 0..<5 { _ = await sourceError { _ = try await fetcher.rows(scan) } }
        let asked = provider.asked.count
        let resting = await sourceError { _ = try await fetcher.rows(scan) }
        #expect(resting?.kind == .unavailable && resting?.calls == 0)
        #expect(resting?.reason.contains("5 requests in a row failed") == true)
        #expect(provider.asked.count == asked)
        isUp.withLock { $0 = true }
        provider.time.advance(.seconds(30))
        #expect(ids(try await fetcher.rows(scan).rows) == [1])
    }

    @Test(
        "An answer that breaks off is asked again, and never read as a shorter page",
        arguments: [
            BrokenServer.Answer(bytes: "H", resets: true), BrokenServer.Answer(bytes: ""),
            BrokenServer.Answer(bytes: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\":[{\"id\":1}]}"),
            BrokenServer.Answer(
                bytes: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"data\":[{\"id\":1},"),
        ])
    func broken(answer: BrokenServer.Answer) async throws {
        let whole = BrokenServer.Answer(
            bytes: "HTTP/1.1 200 OK\r\nContent-Length: 19\r\nConnection: close\r\n\r\n{\"data\":[{\"id\":7}]}")
        let server = BrokenServer([answer, whole])
        let time = TestTime()
        let fetcher = SourceFetcher(
            client: HTTPClient(), inputs: { _ in nil }, clock: time.clock, sleep: { try time.sleep($0) }, random: { 0 })
        let scan = Scan(source: .sample(at: "http://127.0.0.1:\(server.port)"), table: .items())
        let (rows, outcome) = try await fetcher.rows(scan)
        #expect(ids(rows) == [7] && outcome.calls == 2)
        let always = BrokenServer([answer])
        let error = await sourceError {
            _ = try await fetcher.rows(Scan(source: .sample(at: "http://127.0.0.1:\(always.port)"), table: .items()))
        }
        #expect(error?.kind == .unavailable || error?.kind == .malformed)
        #expect(error?.calls == 4)
    }

    @Test("A timeout during paging is retried from the same cursor, and no part of the page is passed on")
    func timeOut() async throws {
        let provider = try Provider { request, number in
            if number == 1 {
                return WebResponse(
                    status: 200, headers: [.init("Retry-After", "0")], body: Array("{\"data\":[{\"id\":9},".utf8))
            }
            return request.queryValue("cursor") == nil ? page([1], #","next":"b""#) : page([2])
        }
        let (rows, _) = try await provider.read(.items(paged))
        #expect(ids(rows) == [1, 2])
        #expect(provider.asked.map { $0.queryValue("cursor") } == [nil, "b", "b"])
        let silent = BrokenServer([.init(bytes: nil)])
        let fetcher = provider.fetcher(timeout: .milliseconds(40))
        let error = await sourceError {
            _ = try await fetcher.rows(Scan(source: .sample(at: "http://127.0.0.1:\(silent.port)"), table: .items()))
        }
        #expect(error?.kind == .timedOut && error?.calls == 4)
    }

    @Test("A failed page ends the scan with an error; the pages before it were passed on")
    func failureInTheMiddle() async throws {
        let provider = try Provider { _, number in
            number == 0 ? page([1], #","next":"b""#) : .json(#"{"message":"Invalid request data"}"#, status: 400)
        }
        let seen = Lock<[Int]>([])
        let error = await sourceError {
            _ = try await provider.fetcher().scan(Scan(source: .sample(at: provider.url), table: .items(paged))) {
                page in
                seen.withLock { $0 += ids(page.rows) }
                return .more
            }
        }
        #expect(error?.kind == .refusedByProvider && error?.calls == 2)
        #expect(seen.withLock { $0 } == [1])
    }

    @Test(
        "A web page with status 200 is a missing authorisation, never zero rows",
        arguments: ["text/html", "application/json"])
    func loginPage(type: String) async throws {
        let provider = try Provider { _, _ in
            WebResponse(
                status: 200, headers: [.init("Content-Type", type)],
                body: Array("\n <!doctype html><title>Sign in</title>".utf8))
        }
        let error = await sourceError { _ = try await provider.read(.items()) }
        #expect(error?.kind == .notAuthorised && error?.calls == 1)
    }

    @Test(
        "Answers that asking again would not change are not asked again",
        arguments: [
            (401, #"{"message":"Invalid credentials."}"#, SourceError.Kind.notAuthorised),
            (403, #"{"detail":"You do not have permission"}"#, .notAuthorised),
            (404, #"{"error":"no route"}"#, .notFound), (410, "{}", .notFound),
            (422, #"{"message":"advice","error":"Request timed out"}"#, .tooMuch), (413, "", .tooMuch),
            (400, #"{"errors":["bad from","bad to"]}"#, .refusedByProvider), (405, "", .refusedByProvider),
        ])
    func lasting(status: Int, body: String, kind: SourceError.Kind) async throws {
        let provider = try Provider { _, _ in .json(body, status: status) }
        let error = await sourceError { _ = try await provider.read(.items()) }
        #expect(error?.kind == kind && error?.calls == 1)
        #expect(error?.reason.contains("answered \(status)") == true)
        #expect(error?.request == "GET \(provider.url)/items")
    }

    @Test(
        "JSON of another shape, or an error where rows should be, is an error",
        arguments: [
            ("[1,2]", SourceError.Kind.malformed), ("\"ok\"", .malformed), ("{\"data\":[}", .malformed),
            (#"{"message":"Project not found"}"#, .refusedByProvider),
            (#"{"error":{"message":"no"}}"#, .refusedByProvider),
        ])
    func shapes(body: String, kind: SourceError.Kind) async throws {
        let provider = try Provider { _, _ in .json(body) }
        let error = await sourceError { _ = try await provider.read(.items()) }
        #expect(error?.kind == kind && error?.calls == 1)
    }

    @Test("A response larger than the client's maximum is an error with the remedy to request less")
    func tooLarge() async throws {
        let header = "HTTP/1.1 200 OK\r\nContent-Length: 40000000\r\n\r\n"
        let server = BrokenServer([.init(bytes: header + String(repeating: " ", count: 40_000_000))])
        let fetcher = SourceFetcher(client: HTTPClient(), inputs: { _ in nil })
        let error = await sourceError {
            _ = try await fetcher.rows(Scan(source: .sample(at: "http://127.0.0.1:\(server.port)"), table: .items()))
        }
        #expect(error?.kind == .tooMuch && error?.calls == 1)
    }

    @Test("An unreachable address is an error with the name of its setting")
    func unreachable() async throws {
        let closed = try ClosedPort()
        let time = TestTime()
        let fetcher = SourceFetcher(
            client: HTTPClient(), inputs: { _ in nil }, clock: time.clock, sleep: { try time.sleep($0) }, random: { 0 })
        let source = SourceSpec.sample(
            at: "http://127.0.0.1:\(closed.number)", overlay: SourceOverlay(baseURLInput: "ACME_BASE_URL"))
        let error = await sourceError { _ = try await fetcher.rows(Scan(source: source, table: .items())) }
        withExtendedLifetime(closed) {}
        #expect(error?.kind == .unavailable && error?.remedy.contains("ACME_BASE_URL") == true, "\(error as Any)")
    }

    @Test("No error contains a secret, wherever it was sent and repeated")
    func secrets() async throws {
        let secret = "s3cr3t/wörd+1"
        let provider = try Provider { request, _ in
            .json(
                #"{"message":"bad key \#(request.queryValue("key") ?? "") for \u001b[31m\#(secret)\n ghp_0123456789abcdefghij"}"#,
                status: 400)
        }
        let table = TableSpec.items(
            request: RequestSpec(
                path: Template(literal: "/items"),
                query: [
                    ParameterSpec(name: "key", source: .input("KEY", default: nil)),
                    ParameterSpec(name: "pin", source: .input("PIN", default: nil)),
                ]))
        let inputs = [InputSpec(key: "KEY", kind: .secret), InputSpec(key: "PIN", kind: .secret)]
        let error = await sourceError {
            _ = try await provider.read(
                table, of: { .sample(at: $0, inputs: inputs) }, inputs: ["KEY": secret, "PIN": "123"])
        }
        let text = error?.description ?? ""
        #expect(error?.request == "GET \(provider.url)/items?key=[redacted]&pin=[redacted]")
        for part in [secret, "s3cr3t", "ghp_0123", "\u{1b}", "pin=123"] { #expect(!text.contains(part)) }
        #expect(text.contains("bad key [redacted]"))
    }

    @Test("A provider's message in plain text is quoted too, and a long one is truncated")
    func longWords() async throws {
        let plain = try Provider { _, _ in
            WebResponse(
                status: 400, headers: [.init("Content-Type", "text/plain")],
                body: Array("Code: 62. Syntax error\n".utf8))
        }
        let refusal = await sourceError { _ = try await plain.read(.items()) }
        #expect(refusal?.reason == "answered 400: Code: 62. Syntax error.")
        let provider = try Provider { _, _ in
            .json("{\"message\":\"\(String(repeating: "x", count: 5000))\"}", status: 400)
        }
        let error = await sourceError { _ = try await provider.read(.items()) }
        #expect((error?.reason.count ?? 0) < 240)
    }

    @Test("Cancelling the reader ends the scan")
    func cancellation() async throws {
        let silent = BrokenServer([.init(bytes: nil)])
        let fetcher = SourceFetcher(client: HTTPClient(), inputs: { _ in nil })
        let task = Task {
            try await fetcher.rows(Scan(source: .sample(at: "http://127.0.0.1:\(silent.port)"), table: .items()))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
