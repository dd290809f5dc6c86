import Basics
import HTTPClient

/// The connections of Slack's Socket Mode: when one is opened, replaced and given up, and which envelopes are acknowledged.
///
/// Two connections are kept, so that a click arrives while one of them is replaced. A machine without clock and I/O.
struct SocketModeMachine: Sendable {
    enum Event: Sendable {
        case started
        /// Slack's answer to the request for an address.
        case address(WebSocketAddress)
        case noAddress(reason: String, retryAfter: Span?)
        case text(Int, SocketFrame)
        /// Another frame: the connection lives.
        case sign(Int)
        case closed(Int, reason: String)
        case tick
    }

    enum Effect: Hashable, Sendable {
        case askForAddress
        case connect(Int, WebSocketAddress)
        case send(Int, String)
        case ping(Int)
        case close(Int)
        case deliver(SocketEnvelope)
        /// Sends ``Event/tick`` at this moment.
        case wake(at: Instant)
        /// The state has changed; a sentence for people.
        case report(String, isOpen: Bool)
    }

    private struct Connection: Sendable {
        var openedAt: Instant
        /// Slack has greeted, so envelopes may come.
        var greetedAt: Instant?
        var lastFrameAt: Instant
        var isPinged = false
        /// Another one replaces it.
        var isLeaving = false
    }

    private var connections: [Int: Connection] = [:]
    private var nextID = 1
    private var wanted = SocketModeMachine.usual
    private var isAsking = false
    private var failures = 0
    private var notBefore: Instant?
    private var fault = ""
    private var plannedWake: Instant?
    private var reported: String?
    private var random: SeededRandom

    private static let usual = 2
    /// Slack's limit for one app.
    private static let maxConnections = 10
    private static let greetingTime = Span.seconds(20)
    /// Slack pings every few seconds. A connection that is silent for so long is asked, and then replaced.
    private static let pingAfter = Span.seconds(30)
    private static let silentAfter = Span.seconds(60)
    /// A silent connection is kept for so long while there is no other.
    private static let deadAfter = Span.minutes(3)
    /// One that ends sooner counts as a failure, so that a server which only greets is not asked without end.
    private static let usefulTime = Span.seconds(10)
    private static let pauses = Backoff(first: .seconds(1), longest: .seconds(60))

    init(seed: UInt64) {
        random = SeededRandom(seed)
    }

    mutating func receive(_ event: Event, at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        switch event {
        case .started: break
        case .address(let address):
            isAsking = false
            connections[nextID] = Connection(openedAt: now, lastFrameAt: now)
            effects.append(.connect(nextID, address))
            nextID += 1
        case .noAddress(let reason, let pause):
            isAsking = false
            fail(reason, at: now, pause: pause)
        case .text(let id, let frame):
            heard(id, at: now)
            effects += read(frame, of: id, at: now)
        case .sign(let id): heard(id, at: now)
        case .closed(let id, let reason):
            if let connection = connections.removeValue(forKey: id), !connection.isLeaving {
                lost(connection, reason, at: now)
            }
        case .tick: if let planned = plannedWake, planned <= now { plannedWake = nil }
        }
        return effects + upkeep(at: now)
    }

    private mutating func heard(_ id: Int, at now: Instant) {
        connections[id]?.lastFrameAt = now
        connections[id]?.isPinged = false
    }

    private mutating func read(_ frame: SocketFrame, of id: Int, at now: Instant) -> [Effect] {
        guard let connection = connections[id] else { return [] }
        switch frame {
        case .hello(let count):
            connections[id]?.greetedAt = connection.greetedAt ?? now
            wanted = count >= Self.maxConnections ? 1 : Self.usual
        case .disconnect(let reason):
            if reason == "too_many_websockets" { wanted = 1 }
            guard !connection.isLeaving else { break }
            connections[id]?.isLeaving = true
            let isDisabled = reason == "link_disabled"
            let sentence = isDisabled ? "Socket Mode is turned off for the app; turn it on at api.slack.com/apps" : nil
            lost(connection, sentence ?? "Slack ended the connection", at: now)
        case .envelope(let envelope):
            return [.send(id, SocketFrame.acknowledgement(of: envelope)), .deliver(envelope)]
        case .other: break
        }
        return []
    }

    /// A connection is over before it was asked to end.
    private mutating func lost(_ connection: Connection, _ reason: String, at now: Instant) {
        if let greeted = connection.greetedAt, now - greeted >= Self.usefulTime {
            (failures, fault) = (0, reason)
        } else {
            fail(reason, at: now)
        }
    }

    private mutating func fail(_ reason: String, at now: Instant, pause: Span? = nil) {
        (failures, fault) = (failures + 1, reason)
        let wait = Self.pauses.wait(afterFailures: failures).seconds * random.next(in: 0.5...1)
        notBefore = now + max(.seconds(wait), pause ?? .seconds(0))
    }

    // MARK: upkeep

    private mutating func upkeep(at now: Instant) -> [Effect] {
        var effects = endUseless(at: now) + replaceSilent(at: now)
        let staying = connections.values.filter { !$0.isLeaving }
        let isGreeting = staying.contains { $0.greetedAt == nil }
        let isMissing = staying.count < wanted && !isGreeting && !isAsking
        if isMissing, notBefore.map({ $0 <= now }) ?? true {
            (isAsking, notBefore) = (true, nil)
            effects.append(.askForAddress)
        }
        let moments =
            connections.values.map(Self.nextMoment) + [isMissing && !isAsking ? notBefore : nil].compactMap { $0 }
        if let next = moments.min(), plannedWake.map({ next < $0 || $0 <= now }) ?? true {
            plannedWake = next
            effects.append(.wake(at: max(next, now + .milliseconds(1))))
        }
        return effects + news(at: now)
    }

    /// Ends what never greeted, what is dead, and what others have replaced.
    private mutating func endUseless(at now: Instant) -> [Effect] {
        let ready = connections.values.count { $0.greetedAt != nil && !$0.isLeaving }
        var effects: [Effect] = []
        for (id, connection) in connections.sorted(by: { $0.key < $1.key }) {
            let isLate = connection.greetedAt == nil && now - connection.openedAt >= Self.greetingTime
            let isReplaced = connection.isLeaving && ready >= wanted
            guard isLate || isReplaced || now - connection.lastFrameAt >= Self.deadAfter else { continue }
            connections[id] = nil
            effects.append(.close(id))
            if !connection.isLeaving { fail("Slack did not greet", at: now) }
        }
        return effects
    }

    private mutating func replaceSilent(at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        for (id, connection) in connections.sorted(by: { $0.key < $1.key }) where connection.greetedAt != nil {
            let silence = now - connection.lastFrameAt
            if silence >= Self.silentAfter, !connection.isLeaving {
                connections[id]?.isLeaving = true
                fault = "the connection was silent"
            } else if silence >= Self.pingAfter, !connection.isPinged {
                connections[id]?.isPinged = true
                effects.append(.ping(id))
            }
        }
        return effects
    }

    private static func nextMoment(of connection: Connection) -> Instant {
        guard connection.greetedAt != nil else { return connection.openedAt + greetingTime }
        if connection.isLeaving { return connection.lastFrameAt + deadAfter }
        return connection.lastFrameAt + (connection.isPinged ? silentAfter : pingAfter)
    }

    private mutating func news(at now: Instant) -> [Effect] {
        let open = connections.values.count { $0.greetedAt != nil && now - $0.lastFrameAt < Self.silentAfter }
        let sentence =
            open > 0
            ? "Slack sends clicks through its socket."
            : "Clicks in Slack do not arrive, because its socket is closed: \(fault)."
        guard open > 0 || !fault.isEmpty, sentence != reported else { return [] }
        reported = sentence
        return [.report(sentence, isOpen: open > 0)]
    }
}
