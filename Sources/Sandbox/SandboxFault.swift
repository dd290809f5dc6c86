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
        /// 200 with Slack's error code.
        case refused(String)
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
        /// The language model says this instead of a report.
        case says(String)
    }
}

/// Responds to a request according to a fault.
struct FaultyAnswer: Sendable {
    let provider: SandboxWorld.Provider
    let request: WebRequest
    /// The number of served requests; each has its own number.
    let number: Int
    let now: Instant
    let answer: @Sendable (WebRequest) -> WebResponse

    func response(to fault: SandboxWorld.Fault) async -> WebResponse {
        switch fault {
        case .status(let status): return .json(#"{"message":"injected"}"#, status: status)
        case .rateLimited(let seconds): return rateLimit(seconds)
        case .rateLimitedSilently: return rateLimit(nil)
        case .loginPage: return Self.loginPage
        case .refused(let code): return .json(#"{"ok":false,"error":"\#(code)"}"#)
        case .says(let text): return .json(ModelProvider.answer(text))
        case .redirect(let address): return WebResponse(status: 302, headers: [.init("Location", address)])
        case .huge(let bytes): return .json(Padding.list(bytes: bytes))
        case .deflateBomb(let bytes): return Self.bomb(bytes)
        case .cursorLoop, .endlessPages:
            let continuation = Continuation(provider: provider, request: request)
            let mark = fault == .endlessPages ? number : nil
            return continuation.apply(to: answer(continuation.firstPage), mark: mark)
        // A server that stops cancels its handlers; the response is then dropped.
        case .slow(let milliseconds): try? await Task.sleep(for: .milliseconds(milliseconds))
        default: break
        }
        var response = answer(request)
        switch fault {
        case .lostAnswer: return .json(#"{"message":"the answer was lost"}"#, status: 502)
        case .halfJSON:
            return .json(String(decoding: response.body.prefix(max(1, response.body.count / 2)), as: UTF8.self))
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

    static let loginPage = WebResponse(
        status: 200, headers: [.init("Content-Type", "text/html")],
        body: Array("<!DOCTYPE html><html><body>Sign in to continue</body></html>".utf8))

    private static func bomb(_ bytes: Int) -> WebResponse {
        WebResponse(
            status: 200, headers: [.init("Content-Type", "application/json"), .init("Content-Encoding", "deflate")],
            body: Padding.compressedList(bytes: bytes))
    }

    /// A refusal in the provider's own form. Without `seconds`, no header has a time.
    private func rateLimit(_ seconds: Int?) -> WebResponse {
        let time = seconds ?? 0
        let (refusal, headers): (WebResponse, KeyValuePairs<String, String>) =
            switch provider {
            case .datadog:
                (
                    DatadogProvider.refusal(429, "Rate limit exceeded"),
                    [
                        "X-RateLimit-Limit": "300", "X-RateLimit-Period": "3600", "X-RateLimit-Remaining": "0",
                        "X-RateLimit-Reset": "\(time)",
                    ]
                )
            case .pagerduty:
                (
                    PagerDutyProvider.refusal(429, 2020, "Rate Limit Exceeded"),
                    ["ratelimit-limit": "960", "ratelimit-remaining": "0", "ratelimit-reset": "\(time)"]
                )
            case .linear:
                (
                    LinearRefusal.rateLimited.response,
                    [
                        "X-RateLimit-Requests-Limit": "\(LinearProvider.hourlyRequests)",
                        "X-RateLimit-Requests-Remaining": "0",
                        "X-RateLimit-Requests-Reset": "\((now + .seconds(Double(time))).milliseconds)",
                    ]
                )
            case .langfuse, .sentry, .github, .slack, .model, .gateway:
                (
                    .json(#"{"ok":false,"error":"ratelimited","message":"injected"}"#, status: 429),
                    ["Retry-After": "\(time)"]
                )
            }
        return seconds == nil ? refusal : refusal.adding(headers)
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
