import Basics
import Crypto

/// The opening handshake of a client (RFC 6455, section 4.1): the request, and whether the answer accepts it.
package struct WebSocketHandshake {
    enum Answer: Hashable {
        /// With the bytes that followed it.
        case accepted([UInt8])
        /// Why, without a full stop.
        case refused(String)
    }

    private let address: WebSocketAddress
    private let key: String
    private var bytes: [UInt8] = []
    private static let headLimit = 16 << 10

    /// `key` is 16 random bytes.
    init(_ address: WebSocketAddress, key: [UInt8]) {
        self.address = address
        self.key = Base64.encode(key)
    }

    var request: [UInt8] {
        Array(
            """
            GET \(address.target) HTTP/1.1\r
            Host: \(address.hostHeader)\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Key: \(key)\r
            Sec-WebSocket-Version: 13\r
            \r

            """.utf8)
    }

    /// Takes what has arrived, cut anywhere. Nil while the head is not complete.
    mutating func receive(_ more: some Sequence<UInt8>) -> Answer? {
        bytes += more
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            return bytes.count > Self.headLimit ? .refused("its answer is not HTTP") : nil
        }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        guard let status, lines[0].hasPrefix("HTTP/1.1 ") else { return .refused("its answer is not HTTP") }
        guard status == 101 else { return .refused("it returned \(status)") }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased(), default: ""] += String(line[line.index(after: colon)...]).trimmed
        }
        let connection = (headers["connection"] ?? "").lowercased().split { $0 == "," || $0 == " " }
        guard headers["upgrade"]?.lowercased() == "websocket", connection.contains("upgrade"),
            headers["sec-websocket-accept"] == Self.accept(key), headers["sec-websocket-extensions"] == nil,
            headers["sec-websocket-protocol"] == nil
        else { return .refused("it is not a WebSocket server") }
        return .accepted(Array(bytes[end.upperBound...]))
    }

    /// What a server answers to a key.
    package static func accept(_ key: String) -> String {
        Base64.encode(SHA1.digest(of: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }
}
