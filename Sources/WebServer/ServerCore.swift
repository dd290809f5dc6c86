import Basics
import CMicroHTTPD
import Dispatch
import Glibc

/// What libmicrohttpd's callbacks reach: the handler, and the requests that wait for their answers.
final class ServerCore: Sendable {
    private struct Daemon: @unchecked Sendable {  // because libmicrohttpd locks its daemon itself
        let pointer: OpaquePointer
    }

    private struct State {
        var daemon: Daemon?
        var isStopping = false
        var waiting: [ObjectIdentifier: (exchange: Exchange, task: Task<Void, Never>)] = [:]
    }

    private let handler: @Sendable (WebRequest) async -> WebResponse
    private let thread = HandlerThread()
    private let state = Lock(State())
    private let doorkeeper: Doorkeeper
    /// The requests from their first byte to the last byte of the response.
    let open = DispatchGroup()

    init(limits: ConnectionLimits, handler: @escaping @Sendable (WebRequest) async -> WebResponse) {
        self.handler = handler
        doorkeeper = Doorkeeper(limits: limits)
    }

    func start(host: String, port: UInt16) throws(WebServerError) -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &address.sin_addr) == 1 else {
            throw WebServerError(
                kind: .badAddress, message: "'\(host)' is not an IPv4 address; use 127.0.0.1.")
        }
        let flags = MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
        errno = 0
        let daemon = cm_start(
            &address, flags, UInt32(doorkeeper.maxConnections), 30, 64 << 10, receive, release, connected, readTarget,
            Unmanaged.passUnretained(self).toOpaque())
        guard let daemon else { throw Self.failure(errno, host: host, port: port) }
        state.withLock { $0.daemon = Daemon(pointer: daemon) }
        return port == 0 ? cm_port(daemon) : port
    }

    private static func failure(_ code: Int32, host: String, port: UInt16) -> WebServerError {
        switch code {
        case EADDRINUSE:
            WebServerError(
                kind: .addressInUse,
                message:
                    "\(host):\(port) is in use; stop the program that uses it, or choose another port (0: any free one)."
            )
        case EACCES:
            WebServerError(
                kind: .notPermitted,
                message: "\(host):\(port) may not be used by this user; choose a port from 1024 on.")
        case EADDRNOTAVAIL:
            WebServerError(
                kind: .badAddress, message: "\(host) is not a local address; use 127.0.0.1.")
        default:
            WebServerError(
                kind: .failed,
                message: "Cannot listen on \(host):\(port): \(String(cString: strerror(code))). Choose another address."
            )
        }
    }

    /// Frees the port at once. The daemon itself ends on a thread of its own, when the last answers are out:
    /// libmicrohttpd must not be stopped with suspended connections, and cuts off what it is still sending.
    func stop() {
        let daemon = state.withLock { state in
            state.isStopping = true
            defer { state.daemon = nil }
            return state.daemon
        }
        guard let daemon else { return }
        let listener = MHD_quiesce_daemon(daemon.pointer)
        if listener >= 0 { close(listener) }
        state.withLock { state in
            for (exchange, task) in state.waiting.values {
                task.cancel()
                exchange.answer.withLock { $0 = Self.stopping }
                MHD_resume_connection(exchange.connection)
            }
            state.waiting.removeAll()
        }
        // The closure keeps the core, which the daemon's callbacks reach, until the daemon is gone.
        OwnThread.start { [self] in
            _ = open.wait(timeout: .now() + 1)
            MHD_stop_daemon(daemon.pointer)
        }
    }

    private static let stopping = WebResponse.refusal(503, "The server is stopping. Try again.")

    /// The request line is in.
    fileprivate func begin(_ exchange: Exchange) {
        open.enter()
        doorkeeper.enter(.headers, exchange.connection)
    }

    fileprivate func end(_ exchange: Exchange) {
        doorkeeper.enter(.idle, exchange.connection)
        open.leave()
    }

    fileprivate func opened(_ connection: OpaquePointer) { doorkeeper.open(connection) }
    fileprivate func closed(_ connection: OpaquePointer) { doorkeeper.close(connection) }

    /// Called by libmicrohttpd's thread when the headers are in, for each part of the body, and again to answer.
    fileprivate func handle(_ exchange: Exchange, method: String, _ part: UnsafeRawBufferPointer) -> MHD_Result {
        if exchange.method == nil {
            exchange.method = method
            doorkeeper.enter(.body, exchange.connection)
            return .YES
        }
        if !part.isEmpty {
            exchange.take(part)
            return .YES
        }
        if let answer = exchange.answer.withLock({ $0 }) { return send(answer, to: exchange) }
        if exchange.isTooLarge {
            return send(.refusal(413, "The body is larger than 1 MiB."), to: exchange)
        }
        guard exchange.isMethodKnown else {
            let allowed = WebRequest.Field("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE")
            return send(.refusal(405, "The method is unknown.", headers: [allowed]), to: exchange)
        }
        return suspend(exchange) ? .YES : send(Self.stopping, to: exchange)
    }

    private func send(_ response: WebResponse, to exchange: Exchange) -> MHD_Result {
        doorkeeper.enter(.sending, exchange.connection)
        return exchange.send(response)
    }

    /// Parks the connection and lets the handler work on the request elsewhere. False when the server is stopping.
    private func suspend(_ exchange: Exchange) -> Bool {
        let request = exchange.request()
        return state.withLock { state in
            guard !state.isStopping else { return false }
            doorkeeper.enter(.handler, exchange.connection)
            MHD_suspend_connection(exchange.connection)
            let task = Task(executorPreference: thread) { [handler] in
                let response = await handler(request)
                self.resume(exchange, with: response)
            }
            state.waiting[ObjectIdentifier(exchange)] = (exchange, task)
            return true
        }
    }

    private func resume(_ exchange: Exchange, with response: WebResponse) {
        state.withLock { state in
            guard state.waiting.removeValue(forKey: ObjectIdentifier(exchange)) != nil else { return }
            exchange.answer.withLock { $0 = response }
            MHD_resume_connection(exchange.connection)
        }
    }
}

extension UnsafeMutableRawPointer {
    fileprivate var core: ServerCore { Unmanaged<ServerCore>.fromOpaque(self).takeUnretainedValue() }
}

private let connected: MHD_NotifyConnectionCallback = { context, connection, _, event in
    guard let context, let connection else { return }
    if event == .CONNECTION_NOTIFY_STARTED { context.core.opened(connection) } else { context.core.closed(connection) }
}

/// The exchange begins with the request line. The result becomes the slot of the other callbacks.
private let readTarget:
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>, OpaquePointer) -> UnsafeMutableRawPointer? =
        { context, uri, connection in
            let exchange = Exchange(connection: connection, target: String(cString: uri))
            cm_hide_query(uri)
            context?.core.begin(exchange)
            return Unmanaged.passRetained(exchange).toOpaque()
        }

private let receive: MHD_AccessHandlerCallback = { context, _, _, method, _, part, count, slot in
    guard let context, let method, let count, let exchange = slot?.pointee else { return .NO }
    let bytes = UnsafeRawBufferPointer(start: part, count: count.pointee)
    count.pointee = 0
    return context.core.handle(
        Unmanaged<Exchange>.fromOpaque(exchange).takeUnretainedValue(), method: String(cString: method), bytes)
}

private let release: MHD_RequestCompletedCallback = { context, _, slot, _ in
    guard let context, let pointer = slot?.pointee else { return }
    slot?.pointee = nil
    context.core.end(Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue())
}
