import HTTPClient

extension HTTPRequest {
    /// The request on one line, as it would be sent, with secrets masked: keys in headers, and the user and the query of the
    /// URL.
    var preview: String {
        let headers = headers.map { header in
            Self.secretHeaders.contains(header.name.lowercased())
                ? "\(header.name): \(Self.masked(header.value))" : "\(header.name): \(header.value)"
        }
        let content = body.map { [String(decoding: $0, as: UTF8.self)] } ?? []
        let parts = ["\(method.rawValue) \(Self.masked(address: url))"] + headers + content
        return parts.joined(separator: " | ")
    }

    private static let secretHeaders: Set<String> = ["authorization", "x-sentinel-signature"]

    /// Keeps the scheme word: `Bearer [masked]`, `sha256=[masked]`.
    private static func masked(_ value: String) -> String {
        let scheme = value.prefix { $0 != " " && $0 != "=" }
        guard scheme.count < value.count else { return "[masked]" }
        return value[..<value.index(after: scheme.endIndex)] + "[masked]"
    }

    static func masked(address url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
        let tail = rest[authority.endIndex...]
        let path = tail.prefix { $0 != "?" && $0 != "#" }
        let user = host.count < authority.count ? "[masked]@" : ""
        return url[..<scheme.upperBound] + user + host + path + (path.count < tail.count ? "?[masked]" : "")
    }
}
