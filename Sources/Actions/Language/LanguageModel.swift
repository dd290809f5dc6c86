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
    /// For the complete answer, including further tries.
    private let timeout: Span

    package init(access: ProviderAccess, http: HTTPClient, clock: WallClock, timeout: Span = .seconds(20)) {
        self.access = access.model
        self.http = http
        self.clock = clock
        self.timeout = timeout
        text = OutgoingText(redaction: access.redaction)
    }

    package var name: String { access.name }
    package var isConfigured: Bool { access.isConfigured }

    package struct Answer: Hashable, Sendable {
        package var text: String
        /// Of the request and the answer, as the server counts them; estimated by length where it does not.
        package var tokens: Int
    }

    /// The model's answer without its reasoning, cleaned and redacted.
    ///
    /// Both messages are redacted before they are sent. Only parameters that every such server accepts are used; the newer
    /// name of the token limit is tried once if the older one is refused. A server that does not answer, or is busy, is asked
    /// once more.
    ///
    /// - Parameter onText: is called with all of the text so far, cleaned and redacted, as it is written.
    package func complete(
        system: String, prompt: String, maxTokens: Int = 1000, onText: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(LanguageModelFailure) -> Answer {
        guard access.isConfigured else { throw .notConfigured }
        let end = clock.now() + timeout
        var question = Question(system: text.plain(system), prompt: text.plain(prompt), limit: "max_tokens", maxTokens)
        do throws(LanguageModelFailure) {
            return try await ask(question, until: end, onText)
        } catch {
            switch error {
            case .refused(status: 400, let detail) where detail.contains("max_completion_tokens"):
                question.limit = "max_completion_tokens"
            case .unreachable, .brokenOff, .rateLimited(nil), .refused(status: 500..., _): break
            case .rateLimited(let pause?) where pause <= .seconds(2):
                guard (try? await Task.sleep(for: pause.duration)) != nil else { throw .cancelled }
            default: throw error
            }
            guard end - clock.now() > .milliseconds(100) else { throw error }
        }
        return try await ask(question, until: end, onText)
    }

    private struct Question {
        var system: String
        var prompt: String
        var limit: String
        var maxTokens: Int

        init(system: String, prompt: String, limit: String, _ maxTokens: Int) {
            (self.system, self.prompt, self.limit, self.maxTokens) = (system, prompt, limit, maxTokens)
        }

        func document(for model: String) -> JSONValue {
            .object([
                .init("model", .string(model)),
                .init(
                    "messages",
                    [
                        ["role": "system", "content": .string(system)], ["role": "user", "content": .string(prompt)],
                    ]),
                .init(limit, JSONValue(maxTokens)), .init("stream", true),
            ])
        }
    }

    private func ask(
        _ question: Question, until end: Instant, _ onText: @escaping @Sendable (String) -> Void
    ) async throws(LanguageModelFailure) -> Answer {
        let stream = Lock(ModelStream())
        let response = try await send(question.document(for: access.name), within: end - clock.now()) { [text] bytes in
            let written = stream.withLock { $0.read(bytes) ? $0.text : nil }
            if let written { onText(text.plain(ModelAnswer.withoutReasoning(written))) }
        }
        let answer = ModelAnswer(
            response, stream: stream.withLock { $0 }, model: access.name, now: clock.now(), text: text)
        let content = try answer.content()
        let length = question.system.count + question.prompt.count + content.count
        return Answer(text: content, tokens: answer.tokens ?? length / 4)
    }

    private func send(
        _ document: JSONValue, within span: Span, _ onBytes: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
    ) async throws(LanguageModelFailure) -> HTTPResponse {
        let authorization = access.key.isEmpty ? [] : [HTTPRequest.Header("Authorization", "Bearer \(access.key)")]
        let request = HTTPRequest(
            .post, access.baseURL + "/chat/completions",
            headers: authorization + [.init("Content-Type", "application/json")],
            body: Array(text.redaction.apply(to: document.serialized).utf8), timeout: span,
            connectTimeout: min(span, .seconds(3)),
            bodyLimit: 2 << 20)
        do {
            return try await http.send(request, onBytes: onBytes)
        } catch let error as HTTPError {
            throw error.kind == .timedOut ? .timedOut(timeout) : .unreachable(text.line(error.message, limit: 200))
        } catch {
            throw .cancelled
        }
    }
}
