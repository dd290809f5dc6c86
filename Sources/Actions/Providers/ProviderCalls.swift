import Basics
import HTTPClient
import JSON
import OnCallModel

/// Sends one request of an act. A failure says whether the request certainly did not arrive or may have arrived.
struct ProviderCalls: Sendable {
    let http: HTTPClient
    let clock: WallClock
    let text: OutgoingText

    /// - Parameter isRepeatable: A second arrival does no harm, so the request is retried when its response is lost.
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
            throw isRepeatable ? .retry(reason, after: retryAfter(response)) : .unknown(reason)
        }
        return response
    }

    /// The body as JSON; nil if it is not a complete JSON document.
    func document(_ response: HTTPResponse) -> JSONValue? {
        try? JSONDocument.parse(response.body)
    }

    func retryAfter(_ response: HTTPResponse) -> Span? {
        RetryAfter.span(of: response, now: clock.now())
    }
}
