import Basics

/// A request to the loopback server. All of its content is untrusted.
package struct WebRequest: Hashable, Sendable {
    package var method: String
    /// The decoded path without the query: `/v1/kill`.
    package var path: String
    /// Decoded, in the order sent; a name may occur more than once.
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

/// The response to a ``WebRequest``.
package struct WebResponse: Hashable, Sendable {
    package var status: Int
    package var headers: [WebRequest.Field]
    package var body: [UInt8]
    /// The number of body bytes after which the connection is closed, as if the server had crashed; nil sends all.
    package var cutAfter: Int?

    package init(status: Int, headers: [WebRequest.Field] = [], body: [UInt8] = [], cutAfter: Int? = nil) {
        (self.status, self.headers, self.body, self.cutAfter) = (status, headers, body, cutAfter)
    }

    package static func json(_ text: String, status: Int = 200, headers: [WebRequest.Field] = []) -> WebResponse {
        let type = WebRequest.Field("Content-Type", "application/json; charset=utf-8")
        return WebResponse(status: status, headers: [type] + headers, body: Array(text.utf8))
    }

    /// `{"error": …}` with a sentence that says what to do.
    package static func refusal(
        _ status: Int, _ sentence: String, headers: [WebRequest.Field] = []
    ) -> WebResponse {
        .json(JSONValue.fields(["error": .string(sentence)]).serialized, status: status, headers: headers)
    }
}
