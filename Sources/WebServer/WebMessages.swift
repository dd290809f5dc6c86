/// A request that a client sent to the loopback server. Everything in it is hostile until checked.
package struct WebRequest: Hashable, Sendable {
    package var method: String
    /// The decoded path without the query: `/v1/kill`.
    package var path: String
    /// Decoded, in the order sent; a name may come more than once.
    package var query: [Field] = []
    /// Names in lower case.
    package var headers: [Field] = []
    /// The raw bytes, as they were signed.
    package var body: [UInt8] = []

    package struct Field: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            (self.name, self.value) = (name, value)
        }
    }

    package func queryValue(_ name: String) -> String? { query.first { $0.name == name }?.value }
    package func header(_ name: String) -> String? { headers.first { $0.name == name.lowercased() }?.value }
}

/// The answer to a ``WebRequest``.
package struct WebResponse: Hashable, Sendable {
    package var status: Int
    package var headers: [WebRequest.Field]
    package var body: [UInt8]
    /// After how many bytes of the body the connection is closed, as if the server had died over its answer; nil sends
    /// it all.
    package var cutAfter: Int?

    package init(status: Int, headers: [WebRequest.Field] = [], body: [UInt8] = [], cutAfter: Int? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
        self.cutAfter = cutAfter
    }

    package static func json(_ text: String, status: Int = 200, headers: [WebRequest.Field] = []) -> WebResponse {
        let type = WebRequest.Field("Content-Type", "application/json; charset=utf-8")
        return WebResponse(status: status, headers: [type] + headers, body: Array(text.utf8))
    }
}
