import Basics
import CCurl
import Glibc

/// The thread of one WebSocket connection: connects, shakes hands, and then carries frames until either side ends it.
final class WebSocketLoop: @unchecked Sendable {  // because only its own thread touches it
    struct Orders {
        var frames: [(WebSocketFrames.Opcode, [UInt8])] = []
        var isClosing = false
        /// Nobody holds the connection any more: unless it is closing, it ends at once.
        var isCut = false
        var isOver = false
    }

    /// How others reach the thread.
    final class Line: Sendable {
        let orders = Lock(Orders())
        nonisolated(unsafe) let multi: UnsafeMutableRawPointer  // because all but the wake-up is the thread's own

        init(_ multi: UnsafeMutableRawPointer) { self.multi = multi }

        func order(_ change: (inout Orders) -> Void) {
            orders.withLock { orders in
                guard !orders.isOver else { return }
                change(&orders)
                curl_multi_wakeup(multi)  // inside the lock: once the thread is over, the handle is gone
            }
        }
    }

    /// Why the connection ends, as a clause.
    struct End: Error { var reason: String }

    private let address: WebSocketAddress
    private let certificateFile: String?
    private let line: Line
    private let onEvent: @Sendable (WebSocket.Event) -> Void
    private var multi: UnsafeMutableRawPointer { line.multi }
    private var socket = curl_socket_t(-1)
    private var handshake: WebSocketHandshake?
    private var frames = WebSocketFrames(from: .server)
    /// Each is sent from where it lies: TLS wants the same bytes again after it was busy.
    private var outgoing: [[UInt8]] = []
    private var sentOfFirst = 0
    private var random = SystemRandomNumberGenerator()
    /// Why it ends once everything is sent.
    private var ending: String?
    private var isCloseSent = false
    private var hasMore = false
    private var deadline: ContinuousClock.Instant? = ContinuousClock.now + WebSocketLoop.openingTime

    private static let openingTime = Duration.seconds(10)
    private static let closingTime = Duration.seconds(2)

    init(
        _ address: WebSocketAddress, certificateFile: String?, line: Line,
        onEvent: @escaping @Sendable (WebSocket.Event) -> Void
    ) {
        (self.address, self.certificateFile, self.line, self.onEvent) = (address, certificateFile, line, onEvent)
    }

    func run() {
        // As for every transfer: curl leaves a closed TLS connection's signal to its caller.
        var brokenPipe = sigset_t()
        sigemptyset(&brokenPipe)
        sigaddset(&brokenPipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &brokenPipe, nil)
        let easy = curl_easy_init()
        var reason = "libcurl is out of memory"
        if let easy {
            do throws(End) {
                try connect(easy)
                try carry(easy)
            } catch {
                reason = error.reason
            }
        }
        line.orders.withLock { $0.isOver = true }
        if let easy {
            curl_multi_remove_handle(multi, easy)
            curl_easy_cleanup(easy)
        }
        curl_multi_cleanup(multi)
        onEvent(.closed(reason))
    }

    // MARK: connecting

    private func connect(_ easy: UnsafeMutableRawPointer) throws(End) {
        cc_set_string(easy, CURLOPT_URL, address.url)
        cc_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        cc_set_long(easy, CURLOPT_CONNECT_ONLY, 1)
        cc_set_long(easy, CURLOPT_HTTP_VERSION, Int(CC_HTTP_1_1))
        cc_set_long(easy, CURLOPT_HTTPPROXYTUNNEL, 1)
        cc_set_long(easy, CURLOPT_NOSIGNAL, 1)
        cc_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        cc_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, 10_000)
        if let certificateFile { cc_set_string(easy, CURLOPT_CAINFO, certificateFile) }
        cc_set_opener(easy, CURLOPT_OPENSOCKETFUNCTION) { _, _, address in
            guard let address else { return CURL_SOCKET_BAD }
            let isAllowed = withUnsafePointer(to: &address.pointee.addr) { SocketOpening.isAllowed($0) }
            return isAllowed ? SocketOpening.open(address) : CURL_SOCKET_BAD
        }
        curl_multi_add_handle(multi, easy)
        while true {
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            var left: Int32 = 0
            var code = CURLE_OK
            if let message = curl_multi_info_read(multi, &left), cc_finished(message, &code) != nil {
                guard code == CURLE_OK else { throw failure(String(cString: curl_easy_strerror(code))) }
                break
            }
            try checkOrders()
            try wait(nil)
        }
        guard cc_get_socket(easy, &socket) == CURLE_OK, socket >= 0 else { throw failure("no connection") }
        let handshake = WebSocketHandshake(address, key: (0..<16).map { _ in random.next() })
        outgoing.append(handshake.request)
        self.handshake = handshake
    }

    private func failure(_ detail: String) -> End { End(reason: "\(address.host): \(detail)") }

    // MARK: carrying

    private func carry(_ easy: UnsafeMutableRawPointer) throws(End) {
        while true {
            try checkOrders()
            try read(easy)
            try write(easy)
            if outgoing.isEmpty, let ending { throw End(reason: ending) }
            try wait(CURL_WAIT_POLLIN | (outgoing.isEmpty ? 0 : CURL_WAIT_POLLOUT))
        }
    }

    /// Frames wait for the handshake.
    private func checkOrders() throws(End) {
        let isOpen = socket >= 0 && handshake == nil
        let orders = line.orders.withLock { orders in
            let now = orders
            if isOpen { orders.frames = [] }
            return now
        }
        if orders.isClosing ? !isOpen : orders.isCut { throw End(reason: "the connection was given up") }
        guard isOpen, !isCloseSent else { return }
        for (opcode, payload) in orders.frames { enqueue(opcode, payload) }
        guard orders.isClosing else { return }
        sendClose(1000)
        deadline = .now + Self.closingTime
    }

    private func enqueue(_ opcode: WebSocketFrames.Opcode, _ payload: [UInt8]) {
        outgoing.append(WebSocketFrames.frame(opcode, payload, mask: (0..<4).map { _ in random.next() }))
    }

    private func sendClose(_ code: Int) {
        guard !isCloseSent else { return }
        isCloseSent = true
        enqueue(.close, WebSocketFrames.closePayload(code))
    }

    private func read(_ easy: UnsafeMutableRawPointer) throws(End) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        // TLS may hold more than the socket shows, so it is read until there is nothing, in turns with writing.
        hasMore = false
        for _ in 0..<16 where ending == nil {
            var count = 0
            switch curl_easy_recv(easy, &buffer, buffer.count, &count) {
            case CURLE_OK where count > 0: try take(buffer[..<count])
            case CURLE_AGAIN: return
            default: throw failure("the connection was lost")
            }
        }
        hasMore = true
    }

    private func take(_ bytes: ArraySlice<UInt8>) throws(End) {
        guard handshake != nil else { return frames.receive(bytes).forEach(react) }
        switch handshake?.receive(bytes) {
        case nil: return
        case .refused(let reason): throw failure(reason)
        case .accepted(let rest):
            (handshake, deadline) = (nil, nil)
            onEvent(.opened)
            frames.receive(rest).forEach(react)
            try checkOrders()
        }
    }

    private func react(to event: WebSocketFrames.Event) {
        switch event {
        case .text(let text): onEvent(.text(text))
        case .binary, .pong: onEvent(.sign)
        case .ping(let payload):
            if !isCloseSent { enqueue(.pong, payload) }
            onEvent(.sign)
        case .close(let code, _):
            end("\(address.host) closed the connection\(code.map { " (\($0))" } ?? "")", code: code ?? 1000)
        case .fault(let fault): end("\(address.host) broke the protocol: \(fault.reason)", code: fault.code)
        }
    }

    private func end(_ reason: String, code: Int) {
        sendClose(code)
        ending = reason
        deadline = .now + Self.closingTime
    }

    private func write(_ easy: UnsafeMutableRawPointer) throws(End) {
        while let first = outgoing.first {
            var count = 0
            let code = first.withUnsafeBytes { bytes in
                curl_easy_send(easy, bytes.baseAddress! + sentOfFirst, bytes.count - sentOfFirst, &count)
            }
            if code == CURLE_AGAIN { return }
            guard code == CURLE_OK else { throw ending.map(End.init) ?? failure("the connection was lost") }
            sentOfFirst += count
            guard sentOfFirst == first.count else { continue }
            outgoing.removeFirst()
            sentOfFirst = 0
        }
    }

    /// Sleeps until the socket is ready for the events, an order, or the deadline. Without events, curl knows what it waits for.
    private func wait(_ events: Int32?) throws(End) {
        if hasMore { return }
        let left = deadline.map { ContinuousClock.now.duration(to: $0) } ?? .seconds(60)
        guard left > .zero else {
            throw ending.map(End.init)
                ?? failure(isCloseSent ? "the connection was closed" : "it did not answer in time")
        }
        let milliseconds =
            Int32(left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000) + 1
        guard let events else {
            curl_multi_poll(multi, nil, 0, min(milliseconds, 1000), nil)
            return
        }
        var place = curl_waitfd(fd: socket, events: Int16(events), revents: 0)
        curl_multi_poll(multi, &place, 1, milliseconds, nil)
    }
}
