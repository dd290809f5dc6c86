package import Basics
import HTTPClient
import JSON
import SourceSpec

/// The rate limit in a response.
package enum RateSignal: Hashable, Sendable {
    case none
    /// Too many requests. The wait is nil if the provider gives none.
    case limited(Span?)

    /// The maximum wait; after it the provider is called again.
    package static let longest = Span.hours(1)

    init(_ response: HTTPResponse, dialect: RetryDialect, limit: RateLimitSpec?, now: Instant) {
        let reading = Reading(
            response: response, limit: limit, now: WaitText.date(response.header("date") ?? "") ?? now)
        let found: RateSignal =
            switch dialect {
            case .github: reading.github
            case .linear: reading.linear
            case .sentry: reading.plain(resetHeaders: ["x-sentry-rate-limit-reset"])
            case .secondsUntilReset: reading.plain(resetHeaders: ["x-ratelimit-reset", "ratelimit-reset"])
            case .retryAfter: reading.plain(resetHeaders: ["x-ratelimit-reset"])
            }
        let declared = reading.ofManifest
        switch (found, declared) {
        case (.limited(.some), _), (.limited(nil), .none), (.limited(nil), .limited(nil)): self = found
        case (.limited(nil), .limited(.some)), (.none, _): self = declared
        }
        if case .limited(let wait?) = self { self = .limited(min(wait, Self.longest)) }
    }
}

/// How many requests a response says are left, until when.
struct RateAllowance: Hashable, Sendable {
    var requests: Int
    var limit: Int
    var until: Instant

    /// Nil where the response has no such headers.
    init?(_ response: HTTPResponse, dialect: RetryDialect, limit: RateLimitSpec?, now: Instant) {
        let prefixes =
            switch dialect {
            case .linear: ["x-ratelimit-requests-"]
            case .sentry: ["x-sentry-rate-limit-"]
            case .github, .retryAfter, .secondsUntilReset: ["x-ratelimit-", "ratelimit-"]
            }
        let names =
            prefixes.map { (remaining: $0 + "remaining", reset: $0 + "reset") }
            + [limit].compactMap { spec in
                spec?.remainingHeader.flatMap { left in spec?.resetHeader.map { (left, $0) } }
            }
        let clock = WaitText.date(response.header("date") ?? "") ?? now
        for name in names {
            guard let left = response.header(name.remaining).flatMap({ Double($0) }), left >= 0, left < 1e9,
                let wait = response.header(name.reset).flatMap({ WaitText.span($0, at: clock) })
            else { continue }
            let most = response.header(name.remaining.replacing("remaining", with: "limit")).flatMap { Double($0) }
            requests = Int(left)
            self.limit = most.map { Int(min(max($0, left), 1e9)) } ?? requests
            until = now + min(wait, RateSignal.longest)
            return
        }
        return nil
    }
}

/// A response with the clock for its times: the provider's own, if it sends one.
private struct Reading {
    let response: HTTPResponse
    let limit: RateLimitSpec?
    let now: Instant

    func wait(_ header: String) -> Span? {
        response.header(header).flatMap { WaitText.span($0, at: now) }
    }

    private func firstWait(_ headers: [String]) -> Span? {
        headers.lazy.compactMap(wait).first
    }

    /// 429; also 200 with `ok: false` and `ratelimited` (Slack) is handled where the body is read.
    func plain(resetHeaders: [String]) -> RateSignal {
        guard response.status == 429 else { return .none }
        let named = [limit?.retryAfterHeader, "retry-after"].compactMap { $0 }
        return .limited(firstWait(named + resetHeaders))
    }

    /// 403 and 429 mean either a rate limit or missing permission; headers and message decide.
    var github: RateSignal {
        guard response.status == 403 || response.status == 429 else { return .none }
        if let wait = wait("retry-after") { return .limited(wait) }
        if response.header("x-ratelimit-remaining") == "0" {
            return .limited(wait("x-ratelimit-reset").map { $0 + .seconds(1) } ?? .minutes(1))
        }
        let message = ProviderMessage.text(in: response.body)?.lowercased() ?? ""
        let isLimit = message.contains("rate limit exceeded") || message.contains("secondary rate limit")
        return isLimit || response.status == 429 ? .limited(.minutes(1)) : .none
    }

    /// 400 with `RATELIMITED` among the extensions of a GraphQL error.
    var linear: RateSignal {
        guard response.status == 429 || isLinearLimit else { return .none }
        return .limited(firstWait(["retry-after", "x-ratelimit-requests-reset", "x-ratelimit-complexity-reset"]))
    }

    private var isLinearLimit: Bool {
        do throws(JSONError) {
            return try JSONDocument.withView(of: response.body) { root in
                root["errors"]?.elements?.contains { $0["extensions"]?["code"]?.string == "RATELIMITED" } ?? false
            }
        } catch { return false }
    }

    /// `rate_limit` of the manifest. An extra status counts only with a header about the limit.
    var ofManifest: RateSignal {
        guard let limit, response.status == 429 || limit.extraStatuses.contains(response.status) else { return .none }
        let remaining = limit.remainingHeader.flatMap { response.header($0) }
        let reset = limit.resetHeader.flatMap(wait)
        if remaining == "0" { return .limited(reset) }
        if let wait = wait(limit.retryAfterHeader) { return .limited(wait) }
        guard remaining == nil, let reset else { return response.status == 429 ? .limited(nil) : .none }
        return .limited(reset)
    }
}
