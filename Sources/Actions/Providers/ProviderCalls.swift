import Basics
import HTTPClient
import JSON
import OnCallModel

/// Sends one request of an act and tells apart what the outbox must tell apart: did it surely not arrive, or may it have?
struct ProviderCalls: Sendable {
    let http: HTTPClient
    let clock: WallClock
    let text: OutgoingText

    /// - Parameter isRepeatable: A second arrival does no harm, so a lost answer is simply tried again.
    func send(
        _ request: HTTPRequest, to provider: String, isRepeatable: Bool
    ) async throws(ActFault) -> HTTPResponse {
        let response: HTTPResponse
        do {
            response = try await http.send(request)
        } catch let error as HTTPError {
            let reason = "\(provider) did not answer (\(text.line(error.message, limit: 200)))."
            throw error.requestMayHaveArrived && !isRepeatable ? .unknown(reason) : .retry(reason)
        } catch {
            let reason = "The call to \(provider) was cut short while Sentinel was stopping."
            throw isRepeatable ? .retry(reason) : .unknown(reason)
        }
        if response.status >= 500 {
            let reason = "\(provider) returned \(response.status), a server error."
            let pause = RetryAfter.span(of: response, now: clock.now())
            throw isRepeatable ? .retry(reason, after: pause) : .unknown(reason)
        }
        return response
    }

    /// The body as JSON; nil for a web page, half a document, or nothing.
    func document(_ response: HTTPResponse) -> JSONValue? {
        try? JSONDocument.parse(response.body)
    }

    func pause(asked response: HTTPResponse) -> Span? {
        RetryAfter.span(of: response, now: clock.now())
    }
}
