import Basics
import HTTPClient
import OnCallModel

/// The part of Slack's Web API that the acts use.
struct SlackAPI: Sendable {
    let access: ProviderAccess.Slack
    let calls: ProviderCalls
    /// The known ids of channels, by name.
    let channelIDs = Lock<[String: String]>([:])

    /// Nil when messages can be sent; otherwise a sentence that names the variable to set.
    var missing: String? {
        access.token.isEmpty ? "Slack is not configured: set SLACK_BOT_TOKEN to post to \(access.channel)." : nil
    }

    /// The same workspace, another channel.
    func posting(to channel: String) -> SlackAPI {
        var access = access
        access.channel = channel
        return SlackAPI(access: access, calls: calls)
    }

    func request(_ method: String, _ payload: JSONValue) -> HTTPRequest {
        HTTPRequest(
            .post, "\(access.baseURL)/\(method)",
            headers: headers + [.init("Content-Type", "application/json; charset=utf-8")],
            body: Array(calls.text.redaction.apply(to: payload.serialized).utf8), timeout: .seconds(15),
            bodyLimit: 4 << 20)
    }

    func write(_ method: String, _ payload: JSONValue, isRepeatable: Bool) async throws(ActFault) -> JSONValue {
        if let missing { throw .failed(missing) }
        let response = try await calls.send(request(method, payload), to: "Slack", isRepeatable: isRepeatable)
        return try accept(response, isRepeatable: isRepeatable)
    }

    func read(_ method: String, _ query: KeyValuePairs<String, String?>) async throws(ActFault) -> JSONValue {
        if let missing { throw .failed(missing) }
        let fields = query.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.encode($0))" } }
            .joined(separator: "&")
        let request = HTTPRequest(
            .get, "\(access.baseURL)/\(method)?\(fields)", headers: headers, timeout: .seconds(15), bodyLimit: 16 << 20)
        return try accept(await calls.send(request, to: "Slack", isRepeatable: true), isRepeatable: true)
    }

    private var headers: [HTTPRequest.Header] { [.init("Authorization", "Bearer \(access.token)")] }

    func accept(_ response: HTTPResponse, isRepeatable: Bool) throws(ActFault) -> JSONValue {
        if response.status == 429 {
            throw .retry("Slack rate limit reached (429).", after: calls.retryAfter(response) ?? .seconds(30))
        }
        guard let document = calls.document(response), let isOK = document["ok"]?.bool else {
            // A response without `ok` is not from Slack but from a proxy, so nothing was posted, unless it is the start of
            // a real response.
            if response.status == 200, response.body.first == UInt8(ascii: "{"), !isRepeatable {
                throw .unknown("Slack's response was cut off.")
            }
            throw .refused(
                "The response (\(response.status)) is not from Slack's API: check SLACK_BASE_URL and the proxy."
            )
        }
        if isOK { return document }
        throw SlackRefusal.fault(
            document, pause: calls.retryAfter(response), channel: access.channel, text: calls.text)
    }
}
