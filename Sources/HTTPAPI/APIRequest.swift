import Basics
import JSON
package import WebServer

/// A request with the values of its path. Everything in it is untrusted.
package struct APIRequest: Sendable {
    package var web: WebRequest
    var arguments: [String: String]

    static let maxLimit = 1000

    func text(_ name: String) -> String { arguments[name] ?? "" }

    func id() throws(APIRefusal) -> Int64 {
        guard let id = Int64(text("id")), id > 0 else {
            throw .badRequest("\"\(Self.shown(text("id")))\" is not a number.")
        }
        return id
    }

    func limit(_ standard: Int) throws(APIRefusal) -> Int {
        guard let text = web.queryValue("limit") else { return standard }
        guard let limit = Int(text), (1...Self.maxLimit).contains(limit) else {
            throw .badRequest("limit must be a number from 1 to \(Self.maxLimit).")
        }
        return limit
    }

    /// The value of a query parameter among known ones; nil if it is not given.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws(APIRefusal) -> Choice? {
        guard let word = web.queryValue(name) else { return nil }
        guard let choice = Choice(rawValue: word) else {
            throw .badRequest("\(name) must be one of: \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return choice
    }

    /// The body as JSON; an empty body is an empty object.
    func body() throws(APIRefusal) -> JSONValue {
        if web.body.isEmpty { return .object([]) }
        do {
            return try JSONDocument.parse(web.body)
        } catch {
            throw .badRequest("The body is not valid JSON: \(error)")
        }
    }

    /// A foreign text as an answer quotes it.
    static func shown(_ text: String) -> String {
        UntrustedText.bounded(UntrustedText.line(UntrustedText.visible(String(text.prefix(400)))), limit: 100)
    }
}

/// Why a request is refused, as a sentence that says what to do.
package struct APIRefusal: Error, Hashable, Sendable {
    var status: Int
    var sentence: String

    static func badRequest(_ sentence: String) -> Self { Self(status: 400, sentence: sentence) }
    static func notFound(_ sentence: String) -> Self { Self(status: 404, sentence: sentence) }
}
