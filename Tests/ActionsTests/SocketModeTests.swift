import Basics
import Crypto
import HTTPClient
import OnCallModel
import Sandbox
import Testing

@testable import Actions
@testable import WebServer

/// The client against a server that imitates Slack's socket frame by frame.
@Suite("Socket Mode", .timeLimit(.minutes(10)))
struct SocketModeTests {
    /// A running client, and what it stores and reports.
    private final class Run: Sendable {
        let slack: SlackSocket
        let clicks = SlackClicks(signingSecret: "secret", clock: .system) { "T1" }
        let stored: AsyncStream<Intent>
        let reports: AsyncStream<String>
        private let api: LoopbackProvider
        private let task: Task<Void, Never>

        init(
            url: (@Sendable (SlackSocket) -> String)? = nil,
            store: @escaping @Sendable (SlackClicks.Click) async throws -> Void = { _ in }
        ) throws {
            let slack = try SlackSocket()
            self.slack = slack
            api = LoopbackProvider { request in
                guard request.path == "/api/apps.connections.open", request.method == "POST",
                    request.headers["authorization"] == "Bearer xapp-1"
                else { return .json(["ok": false, "error": "invalid_auth"]) }
                return .json(["ok": true, "url": .string(url?(slack) ?? slack.address())])
            }
            let (stored, storing) = AsyncStream<Intent>.makeStream()
            let (reports, reporting) = AsyncStream<String>.makeStream()
            (self.stored, self.reports) = (stored, reports)
            let access = ProviderAccess(environment: ["SLACK_BASE_URL": api.address, "SLACK_APP_TOKEN": "xapp-1"])
            let mode = try #require(
                SocketMode(access: access, http: HTTPClient(), clock: .system, clicks: clicks, seed: 1))
            task = Task {
                await mode.run(
                    SocketMode.Outlets(
                        store: { click in
                            try await store(click)
                            storing.yield(click.intent)
                        }, report: { sentence, _ in reporting.yield(sentence) }))
                storing.finish()
            }
        }

        func cancel() { task.cancel() }

        deinit {
            task.cancel()
            slack.stop()
        }
    }

    /// Reads events until one is there; all others are passed.
    private static func wait(
        for wanted: SlackSocket.Event, in events: inout AsyncStream<SlackSocket.Event>.Iterator
    ) async -> [SlackSocket.Event] {
        var passed: [SlackSocket.Event] = []
        while let event = await events.next(isolation: #isolation), event != wanted { passed.append(event) }
        return passed
    }

    @Test(
        "a click is acknowledged before it is stored, and once however often and on whatever connection it comes (row 31)"
    )
    func click() async throws {
        let (gate, open) = AsyncStream<Void>.makeStream()
        let run = try Run(store: { _ in for await _ in gate { break } })
        var events = run.slack.events.makeAsyncIterator()
        var stored = run.stored.makeAsyncIterator()
        _ = await Self.wait(for: .opened(link: 2), in: &events)
        let first = run.slack.click("sentinel_approve_12", value: "12 0123456789abcdef")
        run.slack.link(1)?.send(first.frame.serialized)
        _ = await Self.wait(for: .acknowledged(first.id, link: 1), in: &events)
        open.finish()
        #expect(await stored.next() == .approve(request: 12, seen: Fingerprint(stored: "0123456789abcdef")))
        run.slack.link(2)?.send(first.frame.serialized)
        _ = await Self.wait(for: .acknowledged(first.id, link: 2), in: &events)
        // The same click under another envelope, and an envelope of another kind.
        let again = first.frame.serialized.replacing(first.id, with: "env-again")
        run.slack.link(2)?.send(again)
        run.slack.link(2)?.send(#"{"envelope_id":"e9","type":"events_api","payload":{}}"#)
        _ = await Self.wait(for: .acknowledged("e9", link: 2), in: &events)
        let second = run.slack.click("sentinel_reject_12", value: "12")
        run.slack.link(2)?.send(second.frame.serialized)
        #expect(await stored.next() == .reject(request: 12))
    }

    @Test("a click that came through the socket is not accepted by the webhook too, and the other way round (row 31)")
    func bothWays() async throws {
        let clicks = SlackClicks(signingSecret: "secret", clock: .system)
        func signed(_ payload: JSONValue) -> WebRequest {
            let body = Array("payload=\(PercentEncoding.encode(payload.serialized))".utf8)
            let stamp = String(WallClock.system.now().milliseconds / 1000)
            let code = HMACSHA256.authenticationCode(
                for: Array("v0:\(stamp):".utf8) + body, key: Array("secret".utf8))
            return WebRequest(
                method: "POST", path: SlackClicks.path,
                headers: [
                    .init("x-slack-request-timestamp", stamp),
                    .init("x-slack-signature", "v0=" + Hexadecimal.text(of: code)),
                ], body: body)
        }
        let slack = try SlackSocket()
        defer { slack.stop() }
        for isSocketFirst in [true, false] {
            let (id, frame) = slack.click("sentinel_kill_loop_t", value: "t")
            let payload = try #require(frame["payload"])
            let envelope = SocketEnvelope(id: id, kind: "interactive", payload: payload)
            let readings =
                isSocketFirst
                ? [await clicks.read(envelope), await clicks.read(signed(payload))]
                : [await clicks.read(signed(payload)), await clicks.read(envelope)]
            guard case .accepted(let click) = readings[0] else {
                Issue.record("\(readings)")
                continue
            }
            #expect(click.intent == .killLoop(trace: "t") && click.place == ClickPlace(channel: "C0INCIDENTS"))
            #expect(readings[1] == .repeated)
        }
    }

    @Test("a payload of 1 MB arrives in fragments between pings, cut anywhere, and the pings are answered")
    func fragments() async throws {
        let run = try Run()
        var events = run.slack.events.makeAsyncIterator()
        var stored = run.stored.makeAsyncIterator()
        _ = await Self.wait(for: .opened(link: 2), in: &events)
        let link = try #require(run.slack.link(2))
        let click = run.slack.click("sentinel_reject_7", value: "7", padding: 1 << 20)
        let bytes = Array(click.frame.serialized.utf8)
        var wire: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 90_000) {
            let end = min(start + 90_000, bytes.count)
            wire += WebSocketFrames.frame(
                start == 0 ? .text : .continuation, Array(bytes[start..<end]), isFinal: end == bytes.count)
            if end < bytes.count { wire += WebSocketFrames.frame(.ping, Array("\(start)".utf8)) }
        }
        for start in stride(from: 0, to: wire.count, by: 77_777) {
            link.send(Array(wire[start..<min(start + 77_777, wire.count)]))
        }
        let passed = await Self.wait(for: .acknowledged(click.id, link: 2), in: &events)
        #expect(passed.count { $0 == .pong(link: 2) } == bytes.count / 90_000)
        #expect(await stored.next() == .reject(request: 7))
    }

    @Test("a connection that Slack is about to end is replaced before it is closed, and clicks arrive meanwhile")
    func disconnect() async throws {
        let run = try Run()
        var events = run.slack.events.makeAsyncIterator()
        var stored = run.stored.makeAsyncIterator()
        _ = await Self.wait(for: .opened(link: 2), in: &events)
        run.slack.disconnect(1, reason: "refresh_requested")
        let late = run.slack.click("sentinel_reject_1", value: "1")
        run.slack.link(1)?.send(late.frame.serialized)
        let before = await Self.wait(for: .closed(link: 1, code: 1000), in: &events)
        #expect(before.contains(.opened(link: 3)) && before.contains(.acknowledged(late.id, link: 1)), "\(before)")
        #expect(await stored.next() == .reject(request: 1))
        let next = run.slack.click("sentinel_reject_2", value: "2")
        run.slack.link(3)?.send(next.frame.serialized)
        #expect(await stored.next() == .reject(request: 2))
    }

    @Test("a connection that breaks in the middle of an envelope, or that sends garbage, is replaced")
    func broken() async throws {
        let run = try Run()
        var events = run.slack.events.makeAsyncIterator()
        var stored = run.stored.makeAsyncIterator()
        _ = await Self.wait(for: .opened(link: 2), in: &events)
        let click = run.slack.click("sentinel_reject_1", value: "1")
        let frame = WebSocketFrames.frame(.text, Array(click.frame.serialized.utf8))
        run.slack.link(1)?.send(Array(frame.prefix(frame.count / 2)))
        run.slack.link(1)?.hangUp()
        _ = await Self.wait(for: .opened(link: 3), in: &events)
        // Slack sends what was not acknowledged again.
        run.slack.link(3)?.send(click.frame.serialized)
        #expect(await stored.next() == .reject(request: 1))
        run.slack.link(2)?.send([0xFF, 0xFF, 0x00, 0x13, 0x37])
        let passed = await Self.wait(for: .opened(link: 4), in: &events)
        #expect(passed.contains(.closed(link: 2, code: 1002)), "\(passed)")
    }

    @Test("a click that could not be stored at first is stored later, because Slack does not send it again")
    func storeFails() async throws {
        let failures = Lock(1)
        let run = try Run(store: { _ in
            let fails = failures.withLock { count in
                count -= 1
                return count >= 0
            }
            if fails { throw CancellationError() }
        })
        var events = run.slack.events.makeAsyncIterator()
        var stored = run.stored.makeAsyncIterator()
        _ = await Self.wait(for: .opened(link: 1), in: &events)
        run.slack.link(1)?.send(run.slack.click("sentinel_reject_1", value: "1").frame.serialized)
        #expect(await stored.next() == .reject(request: 1))
    }

    @Test("a click of another workspace is acknowledged and becomes no intent (row 30)")
    func otherWorkspace() async throws {
        let run = try Run()
        var events = run.slack.events.makeAsyncIterator()
        var stored = run.stored.makeAsyncIterator()
        _ = await Self.wait(for: .opened(link: 1), in: &events)
        let foreign = run.slack.click("sentinel_reject_1", value: "1", team: "T0EVIL")
        run.slack.link(1)?.send(foreign.frame.serialized)
        _ = await Self.wait(for: .acknowledged(foreign.id, link: 1), in: &events)
        run.slack.link(1)?.send(run.slack.click("sentinel_reject_2", value: "2").frame.serialized)
        #expect(await stored.next() == .reject(request: 2))
    }

    @Test("an end of the program closes the connections in good order")
    func end() async throws {
        let run = try Run()
        var events = run.slack.events.makeAsyncIterator()
        _ = await Self.wait(for: .opened(link: 2), in: &events)
        // What a link acknowledges, the program has opened too.
        for link in 1...2 {
            let click = run.slack.click("sentinel_reject_\(link)", value: "\(link)")
            run.slack.link(link)?.send(click.frame.serialized)
            _ = await Self.wait(for: .acknowledged(click.id, link: link), in: &events)
        }
        run.cancel()
        var closed: Set<Int> = []
        while closed.count < 2, let event = await events.next() {
            if case .closed(let link, 1000) = event { closed.insert(link) }
        }
        #expect(closed == [1, 2])
        for await _ in run.stored {}
    }

    @Test("an address beyond slack.com is not connected to, and the state says so")
    func foreignAddress() async throws {
        let run = try Run(url: { _ in "wss://evil.example/link?ticket=1" })
        var reports = run.reports.makeAsyncIterator()
        #expect(
            await reports.next()
                == "Clicks in Slack do not arrive, because its socket is closed: Slack returned an address that is not under slack.com."
        )
    }

    @Test("a server that is not a WebSocket server is reported")
    func noWebSocket() async throws {
        let page = LoopbackProvider { _ in .answer(200, "hello") }
        let run = try Run(url: { _ in "ws" + page.address.dropFirst(4) })
        var reports = run.reports.makeAsyncIterator()
        #expect(await reports.next()?.hasSuffix("127.0.0.1: it returned 200.") == true)
    }

    @Test("which addresses are allowed")
    func addresses() throws {
        func isAllowed(_ address: String, base: String? = nil) throws -> Bool {
            let access = ProviderAccess { name in name == "SLACK_BASE_URL" ? base : nil }
            let calls = ProviderCalls(
                http: HTTPClient(), clock: .system, text: OutgoingText(redaction: access.redaction))
            return SocketAddresses(access: access.slack, calls: calls).isAllowed(
                try #require(WebSocketAddress(address)))
        }
        for good in ["wss://wss-primary.slack.com/link/?ticket=1", "wss://slack.com/", "wss://a.b.slack.com:443/"] {
            #expect(try isAllowed(good))
        }
        for bad in [
            "ws://wss-primary.slack.com/", "wss://slack.com.evil.com/", "wss://evilslack.com/", "wss://127.0.0.1/",
            "ws://localhost:1/", "wss://evil.com/slack.com",
        ] {
            #expect(try !isAllowed(bad), "\(bad)")
        }
        #expect(try isAllowed("ws://127.0.0.1:9/", base: "http://127.0.0.1:8080"))
        #expect(try isAllowed("wss://slack.acme.example/", base: "https://slack.acme.example/api"))
        #expect(try !isAllowed("ws://slack.acme.example/", base: "http://slack.acme.example"))
        #expect(try !isAllowed("ws://127.0.0.2:9/", base: "http://127.0.0.1:8080"))
    }
}
