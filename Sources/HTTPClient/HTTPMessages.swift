package import Basics

/// One HTTP request. The client follows no redirect by itself: who sends decides whether the new address is trusted.
package struct HTTPRequest: Hashable, Sendable {
    package enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            (self.name, self.value) = (name, value)
        }
    }

    package var method: Method
    package var url: String
    package var headers: [Header]
    package var body: [UInt8]?
    package var timeout: Span
    package var connectTimeout: Span
    /// The most bytes of decoded body that are taken; more fail the request, so no answer can fill the memory.
    package var bodyLimit: Int

    package init(
        _ method: Method = .get, _ url: String, headers: [Header] = [], body: [UInt8]? = nil,
        timeout: Span = .seconds(30), connectTimeout: Span = .seconds(10), bodyLimit: Int = 32 << 20
    ) {
        (self.method, self.url, self.headers, self.body) = (method, url, headers, body)
        (self.timeout, self.connectTimeout, self.bodyLimit) = (timeout, connectTimeout, bodyLimit)
    }
}

/// An answer, whatever its status.
package struct HTTPResponse: Hashable, Sendable {
    package var status: Int
    package var headers: [HTTPRequest.Header] = []
    package var body: [UInt8] = []

    /// The first header of that name, whatever its case.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// There was no response. `requestMayHaveArrived` decides whether an action may be repeated without a lookup.
package struct HTTPError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        case unreachable, timedOut, bodyTooLarge, tls, broken, cancelled
        /// An address that is never spoken to.
        case forbidden
    }

    package var kind: Kind
    /// Names the host, never a secret.
    package var message: String
    package var requestMayHaveArrived: Bool

    package var description: String { message }
}
