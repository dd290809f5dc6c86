import Basics
import CMicroHTTPD
import Dispatch
import Glibc

/// Closes the connections that a ``ConnectionTable`` selects, while libmicrohttpd works on the others.
final class Doorkeeper: Sendable {
    private struct State {
        var table: ConnectionTable
        /// By the address of libmicrohttpd's connection, as in the table.
        var sockets: [UInt: Int32] = [:]
        var isTicking = false
    }

    private let state: Lock<State>
    private let queue = DispatchQueue(label: "web server deadlines")
    /// What libmicrohttpd accepts at most. The difference to the limit is for bursts, and for connections that are being closed.
    let maxConnections: Int

    init(limits: ConnectionLimits) {
        state = Lock(State(table: ConnectionTable(limits: limits)))
        maxConnections = limits.connections * 3 / 2
    }

    func open(_ connection: OpaquePointer) {
        let (id, socket, peer) = (UInt(bitPattern: connection), cm_socket(connection), cm_peer(connection))
        let mustTick = state.withLock { state in
            let surplus = state.table.open(id, peer: peer, at: Self.now)
            state.sockets[id] = socket
            if let surplus { Self.cut(surplus, state) }
            defer { state.isTicking = true }
            return !state.isTicking
        }
        if mustTick { tick() }
    }

    func enter(_ phase: ConnectionTable.Phase, _ connection: OpaquePointer) {
        state.withLock { $0.table.enter(phase, UInt(bitPattern: connection), at: Self.now) }
    }

    /// The socket is closed after this returns, so its number is never that of another file when it is cut.
    func close(_ connection: OpaquePointer) {
        let id = UInt(bitPattern: connection)
        state.withLock { state in
            state.table.close(id)
            state.sockets[id] = nil
        }
    }

    /// Checks the deadlines every half second while there are connections.
    private func tick() {
        queue.asyncAfter(deadline: .now() + .milliseconds(500)) { [weak self] in
            guard let self else { return }
            let isOver = state.withLock { state in
                for connection in state.table.overdue(at: Self.now) { Self.cut(connection, state) }
                state.isTicking = !state.table.isEmpty
                return state.table.isEmpty
            }
            if !isOver { tick() }
        }
    }

    /// Libmicrohttpd sees the end of the connection and closes it.
    private static func cut(_ connection: UInt, _ state: State) {
        guard let socket = state.sockets[connection], socket >= 0 else { return }
        let phase = state.table.phase(of: connection)
        if phase == .headers || phase == .body {
            _ = timeout.withUnsafeBytes {
                send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
        }
        shutdown(socket, Int32(SHUT_RDWR))
    }

    private static let timeout = Array(
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".utf8)

    /// A clock that nobody sets.
    private static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
