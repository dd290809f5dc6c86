import Basics
import JSON
import Testing

@testable import HTTPClient
@testable import SourceFetch
@testable import SourceSpec

@Suite("Waits, budgets and breakers")
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

    @Test("The retry machine backs off with full jitter, keeps asked waits, and gives up beyond its longest wait")
    func retries() {
        var passing = RetryMachine()
        #expect(passing.decide(after: .passing(retryAfter: nil), random: 1) == .tryAgain(after: .milliseconds(500)))
        #expect(passing.decide(after: .passing(retryAfter: nil), random: 0) == .tryAgain(after: .seconds(0)))
        #expect(passing.decide(after: .passing(retryAfter: nil), random: 0.5) == .tryAgain(after: .seconds(1)))
        #expect(passing.decide(after: .passing(retryAfter: nil), random: 1) == .giveUp)
        var limited = RetryMachine()
        #expect(limited.decide(after: .rateLimited(.seconds(10)), random: 0) == .tryAgain(after: .seconds(10)))
        #expect(limited.decide(after: .rateLimited(.seconds(6)), random: 0) == .giveUp)
        var lasting = RetryMachine()
        #expect(lasting.decide(after: .lasting, random: 0) == .giveUp)
    }

    @Test("No window of the budget's length ever holds more requests than the budget", arguments: 0..<20)
    func schedule(seed: Int) {
        var schedule = RequestSchedule(RateBudgetSpec(requests: 5, per: .seconds(10), concurrency: 1))
        var (clock, moments, state) = (now, [Instant](), UInt64(seed))
        for _ in 0..<200 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            clock = clock + .milliseconds(Int64(state >> 33) % 3000)
            if case .go(let wait) = schedule.reserve(at: clock, maxWait: .seconds(15)) { moments.append(clock + wait) }
        }
        #expect(moments.count > 50)
        for (first, sixth) in zip(moments, moments.dropFirst(5)) { #expect(sixth - first >= .seconds(10)) }
    }

    @Test("A wait that the provider asked for holds for everyone, and a place too far away is not taken")
    func blocked() {
        var schedule = RequestSchedule(RateBudgetSpec(requests: 5, per: .seconds(10), concurrency: 1))
        schedule.block(until: now + .seconds(60))
        #expect(schedule.reserve(at: now, maxWait: .seconds(15)) == .tooLong(.seconds(60)))
        #expect(schedule.reserve(at: now + .seconds(50), maxWait: .seconds(15)) == .go(after: .seconds(10)))
        #expect(schedule.reserve(at: now + .seconds(61), maxWait: .seconds(15)) == .go(after: .seconds(0)))
    }

    @Test("The breaker opens after five failures, lets one probe through, and rests longer when that fails")
    func breaker() {
        var breaker = CircuitBreaker()
        for _ in 0..<4 { breaker.fail(at: now) }
        #expect(breaker.ask(at: now) == .go)
        breaker.fail(at: now)
        #expect(breaker.ask(at: now) == .refuse(until: now + .seconds(30)))
        #expect(breaker.ask(at: now + .seconds(30)) == .go)
        #expect(breaker.ask(at: now + .seconds(31)) == .refuse(until: now + .seconds(60)))
        breaker.fail(at: now + .seconds(32))
        #expect(breaker.ask(at: now + .seconds(33)) == .refuse(until: now + .seconds(92)))
        #expect(breaker.ask(at: now + .seconds(92)) == .go)
        breaker.succeed()
        #expect(breaker.ask(at: now + .seconds(93)) == .go)
        breaker.fail(at: now + .seconds(94))
        #expect(breaker.ask(at: now + .seconds(94)) == .go)
    }

    @Test("No more requests are under way at once than the budget allows, and none is forgotten")
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

    @Test("Whoever is cancelled while waiting for its turn leaves the queue to the others")
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
