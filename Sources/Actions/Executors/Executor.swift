import Basics
import HTTPClient
import OnCallModel

/// How the target of an execution is, as read from its provider.
enum Standing: Hashable, Sendable {
    /// As it was when the act was requested: the effect is certainly not there.
    case open
    /// The effect is there. The detail says so: "LiteLLM key 3f2a9c01 is blocked".
    case reached(String, reference: String?)
    /// The effect is not seen, but a request that was sent may still have it. The reason says what to check.
    case unseen(String)
    /// Neither: the target is another one than when the act was requested. One sentence.
    case changed(String)
}

/// One way to act on a provider. It sends what ``requests(_:key:)`` prints.
protocol Executor: Sendable {
    /// What is not configured, as a sentence that says what to do; nil if it can be used.
    var missing: String? { get }
    /// Completes an execution that names its row: reads what it acts on, and the state of it.
    func prepare(_ draft: Execution) async throws(ActFault) -> Execution
    /// The exact requests, in the order in which they are sent.
    func requests(_ execution: Execution, key: String) -> [HTTPRequest]
    /// Reads the target. `since` is when the act was first attempted.
    func standing(of execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing
    /// Sends the requests, those of which the effect is not there yet. Nil if the target is to be read back.
    func send(_ execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing?
}

/// One provider's API, for executors: its name in sentences and its headers.
struct ExecutorAPI: Sendable {
    let name: String
    let base: String
    let headers: [HTTPRequest.Header]
    let calls: ProviderCalls

    func request(
        _ method: HTTPRequest.Method, _ path: String, _ document: JSONValue? = nil, type: String = "application/json"
    ) -> HTTPRequest {
        let body = document.map { Array($0.serialized.utf8) }
        let types = body == nil ? [] : [HTTPRequest.Header("Content-Type", type)]
        return HTTPRequest(
            method, base + path, headers: headers + types, body: body, timeout: .seconds(20), bodyLimit: 8 << 20)
    }

    /// The answer and its JSON. A lost answer of a write throws `.unknown`, unless a second arrival does no harm.
    func send(
        _ request: HTTPRequest, isRepeatable: Bool = false
    ) async throws(ActFault) -> (status: Int, document: JSONValue, response: HTTPResponse) {
        let response = try await calls.send(
            request, to: name, isRepeatable: isRepeatable || request.method == .get)
        if response.status == 429 {
            throw .retry("\(name) asks to wait (429).", after: calls.retryAfter(response) ?? .seconds(30))
        }
        return (response.status, calls.document(response) ?? .null, response)
    }

    func get(_ path: String) async throws(ActFault) -> (status: Int, document: JSONValue, response: HTTPResponse) {
        try await send(request(.get, path))
    }

    /// The fault for a status that is not expected. `hint` says what to check.
    func refusal(_ status: Int, _ document: JSONValue, _ hint: String) -> ActFault {
        let said =
            [
                document["message"]?.string, document["error"]?.string, document["error"]?["message"]?.string,
                document["detail"]?.string,
            ].compactMap { $0 }.first.map { ": \(calls.text.line($0, limit: 200))" } ?? ""
        return .failed("\(name) refused (\(status))\(said). \(hint)")
    }

    static func encode(_ part: String) -> String { PercentEncoding.encode(part) }
}
