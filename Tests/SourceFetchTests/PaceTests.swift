import Basics
import JSON
import Testing

@testable import HTTPClient
@testable import SourceFetch
@testable import SourceSpec

@Suite("Waits, budgets and circuit breakers")
struct PaceTests {
    private let now = Instant(iso8601: "2026-11-24T03:00:00Z")!

    @Test(
        "All seven ways to write a wait are read",
        arguments: [
            ("30", Span.seconds(30)), ("0.5", .milliseconds(500)), ("-3", .seconds(0)),
            ("Tue, 24 Nov 2026 03:00:07 GMT", .seconds(7)), ("Tue, 24 Nov 2026 02:00:00 GMT", .seconds(0)),
            ("1795489203", .seconds(3)), ("1795489204500", .milliseconds(4500)), ("2m59.56s", .milliseconds(179_560)),
            ("26ms", .milliseconds(26)), ("10.332999999s", .milliseconds(10_333)), ("1h", .hours(1)),
            ("Tue Nov 24 2026 03:00:09 GMT+0000 (Coordinated Universal Time)", .seconds(9)),
            ("Tue Nov 24 2026 05:00:09 GMT+0200 (EET)", .seconds(9)), ("2026-11-24T03:01:00Z", .minutes(1)),
        ])
    func waits(text: String, expected: Span) {
        #expect(WaitText.span(text, at: now) == expected)
    }

    @Test(
        "What is no wait is none", arguments: ["", "soon", "1x", "nan", "Tue, 99 Nov 2026 03:00:00 GMT", "1e30", "s"])
    func noWaits(text: String) {
        #expect(WaitText.span(text, at: now) == nil)
    }

    @Test("Each dialect finds the wait in its own headers, measured by the provider's clock")
    func dialects() {
        func signal(
            _ status: Int, _ headers: [(String, String)], _ dialect: RetryDialect, limit: RateLimitSpec? = nil
        ) -> RateSignal {
            let response = HTTPResponse(status: status, headers: headers.map { .init($0.0, $0.1) })
            return RateSignal(response, dialect: dialect, limit: limit, now: now)
        }
        #expect(signal(200, [("retry-after", "9")], .retryAfter) == .none)
        #expect(signal(429, [("retry-after", "9")], .retryAfter) == .limited(.seconds(9)))
        #expect(signal(429, [], .retryAfter) == .limited(nil))
        #expect(signal(429, [("retry-after", "999999")], .retryAfter) == .limited(.hours(1)))
        let javaScript = ("x-ratelimit-reset", "Tue Nov 24 2026 03:00:20 GMT+0000 (Coordinated Universal Time)")
        #expect(signal(429, [javaScript], .retryAfter) == .limited(.seconds(20)))
        #expect(signal(429, [("x-sentry-rate-limit-reset", "1795489210")], .sentry) == .limited(.seconds(10)))
        let ahead = ("date", "Tue, 24 Nov 2026 03:00:08 GMT")
        #expect(signal(429, [("x-sentry-rate-limit-reset", "1795489210"), ahead], .sentry) == .limited(.seconds(2)))
        #expect(signal(429, [("x-ratelimit-reset", "4")], .secondsUntilReset) == .limited(.seconds(4)))
        #expect(signal(429, [("ratelimit-reset", "5")], .secondsUntilReset) == .limited(.seconds(5)))
        #expect(signal(403, [], .github) == .none)
        #expect(signal(403, [("retry-after", "3")], .github) == .limited(.seconds(3)))
        #expect(signal(429, [], .github) == .limited(.minutes(1)))
        #expect(signal(400, [], .linear) == .none)
        let manifest = RateLimitSpec(extraStatuses: [420], remainingHeader: "x-left", resetHeader: "x-reset")
        #expect(
            signal(420, [("x-left", "0"), ("x-reset", "1795489230")], .retryAfter, limit: manifest)
                == .limited(.seconds(30)))
        #expect(signal(420, [("retry-after", "2")], .retryAfter, limit: manifest) == .limited(.seconds(2)))
        #expect(signal(420, [], .retryAfter, limit: manifest) == .none)
        #expect(signal(429, [("x-reset", "1795489230")], .retryAfter, limit: manifest) == .limited(.seconds(30)))
    }

    @Test("The retry machine backs off with full jitter, keeps requested waits, and gives up after its maximum wait")
    func retries() {
        var passing = RetryMachine()
        #expect(passing.wait(after: .temporary(retryAfter: nil), random: 1) == .milliseconds(500))
        #expect(passing.wait(after: .temporary(retryAfter: nil), random: 0) == .seconds(0))
        #expect(passing.wait(after: .temporary(retryAfter: nil), random: 0.5) == .seconds(1))
        #expect(passing.wait(after: .temporary(retryAfter: nil), random: 1) == nil)
        var limited = RetryMachine()
        #expect(limited.wait(after: .rateLimited(.seconds(10)), random: 0) == .seconds(10))
        #expect(limited.wait(after: .rateLimited(.seconds(6)), random: 0) == nil)
        var lasting = RetryMachine()
        #expect(lasting.wait(after: .useless, random: 0) == nil)
    }

    @Test("The circuit breaker opens after five failures, allows one test request, and pauses longer if that fails")
    func breaker() {
        var breaker = CircuitBreaker()
        for _ in 0..<4 { breaker.fail(at: now) }
        #expect(breaker.pauseEnd(at: now) == nil)
        breaker.fail(at: now)
        #expect(breaker.pauseEnd(at: now) == now + .seconds(30))
        #expect(breaker.pauseEnd(at: now + .seconds(30)) == nil)
        #expect(breaker.pauseEnd(at: now + .seconds(31)) == now + .seconds(60))
        breaker.fail(at: now + .seconds(32))
        #expect(breaker.pauseEnd(at: now + .seconds(33)) == now + .seconds(92))
        #expect(breaker.pauseEnd(at: now + .seconds(92)) == nil)
        breaker.succeed()
        #expect(breaker.pauseEnd(at: now + .seconds(93)) == nil)
        breaker.fail(at: now + .seconds(94))
        #expect(breaker.pauseEnd(at: now + .seconds(94)) == nil)
    }

    @Test("There are at most as many concurrent requests as the budget allows, and all are made")
    func concurrency() async throws {
        let spec = RateBudgetSpec(requests: 1000, per: .seconds(1), concurrency: 3)
        let budget = RateBudget(spec, clock: .fixed(now), sleep: { _ in })
        let count = Lock((active: 0, most: 0, done: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await budget.begin(maxWait: .seconds(15))
                    count.withLock { count in
                        count.active += 1
                        count.most = max(count.most, count.active)
                    }
                    await Task.yield()
                    count.withLock { count in
                        count.active -= 1
                        count.done += 1
                    }
                    await budget.end()
                }
            }
            try await group.waitForAll()
        }
        #expect(count.withLock { $0.most } <= 3)
        #expect(count.withLock { $0.done } == 50)
    }

    @Test("A cancelled request leaves the queue to the others")
    func cancelledTurn() async throws {
        let spec = RateBudgetSpec(requests: 1000, per: .seconds(1), concurrency: 1)
        let budget = RateBudget(spec, clock: .fixed(now), sleep: { _ in })
        try await budget.begin(maxWait: .seconds(15))
        let waiting = Task { try await budget.begin(maxWait: .seconds(15)) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        await budget.end()
        try await budget.begin(maxWait: .seconds(15))
        await budget.end()
    }
}
