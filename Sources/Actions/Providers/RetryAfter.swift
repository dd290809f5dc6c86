import Basics
import HTTPClient

/// When a provider wants to be asked again.
enum RetryAfter {
    /// `Retry-After`; else GitHub's `x-ratelimit-reset` (epoch seconds) where nothing remains.
    static func span(of response: HTTPResponse, now: Instant) -> Span? {
        func wait(_ header: String) -> Span? { response.header(header).flatMap { WaitText.span($0, at: now) } }
        if let wait = wait("retry-after") { return min(wait, .seconds(1e6)) }
        guard response.header("x-ratelimit-remaining")?.trimmed == "0" else { return nil }
        return wait("x-ratelimit-reset").map { max(.seconds(1), $0 + .seconds(1)) }
    }
}
