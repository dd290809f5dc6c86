import Basics
import CCurl

/// A client's WebSocket connection on a thread of its own.
///
/// curl connects, with the proxy, the certificates and the address rules of every other request (`CURLOPT_CONNECT_ONLY`); the
/// handshake and the frames are our own, because Debian's libcurl has none (docs/decisions/0030). Pings are answered here.
package final class WebSocket: Sendable {
    package enum Event: Hashable, Sendable {
        case opened
        case text(String)
        /// Any other frame: the other side is there.
        case sign
        /// The last event, with why as a clause: "127.0.0.1 closed the connection (1001)".
        case closed(String)
    }

    private let line: WebSocketLoop.Line

    /// `onEvent` runs on the connection's thread, so what it sends goes out whatever Swift's pool is busy with. It must not block.
    init(_ address: WebSocketAddress, certificateFile: String?, onEvent: @escaping @Sendable (Event) -> Void) {
        curl_global_init(CC_GLOBAL_ALL)
        guard let multi = curl_multi_init() else { fatalError("libcurl could not start: out of memory") }
        line = WebSocketLoop.Line(multi)
        let loop = WebSocketLoop(address, certificateFile: certificateFile, line: line, onEvent: onEvent)
        if OwnThread.start({ loop.run() }) != 0 {
            curl_multi_cleanup(multi)
            line.orders.withLock { $0.isOver = true }
            Task { onEvent(.closed("the system has no thread for a connection")) }
        }
    }

    deinit { line.order { $0.isCut = true } }

    package func send(_ text: String) { line.order { $0.frames.append((.text, Array(text.utf8))) } }
    package func ping() { line.order { $0.frames.append((.ping, [])) } }
    /// Ends the connection after what was sent, and waits for the other side to agree, two seconds at most.
    package func close() { line.order { $0.isClosing = true } }
}

extension HTTPClient {
    /// Opens a WebSocket connection; ``WebSocket/Event/closed(_:)`` says when it was not possible.
    package func webSocket(
        _ address: WebSocketAddress, onEvent: @escaping @Sendable (WebSocket.Event) -> Void
    ) -> WebSocket {
        WebSocket(address, certificateFile: certificateFile, onEvent: onEvent)
    }
}
