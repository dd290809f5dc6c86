package import Basics

/// How many clients a server serves at once, and for how long it waits for them.
package struct ConnectionLimits: Hashable, Sendable {
    /// Above these numbers of connections, in total and of one peer, the one that has kept the server waiting longest is closed.
    package var connections = 512
    package var perPeer = 400
    /// A connection keeps its place at least this long, so that a burst of clients is not cut off.
    package var grace = Span.milliseconds(250)
    /// From the start of the connection to the end of the headers.
    package var headers = Span.seconds(5)
    package var body = Span.seconds(10)
    /// From the last byte of a response to the next request.
    package var idle = Span.seconds(30)
    package var sending = Span.seconds(30)

    package init() {}
}

/// The connections of a server, and which of them must be closed: those that exceed a deadline, and those that wait longest
/// when others need their places. A machine: it has no clock and no sockets.
package struct ConnectionTable: Sendable {
    /// What a connection is waiting for.
    package enum Phase: Hashable, Sendable {
        case headers, body, handler, sending, idle
    }

    private struct Connection {
        var peer: UInt32
        var phase: Phase
        var since: Instant
        /// It is being closed.
        var isCut = false
    }

    private let limits: ConnectionLimits
    private var connections: [UInt: Connection] = [:]

    package init(limits: ConnectionLimits) {
        self.limits = limits
    }

    package var isEmpty: Bool { connections.isEmpty }
    package func phase(of id: UInt) -> Phase? { connections[id]?.phase }

    /// A client connected.
    ///
    /// - Returns: the connection to close to make room for it, if any.
    package mutating func open(_ id: UInt, peer: UInt32, at now: Instant) -> UInt? {
        defer { connections[id] = Connection(peer: peer, phase: .headers, since: now) }
        guard connections.count >= min(limits.connections, limits.perPeer) else { return nil }
        let open = connections.filter { !$0.value.isCut }
        let ofPeer = open.filter { $0.value.peer == peer }
        let candidates = ofPeer.count >= limits.perPeer ? ofPeer : open.count >= limits.connections ? open : [:]
        let waiting = candidates.filter { $0.value.phase != .handler && $0.value.since + limits.grace <= now }
        return cut(waiting.min { $0.value.since < $1.value.since }?.key)
    }

    package mutating func enter(_ phase: Phase, _ id: UInt, at now: Instant) {
        connections[id]?.phase = phase
        connections[id]?.since = now
    }

    package mutating func close(_ id: UInt) { connections[id] = nil }

    /// The connections to close because they are past their deadline.
    package mutating func overdue(at now: Instant) -> [UInt] {
        connections.filter { _, connection in
            !connection.isCut && (deadline(connection.phase).map { connection.since + $0 <= now } ?? false)
        }.keys.compactMap { cut($0) }
    }

    private mutating func cut(_ id: UInt?) -> UInt? {
        if let id { connections[id]?.isCut = true }
        return id
    }

    private func deadline(_ phase: Phase) -> Span? {
        switch phase {
        case .headers: limits.headers
        case .body: limits.body
        case .handler: nil
        case .sending: limits.sending
        case .idle: limits.idle
        }
    }
}
