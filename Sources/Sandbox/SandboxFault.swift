import Basics
import Glibc
import WebServer

extension SandboxWorld {
    /// What a provider does instead of answering, or to its answer.
    package enum Fault: Hashable, Sendable {
        case status(Int)
        /// In the provider's form: 429 with `Retry-After`, seconds until the reset (Datadog, PagerDuty), or 400 (Linear).
        case rateLimited(seconds: Int)
        /// The same without a duration.
        case rateLimitedSilently
        case loginPage
        case halfJSON
        /// Carries the request out and then loses the answer.
        case lostAnswer
        /// Answers later; other requests are not held up.
        case slow(milliseconds: Int)
        /// Carries the request out, and closes the connection halfway through the answer.
        case connectionLost
        /// The first page again, and it leads to where the first page always leads.
        case cursorLoop
        /// The first page again, and it leads to ever further ones.
        case endlessPages
        /// A valid document, an empty list, of that many bytes.
        case huge(bytes: Int)
        /// The same, compressed to less than a hundredth; up to 2065 bytes larger.
        case deflateBomb(bytes: Int)
        /// 302 to that address.
        case redirect(String)
        /// The answer with a `Date` header that is off by that; ahead when positive.
        case clockSkew(seconds: Int)
        /// The answer with every row twice.
        case duplicateRows
        /// The response with an unexpected first row: an unknown state or kind, a null in place of a text, a number as text, and an
        /// additional field.
        case unknownShapes
        /// The answer with objects in its first row where numbers were.
        case misfits
    }
}

/// Answers a request according to a fault.
struct FaultyAnswer: Sendable {
    let provider: SandboxWorld.Provider
    let request: WebRequest
    /// The number of served requests; each has its own number.
    let number: Int
    let now: Instant
    let answer: @Sendable (WebRequest) -> WebResponse

    func response(to fault: SandboxWorld.Fault) async -> WebResponse {
        switch fault {
        case .status(let status): .json(#"{"message":"injected"}"#, status: status)
        case .rateLimited(let seconds): RateLimitAnswer(provider: provider, now: now).response(seconds: seconds)
        case .rateLimitedSilently: RateLimitAnswer(provider: provider, now: now).response(seconds: nil)
        case .loginPage: Self.loginPage
        case .lostAnswer: afterAnswering(.json(#"{"message":"the answer was lost"}"#, status: 502))
        case .slow(let milliseconds): await late(milliseconds)
        case .redirect(let address):
            WebResponse(status: 302, headers: [.init("Location", address)])
        case .huge(let bytes): .json(Padding.list(bytes: bytes))
        case .deflateBomb(let bytes): Self.bomb(bytes)
        case .halfJSON, .connectionLost, .cursorLoop, .endlessPages, .clockSkew, .duplicateRows, .unknownShapes,
            .misfits:
            changed(by: fault)
        }
    }

    /// The provider's own answer with the fault in it.
    private func changed(by fault: SandboxWorld.Fault) -> WebResponse {
        let continuation = Continuation(provider: provider, request: request)
        switch fault {
        case .cursorLoop: return continuation.apply(to: answer(continuation.firstPage), mark: nil)
        case .endlessPages: return continuation.apply(to: answer(continuation.firstPage), mark: number)
        default: break
        }
        var response = answer(request)
        switch fault {
        case .halfJSON:
            let whole = response.body
            return .json(String(decoding: whole.prefix(max(1, whole.count / 2)), as: UTF8.self))
        case .connectionLost: response.cutAfter = response.body.count / 2
        case .clockSkew(let seconds): response.headers.append(.init("Date", (now + .seconds(Double(seconds))).httpDate))
        case .duplicateRows: response.changeRows { rows in rows.flatMap { [$0, $0] } }
        case .unknownShapes:
            response.changeRows { rows in rows.prefix(1).map(UnknownShape.of) + rows.dropFirst() }
        case .misfits: response.changeRows { rows in rows.prefix(1).map(UnknownShape.misfit) + rows.dropFirst() }
        default: break
        }
        return response
    }

    private func afterAnswering(_ response: WebResponse) -> WebResponse {
        _ = answer(request)
        return response
    }

    /// A server that stops cancels its handlers; the response is then dropped.
    private func late(_ milliseconds: Int) async -> WebResponse {
        try? await Task.sleep(for: .milliseconds(milliseconds))
        return answer(request)
    }

    private static let loginPage = WebResponse(
        status: 200, headers: [.init("Content-Type", "text/html")],
        body: Array("<!DOCTYPE html><html><body>Sign in to continue</body></html>".utf8))

    private static func bomb(_ bytes: Int) -> WebResponse {
        WebResponse(
            status: 200, headers: [.init("Content-Type", "application/json"), .init("Content-Encoding", "deflate")],
            body: Padding.compressedList(bytes: bytes))
    }
}

/// Each provider's form of a rate limit.
struct RateLimitAnswer: Sendable {
    let provider: SandboxWorld.Provider
    let now: Instant

    /// Without `seconds`, no header has a time.
    func response(seconds: Int?) -> WebResponse {
        var response = refusal
        guard let seconds else { return response }
        switch provider {
        case .datadog:
            response.headers += [
                .init("X-RateLimit-Limit", "300"), .init("X-RateLimit-Period", "3600"),
                .init("X-RateLimit-Remaining", "0"), .init("X-RateLimit-Reset", String(seconds)),
            ]
        case .pagerduty:
            response.headers += [
                .init("ratelimit-limit", "960"), .init("ratelimit-remaining", "0"),
                .init("ratelimit-reset", String(seconds)),
            ]
        case .linear:
            let reset = (now + .seconds(Double(seconds))).milliseconds
            response.headers += [
                .init("X-RateLimit-Requests-Limit", String(LinearProvider.hourlyRequests)),
                .init("X-RateLimit-Requests-Remaining", "0"), .init("X-RateLimit-Requests-Reset", String(reset)),
            ]
        case .langfuse, .sentry, .github, .slack, .model:
            response.headers.append(.init("Retry-After", String(seconds)))
        }
        return response
    }

    private var refusal: WebResponse {
        switch provider {
        case .datadog: .json(#"{"errors":["Rate limit exceeded"]}"#, status: 429)
        case .pagerduty: PagerDutyProvider.refusal(429, 2020, "Rate Limit Exceeded")
        case .linear: LinearRefusal.rateLimited.response
        case .langfuse, .sentry, .github, .slack, .model:
            .json(#"{"ok":false,"error":"ratelimited","message":"injected"}"#, status: 429)
        }
    }
}

extension Instant {
    /// `Tue, 24 Nov 2026 14:20:00 GMT`, as HTTP writes dates.
    var httpDate: String {
        var (seconds, date, text) = (time_t(milliseconds / 1000), tm(), [CChar](repeating: 0, count: 40))
        gmtime_r(&seconds, &date)
        let length = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &date)
        return String(decoding: text.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
