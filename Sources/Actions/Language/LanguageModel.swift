package import Basics
package import HTTPClient
import JSON

/// A language model behind any OpenAI-compatible endpoint. It only writes text: it has no tools, and its caller has a text
/// to use when it fails.
package struct LanguageModel: Sendable {
    private let access: ProviderAccess.Model
    private let http: HTTPClient
    private let clock: WallClock
    private let text: OutgoingText
    /// For the complete answer, including a second try.
    private let timeout: Span

    package init(access: ProviderAccess, http: HTTPClient, clock: WallClock, timeout: Span = .seconds(8)) {
        self.access = access.model
        self.http = http
        self.clock = clock
        self.timeout = timeout
        text = OutgoingText(redaction: access.redaction)
    }

    package var name: String { access.name }
    package var isConfigured: Bool { access.isConfigured }

    /// The model's answer without its reasoning, cleaned and redacted.
    ///
    /// Both messages are redacted before they are sent. Only parameters that every such server accepts are used; the newer
    /// name of the token limit is tried once if the older one is refused.
    package func complete(
        system: String, prompt: String, maxTokens: Int = 1000
    ) async throws(LanguageModelFailure) -> String {
        guard access.isConfigured else { throw .notConfigured }
        let start = clock.now()
        var response = try await send(system, prompt, limit: ("max_tokens", maxTokens), within: timeout)
        if response.status == 400, response.text.contains("max_completion_tokens") {
            let rest = timeout - (clock.now() - start)
            guard rest > .milliseconds(100) else { throw .timedOut(timeout) }
            response = try await send(system, prompt, limit: ("max_completion_tokens", maxTokens), within: rest)
        }
        return try ModelAnswer(response, model: access.name, now: clock.now(), text: text).content()
    }

    private func send(
        _ system: String, _ prompt: String, limit: (name: String, tokens: Int), within span: Span
    ) async throws(LanguageModelFailure) -> HTTPResponse {
        let document: JSONValue = .object([
            .init("model", .string(access.name)),
            .init(
                "messages",
                [
                    ["role": "system", "content": .string(text.plain(system))],
                    ["role": "user", "content": .string(text.plain(prompt))],
                ]),
            .init(limit.name, JSONValue(limit.tokens)),
            .init("stream", false),
        ])
        let authorization = access.key.isEmpty ? [] : [HTTPRequest.Header("Authorization", "Bearer \(access.key)")]
        let request = HTTPRequest(
            .post, access.baseURL + "/chat/completions",
            headers: authorization + [.init("Content-Type", "application/json")],
            body: Array(text.redaction.apply(to: document.serialized).utf8), timeout: span,
            connectTimeout: min(span, .seconds(3)),
            bodyLimit: 2 << 20)
        do {
            return try await http.send(request)
        } catch let error as HTTPError {
            throw error.kind == .timedOut ? .timedOut(timeout) : .unreachable(text.line(error.message, limit: 200))
        } catch {
            throw .cancelled
        }
    }
}
