import Basics
import Glibc
import JSON

/// A provider on loopback over a plain socket, one request a connection, so that a test can also hang up in the middle.
final class LoopbackProvider: Sendable {
    struct Request: Sendable {
        var method = ""
        var path = ""
        var query = ""
        /// Names in lower case.
        var headers: [String: String] = [:]
        var body: [UInt8] = []

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: JSONValue { (try? JSONDocument.parse(body)) ?? .null }

        func parameter(_ name: String) -> String? {
            query.split(separator: "&").first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
        }
    }

    enum Reply: Sendable {
        case answer(Int, headers: [String: String] = [:], String)
        /// A body without a length, part by part: the next is sent when the closure returns true, and the rest is kept back
        /// when it returns false.
        case parts([String], next: @Sendable () -> Bool)
        /// The request is in; the connection ends without a word.
        case hangUp

        static func json(_ value: JSONValue, status: Int = 200, headers: [String: String] = [:]) -> Reply {
            .answer(status, headers: headers.merging(["Content-Type": "application/json"]) { $1 }, value.serialized)
        }
    }

    let address: String
    private let listener: Int32
    private let log = Lock<[Request]>([])

    var requests: [Request] { log.withLock { $0 } }

    /// `handler` runs on the server's own thread, one request at a time.
    init(handler: @escaping @Sendable (Request) -> Reply) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                precondition(bind(listener, pointer, size) == 0 && listen(listener, 64) == 0)
                getsockname(listener, pointer, &size)
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
        self.listener = listener
        address = "http://127.0.0.1:\(port)"
        let work = Work(listener: listener, log: log, handler: handler)
        OwnThread.start { work.run() }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private final class Work: Sendable {
        let listener: Int32
        let log: Lock<[Request]>
        let handler: @Sendable (Request) -> Reply

        init(listener: Int32, log: Lock<[Request]>, handler: @escaping @Sendable (Request) -> Reply) {
            self.listener = listener
            self.log = log
            self.handler = handler
        }

        func run() {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                if let request = read(connection) {
                    log.withLock { $0.append(request) }
                    write(handler(request), to: connection)
                }
                close(connection)
            }
            close(listener)
        }

        private func read(_ connection: Int32) -> Request? {
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                if let request = parse(bytes) { return request }
                let count = recv(connection, &chunk, chunk.count, 0)
                guard count > 0 else { return nil }
                bytes += chunk.prefix(count)
            }
        }

        private func parse(_ bytes: [UInt8]) -> Request? {
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
            let words = lines[0].split(separator: " ")
            let target = words[1].split(separator: "?", maxSplits: 1)
            var request = Request(method: String(words[0]), path: String(target[0]))
            if target.count > 1 { request.query = String(target[1]) }
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                request.headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].drop { $0 == " " }.description : ""
            }
            let body = bytes[end.upperBound...]
            guard body.count >= Int(request.headers["content-length"] ?? "0") ?? 0 else { return nil }
            request.body = Array(body)
            return request
        }

        private func write(_ reply: Reply, to connection: Int32) {
            if case .parts(let parts, let next) = reply { return write(parts, next, to: connection) }
            guard case .answer(let status, let headers, let body) = reply else { return }
            let fields = headers.map { "\($0): \($1)\r\n" }.joined()
            let length = "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n"
            let bytes = Array("HTTP/1.1 \(status) X\r\n\(fields)\(length)\r\n\(body)".utf8)
            _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }

        private func write(_ parts: [String], _ next: () -> Bool, to connection: Int32) {
            for part in ["HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"] + parts {
                let bytes = Array(part.utf8)
                _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                if parts.contains(part), !next() { return }
            }
        }
    }
}
