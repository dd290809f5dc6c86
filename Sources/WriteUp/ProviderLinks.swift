/// The addresses of the providers' own pages. What cannot be made of a row or of the settings has none.
package struct ProviderLinks: Hashable, Sendable {
    /// Where Langfuse is; it redirects `/trace/ID` to the page of the trace in its project.
    let langfuse: String?
    /// `https://github.com/owner/repository`.
    let repository: String?

    package init(langfuse: String?, repository: String?) {
        (self.langfuse, self.repository) = (langfuse.flatMap(Self.base), repository.flatMap(Self.base))
    }

    private static func base(_ text: String) -> String? {
        guard isPage(text) else { return nil }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// A row's own address, if it is one that a browser can open and that no Markdown reader takes apart.
    func page(_ url: String) -> String? { Self.isPage(url) ? url : nil }

    func trace(_ id: String) -> String { langfuse.map { "\($0)/trace/\(Self.encoded(id))" } ?? "" }

    func commit(_ sha: String) -> String {
        let isHash = sha.count >= 7 && sha.allSatisfy(\.isHexDigit)
        return isHash ? repository.map { "\($0)/commit/\(sha)" } ?? "" : ""
    }

    private static func isPage(_ url: String) -> Bool {
        guard url.hasPrefix("https://") || url.hasPrefix("http://"), url.utf8.count <= 2000 else { return false }
        return url.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !url.contains { "<>()[]\"'`\\|{}".contains($0) }
    }

    private static func encoded(_ id: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in id.utf8 {
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F].contains(byte)
            bytes += isPlain ? [byte] : [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
