/// An absolute http(s) URL, split into the parts that decide whether it is trusted.
struct WebAddress: Hashable, Sendable {
    /// `https://api.github.com:443`, in lower case and with the port spelled out. Without user and password.
    let origin: String
    /// Scheme and authority as they were written.
    let root: String
    /// From the first slash on: path, query and all.
    let rest: String

    var text: String { root + rest }
    /// The value of the `Host` header: with a port only if it is not the scheme's default.
    var host: String {
        let authority = root.drop { $0 != "/" }.drop { $0 == "/" }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        let own = origin.hasPrefix("https:") ? ":443" : ":80"
        return host.hasSuffix(own) ? String(host.dropLast(own.count)) : host
    }
    /// The path without the query.
    var path: Substring { rest.prefix { $0 != "?" && $0 != "#" } }

    /// A URL without a scheme is https, as in Coral. Nil for other schemes.
    init?(_ written: String) {
        let text = written.contains("://") ? written : "https://" + written
        guard let separator = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let authority = text[separator.upperBound...].prefix { !"/?#\\".contains($0) }
        let host = (authority.split(separator: "@", omittingEmptySubsequences: false).last ?? "").lowercased()
        guard !host.isEmpty, !text.contains(where: { $0.isWhitespace || $0.isNewline }) else { return nil }
        let hasPort = host.last != "]" && host.reversed().prefix { $0 != "]" }.contains(":")
        origin = scheme + "://" + host + (hasPort ? "" : scheme == "https" ? ":443" : ":80")
        root = String(text[..<authority.endIndex])
        rest = String(text[authority.endIndex...])
    }

    /// The address with a path appended. If the address already ends with the start of the path, as
    /// `https://api.linear.app/graphql` and `/graphql`, the common part is used once.
    func appending(path added: String) -> String {
        let own = path.split(separator: "/")
        let wanted = added.split(separator: "/")
        let shared = (0...min(own.count, wanted.count)).last { own.suffix($0) == wanted.prefix($0) } ?? 0
        let segments = (own + wanted.dropFirst(shared)).joined(separator: "/")
        return root + "/" + segments + (added.hasSuffix("/") && !segments.isEmpty ? "/" : "")
    }

    /// The target of a `Location` or a link in a response from this address.
    func resolving(_ reference: String) -> WebAddress? {
        if reference.hasPrefix("//") { return WebAddress(root.prefix { $0 != "/" } + reference) }
        if reference.hasPrefix("/") { return WebAddress(root + reference) }
        if reference.contains("://") { return WebAddress(reference) }
        if reference.hasPrefix("?") { return WebAddress(root + path + reference) }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return WebAddress(root + folder + reference)
    }
}
