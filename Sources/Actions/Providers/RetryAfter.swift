import Basics
import HTTPClient

/// How long a provider asks to wait.
enum RetryAfter {
    /// `Retry-After`; otherwise GitHub's `x-ratelimit-reset` (epoch seconds) if no calls remain.
    static func span(of response: HTTPResponse, now: Instant) -> Span? {
        func wait(_ header: String) -> Span? { response.header(header).flatMap { WaitText.span($0, at: now) } }
        if let wait = wait("retry-after") { return min(wait, .seconds(1e6)) }
        guard response.header("x-ratelimit-remaining")?.trimmed == "0" else { return nil }
        return wait("x-ratelimit-reset").map { max(.seconds(1), $0 + .seconds(1)) }
    }
}
