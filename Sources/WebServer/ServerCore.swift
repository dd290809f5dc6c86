import Basics
import CMicroHTTPD
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
    let open = OpenRequests()

    init(handler: @escaping @Sendable (WebRequest) async -> WebResponse) {
        self.handler = handler
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
            &address, flags, 256, 30, 64 << 10, receive, release, Unmanaged.passUnretained(self).toOpaque())
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
                    "\(host):\(port) is in use by another program; stop it or choose another port (0 takes a free one)."
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
            open.waitUntilEmpty()
            MHD_stop_daemon(daemon.pointer)
        }
    }

    private static let stopping = WebResponse.json(#"{"error":"the server is stopping"}"#, status: 503)

    /// Called by libmicrohttpd's thread when the headers are in, for each part of the body, and again to answer.
    func handle(_ exchange: Exchange, _ part: UnsafeRawBufferPointer) -> MHD_Result {
        if !part.isEmpty {
            exchange.take(part)
            return .YES
        }
        if let answer = exchange.answer.withLock({ $0 }) { return exchange.send(answer) }
        if exchange.isTooLarge {
            return exchange.send(.json(#"{"error":"the body is larger than 1 MiB"}"#, status: 413))
        }
        guard exchange.isMethodKnown else {
            let allowed = WebRequest.Field("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE")
            return exchange.send(.json(#"{"error":"unknown method"}"#, status: 405, headers: [allowed]))
        }
        return suspend(exchange) ? .YES : exchange.send(Self.stopping)
    }

    /// Parks the connection and lets the handler work on the request elsewhere. False when the server is stopping.
    private func suspend(_ exchange: Exchange) -> Bool {
        let request = exchange.request()
        return state.withLock { state in
            guard !state.isStopping else { return false }
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

private let receive: MHD_AccessHandlerCallback = { context, connection, url, method, _, part, count, slot in
    guard let context, let connection, let url, let method, let count, let slot else { return .NO }
    guard let known = slot.pointee else {
        let exchange = Exchange(
            connection: connection, method: String(cString: method), path: String(cString: url))
        Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue().open.enter()
        slot.pointee = Unmanaged.passRetained(exchange).toOpaque()
        return .YES
    }
    let exchange = Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
    let bytes = UnsafeRawBufferPointer(start: part, count: count.pointee)
    count.pointee = 0
    return Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue().handle(exchange, bytes)
}

private let release: MHD_RequestCompletedCallback = { context, _, slot, _ in
    guard let context, let exchange = slot?.pointee else { return }
    slot?.pointee = nil
    Unmanaged<Exchange>.fromOpaque(exchange).release()
    Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue().open.leave()
}
