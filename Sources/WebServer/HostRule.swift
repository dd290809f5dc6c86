/// The `Host` and `Origin` headers that a server accepts. A web page that points a name of its own at this machine (DNS rebinding), or
/// sends requests from a browser on it, is refused.
package struct HostRule: Hashable, Sendable {
    private let names: Set<String>
    /// The server listens beyond loopback. A page cannot choose an address as its name, so every address is accepted.
    private let acceptsAddresses: Bool

    /// `host` is what the server listens on; `names` are the other names that clients use for this machine.
    package init(listening host: String, names: [String] = []) {
        self.names = Set((["localhost", "[::1]", host] + names).map { $0.lowercased() })
        acceptsAddresses = !Self.isLoopback(host)
    }

    /// Nil if the request is accepted. A client that sends no `Host` is not a browser.
    package func refusal(of request: WebRequest) -> WebResponse? {
        let host = request.header("host")
        if let host, !accepts(Self.withoutPort(host.lowercased())) {
            return .refusal(
                421, "This server does not answer to the host \"\(host.prefix(100))\". Set SENTINEL_HOSTS to accept it."
            )
        }
        guard let origin = request.header("origin") else { return nil }
        guard let host, ["http://\(host)", "https://\(host)"].contains(origin.lowercased()) else {
            return .refusal(403, "Requests from other web pages are not accepted.")
        }
        return nil
    }

    private func accepts(_ name: String) -> Bool {
        names.contains(name) || Self.isLoopback(name) || acceptsAddresses && Self.isAddress(name)
    }

    /// Whether only this machine reaches an address: 127.0.0.0/8 and `localhost`.
    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || isAddress(host) && host.hasPrefix("127.")
    }

    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { $0.allSatisfy(\.isNumber) && UInt8($0) != nil }
    }

    private static func withoutPort(_ host: String) -> String {
        guard let colon = host.lastIndex(of: ":"), host[colon...].dropFirst().allSatisfy(\.isNumber) else {
            return host
        }
        return String(host[..<colon])
    }
}
