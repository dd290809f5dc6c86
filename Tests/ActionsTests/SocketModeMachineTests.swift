import Basics
import HTTPClient
import Testing

@testable import Actions

@Suite("The connections of Socket Mode")
struct SocketModeMachineTests {
    private typealias Effect = SocketModeMachine.Effect
    private static let start = Instant(iso8601: "2026-11-24T03:00:00Z") ?? Instant(milliseconds: 0)

    /// A machine with its own clock.
    private struct Run {
        var machine = SocketModeMachine(seed: 1)
        var now = start
        let address: WebSocketAddress

        init() throws { address = try #require(WebSocketAddress("wss://wss-primary.slack.com/link?ticket=1")) }

        mutating func tell(_ event: SocketModeMachine.Event, after pause: Span = .seconds(0)) -> [Effect] {
            now = now + pause
            return machine.receive(event, at: now)
        }

        /// The next connection that is asked for is opened and greeted.
        mutating func open(_ id: Int, connections: Int = 1) -> [Effect] {
            let opened = tell(.address(address))
            #expect(opened.contains(.connect(id, address)))
            return tell(.text(id, .hello(connections: connections)))
        }

        /// Two connections are open.
        mutating func begin() {
            #expect(tell(.started).contains(.askForAddress))
            #expect(open(1).contains(.askForAddress))
            #expect(!open(2, connections: 2).contains(.askForAddress))
        }
    }

    @Test("two connections are opened, one after the other, and the state is reported once")
    func start() throws {
        var run = try Run()
        #expect(run.tell(.started).contains(.askForAddress))
        #expect(!run.tell(.tick).contains(.askForAddress), "one request at a time")
        let opening = run.tell(.address(run.address))
        #expect(opening.contains(.connect(1, run.address)) && !opening.contains(.askForAddress))
        let greeted = run.tell(.text(1, .hello(connections: 1)))
        #expect(greeted.contains(.askForAddress))
        #expect(greeted.contains(.report("Slack sends clicks through its socket.", isOpen: true)))
        let second = run.open(2, connections: 2)
        #expect(!second.contains { if case .report = $0 { true } else { false } })
    }

    @Test("an app that has all its connections gets no second one", arguments: [10, 11])
    func full(count: Int) throws {
        var run = try Run()
        _ = run.tell(.started)
        #expect(!run.open(1, connections: count).contains(.askForAddress))
    }

    @Test("an envelope is acknowledged before anything else, on its own connection, also on one that is leaving")
    func acknowledgement() throws {
        var run = try Run()
        run.begin()
        let envelope = SocketEnvelope(id: "a\"b", kind: "interactive", payload: ["x": 1])
        #expect(
            run.tell(.text(2, .envelope(envelope))).prefix(2) == [
                .send(2, #"{"envelope_id":"a\"b"}"#), .deliver(envelope),
            ])
        _ = run.tell(.text(2, .disconnect(reason: "warning")))
        #expect(run.tell(.text(2, .envelope(envelope))).first == .send(2, #"{"envelope_id":"a\"b"}"#))
    }

    @Test(
        "before a connection that Slack ends is closed, its successor is open",
        arguments: ["refresh_requested", "warning", "link_disabled"])
    func overlap(reason: String) throws {
        var run = try Run()
        run.begin()
        let asked = run.tell(.text(1, .disconnect(reason: reason)), after: .seconds(20))
        #expect(asked.contains(.askForAddress) && !asked.contains(.close(1)))
        #expect(!run.tell(.address(run.address)).contains(.close(1)))
        #expect(run.tell(.text(3, .hello(connections: 3))).contains(.close(1)))
        #expect(!run.tell(.closed(1, reason: "x")).contains(.askForAddress))
    }

    @Test("after too_many_websockets one connection is kept")
    func tooMany() throws {
        var run = try Run()
        run.begin()
        let effects = run.tell(.text(2, .disconnect(reason: "too_many_websockets")), after: .seconds(20))
        #expect(!effects.contains(.askForAddress) && effects.contains(.close(2)))
    }

    @Test(
        "a connection that breaks after a useful time is replaced at once; one that breaks early, after a growing pause"
    )
    func backoff() throws {
        var run = try Run()
        run.begin()
        #expect(run.tell(.closed(1, reason: "lost"), after: .seconds(20)).contains(.askForAddress))
        var pauses: [Double] = []
        for _ in 0..<9 {
            let failed = run.tell(.noAddress(reason: "Slack did not answer", retryAfter: nil))
            #expect(!failed.contains(.askForAddress))
            let wakes = failed.compactMap { if case .wake(let moment) = $0 { moment - run.now } else { nil } }
            pauses.append((wakes.first ?? .seconds(60)).seconds)
            // The other connection goes on.
            _ = run.tell(.sign(2))
            var asks = false
            for _ in 0..<200 where !asks {
                _ = run.tell(.sign(2))
                asks = run.tell(.tick, after: .milliseconds(500)).contains(.askForAddress)
            }
            #expect(asks)
        }
        #expect(pauses[0] >= 0.5 && pauses[0] <= 1 && pauses.allSatisfy { $0 <= 60 })
    }

    @Test("the wait that Slack asks for is kept")
    func retryAfter() throws {
        var run = try Run()
        _ = run.tell(.started)
        _ = run.tell(.noAddress(reason: "Slack refused (ratelimited): it asks to wait", retryAfter: .seconds(45)))
        #expect(!run.tell(.tick, after: .milliseconds(44_999)).contains(.askForAddress))
        #expect(run.tell(.tick, after: .milliseconds(1)).contains(.askForAddress))
    }

    @Test("a silent connection is asked after 30 s and replaced after 60 s; a sign keeps it")
    func silence() throws {
        var run = try Run()
        run.begin()
        #expect(run.tell(.tick, after: .seconds(30)).contains(.ping(1)))
        _ = run.tell(.sign(2))
        #expect(!run.tell(.tick, after: .milliseconds(29_999)).contains(.askForAddress))
        let replaced = run.tell(.tick, after: .milliseconds(1))
        #expect(replaced.contains(.askForAddress) && !replaced.contains(.close(1)))
        let after = run.open(3)
        #expect(after.contains(.close(1)) && !after.contains(.close(2)))
    }

    @Test("every wait has its end: whatever happens, the next tick is planned")
    func ticks() throws {
        var run = try Run()
        var planned = [run.now]
        func note(_ effects: [Effect]) {
            planned += effects.compactMap { if case .wake(let moment) = $0 { moment } else { nil } }
        }
        note(run.tell(.started))
        note(run.tell(.address(run.address)))
        // It never greets: 20 s later it is given up, and another one is asked for.
        #expect(planned.contains(run.now + .seconds(20)))
        let late = run.tell(.tick, after: .seconds(20))
        note(late)
        #expect(late.contains(.close(1)))
        #expect(
            late.contains(
                .report(
                    "Clicks in Slack do not arrive, because its socket is closed: Slack did not greet.", isOpen: false))
        )
        let next = try #require(planned.last)
        #expect(next > run.now && next <= run.now + .seconds(1))
        run.now = next
        #expect(run.tell(.tick).contains(.askForAddress))
    }

    @Test(
        "what is not from Slack changes nothing",
        arguments: ["", "{", "[]", "\"hello\"", #"{"type":"x"}"#, #"{"type":"interactive","envelope_id":""}"#])
    func garbage(text: String) throws {
        var run = try Run()
        run.begin()
        #expect(SocketFrame(text) == .other)
        #expect(run.tell(.text(1, SocketFrame(text))).isEmpty)
    }
}
