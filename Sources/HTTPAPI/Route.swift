package import Basics
package import IncidentStore
package import WebServer

/// One route of the HTTP interface. Dispatch and the OpenAPI document are both made from the list ``API/routes``.
package struct Route: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
    }

    /// What a request needs.
    package enum Access: Sendable {
        /// Nothing: what the answer says is no secret on this machine.
        case open
        /// Nothing while only this machine reaches the server, else the token.
        case local
        /// The token of the file `api-token`.
        case token
        /// The token, or PagerDuty's signature.
        case tokenOrPagerDuty
        /// Slack's signature, which the handler checks.
        case slack

        /// It proves where a request comes from. It may come through a tunnel, under the tunnel's name.
        var provesOrigin: Bool {
            switch self {
            case .open, .local, .token: false
            case .tokenOrPagerDuty, .slack: true
            }
        }
    }

    /// A parameter of the path or the query.
    package struct Parameter: Sendable {
        package var name: String
        package var schema: Schema
        package var meaning: String
        package var isRequired = false
    }

    package enum Handler: Sendable {
        /// Reads the store; the JSON text is made on the reader's thread.
        case read(@Sendable (StoreSnapshot, APIRequest) throws -> JSONValue)
        case respond(@Sendable (API, APIRequest) async throws -> WebResponse)
    }

    package var method: Method
    /// With names in braces: `/api/incidents/{id}`.
    package var path: String
    package var summary: String
    package var access = Access.token
    package var query: [Parameter] = []
    /// The request's body; nil if it has none.
    package var body: Schema?
    package var isBodyRequired = true
    /// The body of the answer 200; nil if it is not JSON.
    package var answer: Schema?
    package var contentType = "application/json"
    /// Further statuses, with what they mean.
    package var others: KeyValuePairs<Int, String> = [:]
    package var handler: Handler

    /// The values of the names in braces; nil if the path is another one.
    func arguments(in path: String) -> [String: String]? {
        let (own, given) = (
            self.path.split(separator: "/"), path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        )
        guard own.count == given.count else { return nil }
        var values: [String: String] = [:]
        for (part, word) in zip(own, given) {
            if part.hasPrefix("{") {
                guard !word.isEmpty else { return nil }
                values[String(part.dropFirst().dropLast())] = String(word)
            } else if part != word {
                return nil
            }
        }
        return values
    }

    /// The names in braces, in their order.
    var names: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }
}

extension Route.Parameter {
    static func limit(_ standard: Int) -> Self {
        Self(
            name: "limit", schema: .integer,
            meaning: "The maximum number of elements, from 1 to \(APIRequest.maxLimit) (default: \(standard)).")
    }
}
