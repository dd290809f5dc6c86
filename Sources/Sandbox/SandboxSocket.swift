import Basics
import Glibc
package import HTTPClient

/// A WebSocket server on loopback over plain sockets, so that a test can also send half a frame and hang up.
///
/// Each connection has a thread of its own, on which its events arrive. Pings are answered.
package final class SandboxSocket: Sendable {
    package enum Event: Hashable, Sendable {
        case opened
        case text(String)
        case pong
        /// The last event.
        case closed(code: Int?)
    }

    /// One connection.
    package final class Link: Sendable {
        /// From 1, in the order of opening.
        package let id: Int
        /// The path and query that the client asked for.
        package let target: String
        fileprivate let descriptor: Lock<Int32?>

        fileprivate init(id: Int, target: String, descriptor: Int32) {
            (self.id, self.target, self.descriptor) = (id, target, Lock(descriptor))
        }

        /// Sends bytes as they are.
        package func send(_ bytes: [UInt8]) {
            descriptor.withLock { descriptor in
                guard let descriptor else { return }
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = rest.withUnsafeBytes {
                        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    guard count > 0 else { return }
                    rest = rest.dropFirst(count)
                }
            }
        }

        package func send(_ opcode: WebSocketFrames.Opcode, _ payload: [UInt8], isFinal: Bool = true) {
            send(WebSocketFrames.frame(opcode, payload, isFinal: isFinal))
        }

        package func send(_ text: String) { send(.text, Array(text.utf8)) }

        /// Ends the connection without a word.
        package func hangUp() {
            descriptor.withLock { descriptor in _ = descriptor.map { shutdown($0, Int32(SHUT_RDWR)) } }
        }

        fileprivate func close() {
            descriptor.withLock { descriptor in
                if let descriptor { Glibc.close(descriptor) }
                descriptor = nil
            }
        }
    }

    package let port: Int
    private let listener: Int32
    private let state = Lock(State())
    private let admits: @Sendable (_ target: String) -> Bool
    private let onEvent: @Sendable (Link, Event) -> Void

    private struct State: Sendable {
        var links: [Int: Link] = [:]
        var opened = 0
        var isStopped = false
    }

    package struct NoPort: Error {}

    /// `admits` decides by the path and query whether a client gets a connection; others get 403.
    package init(
        admits: @escaping @Sendable (_ target: String) -> Bool = { _ in true },
        onEvent: @escaping @Sendable (Link, Event) -> Void
    ) throws {
        (self.admits, self.onEvent) = (admits, onEvent)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (listener, isListening) = (listener, Lock(false))
        port = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                isListening.withLock {
                    $0 =
                        bind(listener, pointer, size) == 0 && listen(listener, 64) == 0
                        && getsockname(listener, pointer, &size) == 0
                }
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
        guard isListening.withLock({ $0 }) else { throw NoPort() }
        OwnThread.start { [self] in serve() }
    }

    package func stop() {
        let links = state.withLock { state in
            state.isStopped = true
            return Array(state.links.values)
        }
        shutdown(listener, Int32(SHUT_RDWR))
        for link in links { link.hangUp() }
    }

    private func serve() {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { break }
            OwnThread.start { [self] in converse(descriptor) }
        }
        close(listener)
    }

    private func converse(_ descriptor: Int32) {
        var frames = WebSocketFrames(from: .client)
        guard let (target, key) = Self.request(descriptor), admits(target) else {
            Self.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", to: descriptor)
            close(descriptor)
            return
        }
        Self.write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: \(WebSocketHandshake.accept(key))\r\n\r\n", to: descriptor)
        let link = state.withLock { state in
            state.opened += 1
            let link = Link(id: state.opened, target: target, descriptor: descriptor)
            state.links[link.id] = link
            if state.isStopped { link.hangUp() }
            return link
        }
        onEvent(link, .opened)
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var code: Int?
        reading: while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            for event in frames.receive(buffer[..<count]) {
                switch event {
                case .text(let text): onEvent(link, .text(text))
                case .ping(let payload): link.send(.pong, payload)
                case .pong: onEvent(link, .pong)
                case .close(let given, _):
                    code = given
                    link.send(.close, WebSocketFrames.closePayload(given ?? 1000))
                    break reading
                case .fault, .binary: break reading
                }
            }
        }
        state.withLock { $0.links[link.id] = nil }
        link.close()
        onEvent(link, .closed(code: code))
    }

    /// The target and the key of an opening handshake.
    private static func request(_ descriptor: Int32) -> (target: String, key: String)? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < 8192, !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard recv(descriptor, &byte, 1, 0) == 1 else { return nil }
            bytes.append(byte)
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        let name = "sec-websocket-key: "
        guard words.count == 3, words[0] == "GET", let key = lines.first(where: { $0.lowercased().hasPrefix(name) })
        else {
            return nil
        }
        return (String(words[1]), String(key.dropFirst(name.count)))
    }

    private static func write(_ text: String, to descriptor: Int32) {
        _ = send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL))
    }
}
