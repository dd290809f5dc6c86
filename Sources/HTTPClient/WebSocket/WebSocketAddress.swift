/// The address of a WebSocket: `wss://host:port/path?query`.
///
/// Only plain forms are read, so that what was checked is what is connected to: no user, no fragment, no escapes in the host.
package struct WebSocketAddress: Hashable, Sendable {
    package let isSecure: Bool
    /// In lower case; an IPv6 address without brackets.
    package let host: String
    package let port: Int
    /// The path and the query. It may hold a ticket, so it is never shown.
    let target: String

    package init?(_ text: String) {
        guard let separator = text.firstRange(of: "://"), text.utf8.count <= 4096,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }), !text.contains("#")
        else { return nil }
        switch text[..<separator.lowerBound].lowercased() {
        case "wss": isSecure = true
        case "ws": isSecure = false
        default: return nil
        }
        let rest = text[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest[authority.endIndex...]
        target = path.hasPrefix("/") ? String(path) : "/" + path
        let isBracketed = authority.hasPrefix("[")
        let end = isBracketed ? authority.firstIndex(of: "]") : authority.firstIndex(of: ":") ?? authority.endIndex
        guard let end else { return nil }
        host = (isBracketed ? authority[..<end].dropFirst() : authority[..<end]).lowercased()
        let isPlain = host.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: ".")
                || byte == (isBracketed ? UInt8(ascii: ":") : UInt8(ascii: "-"))
        }
        guard !host.isEmpty, isPlain else { return nil }
        let tail = isBracketed ? authority[end...].dropFirst() : authority[end...]
        guard !tail.isEmpty else {
            port = isSecure ? 443 : 80
            return
        }
        guard tail.hasPrefix(":"), let number = UInt16(tail.dropFirst()), number > 0 else { return nil }
        port = Int(number)
    }

    package var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") && isNumeric }
    private var isNumeric: Bool { host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") } }

    /// As curl takes it: it only connects.
    var url: String { "\(isSecure ? "https" : "http")://\(authority):\(port)/" }
    /// The header `Host`.
    var hostHeader: String { port == (isSecure ? 443 : 80) ? authority : "\(authority):\(port)" }
    private var authority: String { host.contains(":") ? "[\(host)]" : host }
}
