import Basics

/// The path and the query of a request line: `/v1/kill?trace=t%201&agent=bot`.
struct RequestTarget: Hashable, Sendable {
    let path: String
    let query: [WebRequest.Field]

    /// A percent sign without two hexadecimal digits means itself.
    init(_ text: String) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = Self.decode(String(parts.first ?? ""))
        query = (parts.dropFirst().first ?? "").split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                Self.decode(String($0).replacing("+", with: " "))
            }
            return WebRequest.Field(halves[0], halves.dropFirst().first ?? "")
        }
    }

    private static func decode(_ text: String) -> String { PercentEncoding.decode(text) ?? text }
}
