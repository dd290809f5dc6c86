import Actions
import Basics
import Glibc
import HTTPClient
import JSON
import Testing
import WebServer

@Suite("The language model")
struct LanguageModelTests {
    private func model(_ provider: LoopbackProvider, key: String = "gsk_canary", timeout: Span = .minutes(1))
        -> LanguageModel
    {
        LanguageModel(
            access: ProviderAccess(environment: [
                "GROQ_BASE_URL": provider.address + "/v1/", "GROQ_API_KEY": key, "GROQ_MODEL": "tiny",
            ]), http: HTTPClient(), clock: .fixed(Scene.now), timeout: timeout)
    }

    private static func completion(_ content: JSONValue, reason: String = "stop") -> LoopbackProvider.Reply {
        .json(["choices": [["message": ["role": "assistant", "content": content], "finish_reason": .string(reason)]]])
    }

    private func failure(_ reply: LoopbackProvider.Reply) async -> LanguageModelFailure? {
        let provider = LoopbackProvider { _ in reply }
        defer { withExtendedLifetime(provider) {} }
        do throws(LanguageModelFailure) {
            _ = try await model(provider).complete(system: "s", prompt: "p")
            return nil
        } catch {
            return error
        }
    }

    @Test("It sends both messages without secrets and returns the text")
    func completion() async throws {
        let provider = LoopbackProvider { _ in Self.completion("## What happened\n\nA loop.\n") }
        let answer = try await model(provider).complete(
            system: "Write.", prompt: "key gsk_canary and xoxb-123456789-abc\u{1B}[31m", maxTokens: 77)
        #expect(answer.text == "## What happened\n\nA loop.")
        let request = try #require(provider.requests.first)
        #expect(request.path == "/v1/chat/completions" && request.headers["authorization"] == "Bearer gsk_canary")
        #expect(request.json["model"]?.string == "tiny" && request.json["max_tokens"]?.int == 77)
        #expect(request.json["messages"]?[0]?["content"]?.string == "Write.")
        #expect(request.json["messages"]?[1]?["content"]?.string == "key [redacted] and [redacted][31m")
    }

    @Test(
        "Reasoning and a code fence around the answer are removed",
        arguments: [
            ("<think>secret plan</think>\nThe report.", "The report."), ("plan</think>The report.", "The report."),
            ("```markdown\nThe report.\n```", "The report."), ("a\u{1B}]0;x\u{7}b", "a]0;xb"),
        ])
    func cleaning(content: String, expected: String) async throws {
        let provider = LoopbackProvider { _ in Self.completion(.string(content)) }
        #expect(try await model(provider).complete(system: "", prompt: "").text == expected)
    }

    @Test("Each failure has its own reason")
    func failures() async {
        #expect(await failure(Self.completion(.null)) == .empty)
        #expect(await failure(Self.completion("  ")) == .empty)
        #expect(await failure(Self.completion("<think>and then the budget was gone")) == .empty)
        #expect(await failure(Self.completion("half a rep", reason: "length")) == .cutOff)
        #expect(await failure(Self.completion("", reason: "content_filter")) == .withheld("content filter"))
        #expect(await failure(.answer(401, "{}")) == .keyRefused(status: 401))
        #expect(await failure(.answer(200, "<html>")) == .notAnAPI(status: 200))
        #expect(await failure(.answer(200, "{\"choices\":[{\"mess")) == .notAnAPI(status: 200))
        #expect(
            await failure(.answer(429, headers: ["Retry-After": "7"], "{}")) == .rateLimited(retryAfter: .seconds(7)))
        #expect(
            await failure(.json(["error": ["message": "no such model", "code": "model_not_found"]], status: 404))
                == .unknownModel("tiny: no such model"))
        #expect(await failure(.json(["error": ["message": "too big"]], status: 413)) == .tooLong("too big"))
        #expect(await failure(.json(["error": "loading model"], status: 503)) == .refused(status: 503, "loading model"))
        #expect(await failure(.json(["error": ["message": "in band"]])) == .refused(status: 200, "in band"))
        #expect(
            await failure(.json([["error": ["message": "listed"]]], status: 400)) == .refused(status: 400, "listed"))
        guard case .unreachable = await failure(.hangUp) else {
            Issue.record("a broken connection is unreachable")
            return
        }
    }

    @Test("A server that accepts only the newer token limit is asked once more")
    func newerLimit() async throws {
        let provider = LoopbackProvider { request in
            request.json["max_tokens"] == nil
                ? Self.completion("Fine.")
                : .json(["error": ["message": "Use 'max_completion_tokens' instead."]], status: 400)
        }
        #expect(try await model(provider).complete(system: "", prompt: "").text == "Fine.")
        #expect(provider.requests.count == 2 && provider.requests[1].json["max_completion_tokens"]?.int == 1000)
    }

    private static func event(_ text: String, reason: String? = nil) -> String {
        let choice: JSONValue = ["delta": ["content": .string(text)], "finish_reason": JSONValue(reason)]
        return "data: \((["choices": [choice]] as JSONValue).serialized)\n\n"
    }

    /// False after ten seconds.
    private static func wait(for condition: () -> Bool) -> Bool {
        let end = ContinuousClock.now + .seconds(10)
        while !condition(), ContinuousClock.now < end { sched_yield() }
        return condition()
    }

    @Test("A text is seen while it is written; the rest is sent only after that")
    func stream() async throws {
        let texts = Lock<[String]>([])
        let parts = [
            Self.event("<think>a plan</think>A lo") + "data: {\"choi", "ces\":[{\"delta\":{\"content\":\"op.\"}}]}\n\n",
            Self.event("", reason: "stop") + "data: [DONE]\n\n",
        ]
        let provider = LoopbackProvider { _ in
            // On the provider's own thread.
            .parts(parts, next: { Self.wait { texts.withLock { !$0.isEmpty } } })
        }
        let answer = try await model(provider).complete(system: "", prompt: "") { text in
            texts.withLock { $0.append(text) }
        }
        #expect(answer.text == "A loop." && texts.withLock { $0 } == ["A lo", "A loop."])
        #expect(provider.requests[0].json["stream"]?.bool == true)
    }

    @Test("A stream that breaks off, or reports an error, is no answer")
    func brokenStream() async {
        #expect(await failure(.parts([Self.event("Half a")], next: { false })) == .brokenOff)
        let error = #"data: {"error":{"message":"overloaded"}}"# + "\n\n"
        #expect(
            await failure(.parts([Self.event("Half"), error], next: { true })) == .refused(status: 200, "overloaded"))
        #expect(await failure(.parts([Self.event("Half", reason: "length")], next: { true })) == .cutOff)
    }

    @Test("A busy server is asked once more")
    func busy() async throws {
        let count = Lock(0)
        let provider = LoopbackProvider { _ in
            count.withLock {
                $0 += 1; return $0
            } == 1
                ? .json(["error": "loading model"], status: 503) : Self.completion("Fine.")
        }
        #expect(try await model(provider).complete(system: "", prompt: "").text == "Fine.")
        #expect(provider.requests.count == 2)
    }

    @Test("The default server requires a key; your own server does not")
    func keys() async throws {
        let none = LanguageModel(access: ProviderAccess(environment: [:]), http: HTTPClient(), clock: .fixed(Scene.now))
        #expect(!none.isConfigured)
        await #expect(throws: LanguageModelFailure.notConfigured) { try await none.complete(system: "", prompt: "") }
        let provider = LoopbackProvider { _ in Self.completion("Fine.") }
        #expect(try await model(provider, key: "").complete(system: "", prompt: "").text == "Fine.")
        #expect(provider.requests[0].headers["authorization"] == nil)
    }

    @Test("A server that never answers times out")
    func timeout() async throws {
        let gate = AsyncStream<Void>.makeStream()
        let server = try WebServer(port: 0) { _ in
            for await _ in gate.stream { break }
            return WebResponse(status: 200)
        }
        let access = ProviderAccess(environment: ["GROQ_BASE_URL": "http://127.0.0.1:\(server.port)/v1"])
        let model = LanguageModel(
            access: access, http: HTTPClient(), clock: .fixed(Scene.now), timeout: .milliseconds(50))
        await #expect(throws: LanguageModelFailure.timedOut(.milliseconds(50))) {
            try await model.complete(system: "", prompt: "")
        }
        gate.continuation.finish()
    }
}
