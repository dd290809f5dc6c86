import Basics
import HTTPClient

/// When a provider wants to be asked again, in the dialects of those that are written to.
enum RetryAfter {
    /// `Retry-After` in seconds or as an HTTP date; else GitHub's `x-ratelimit-reset` (epoch seconds) where nothing remains.
    static func span(of response: HTTPResponse, now: Instant) -> Span? {
        if let text = response.header("retry-after")?.trimmed {
            if let seconds = Double(text), seconds.isFinite, seconds >= 0 { return .seconds(min(seconds, 1e6)) }
            if let moment = Instant(httpDate: text) { return max(.milliseconds(0), moment - now) }
        }
        if response.header("x-ratelimit-remaining")?.trimmed == "0",
            let text = response.header("x-ratelimit-reset"), let reset = Int64(text.trimmed), reset < 1 << 40
        {
            return max(.seconds(1), Instant(milliseconds: reset * 1000) - now + .seconds(1))
        }
        return nil
    }
}

extension Instant {
    /// Reads `Tue, 24 Nov 2026 03:00:00 GMT` (RFC 9110).
    init?(httpDate text: String) {
        let parts = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        func padded(_ text: some StringProtocol) -> String { text.count < 2 ? "0" + text : String(text) }
        self.init(iso8601: "\(parts[3])-\(padded(String(month + 1)))-\(padded(parts[1]))T\(parts[4])Z")
    }
}
