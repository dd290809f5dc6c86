import Basics
import Testing

@testable import HTTPClient
@testable import SourceFetch
@testable import SourceSpec

@Suite("Rate limits and priorities")
struct RateBudgetTests {
    private let now = Instant(iso8601: "2026-11-24T03:00:00Z")!

    // MARK: the schedule

    @Test("No window of the limit's length ever holds more requests than the limit", arguments: 0..<20)
    func schedule(seed: Int) {
        var schedule = RequestSchedule(RateLimit(requests: 5, per: .seconds(10)))
        var (clock, moments, state) = (now, [Instant](), UInt64(seed))
        for _ in 0..<200 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            clock = max(clock + .milliseconds(Int64(state >> 33) % 3000), schedule.moment(for: .urgent, at: clock))
            schedule.take(at: clock)
            moments.append(clock)
        }
        for (first, sixth) in zip(moments, moments.dropFirst(5)) { #expect(sixth - first >= .seconds(10)) }
    }

    @Test("Each priority leaves a tenth of the limit, and at least two requests, to those above it")
    func shares() {
        let shares = RequestPriority.allCases.map { RateLimit(requests: 30, per: .minutes(1)).share(of: $0) }
        #expect(shares == [30, 27, 24, 21])
        #expect(
            RequestPriority.allCases.map { RateLimit(requests: 10, per: .minutes(1)).share(of: $0) } == [10, 8, 6, 4])
        #expect(
            RequestPriority.allCases.map { RateLimit(requests: 1, per: .minutes(1)).share(of: $0) } == [1, 1, 1, 1])

        var schedule = RequestSchedule(RateLimit(requests: 10, per: .minutes(1)))
        for _ in 0..<4 { schedule.take(at: now) }
        #expect(schedule.moment(for: .history, at: now) == now + .minutes(1))
        #expect(schedule.moment(for: .routine, at: now) == now)
        for _ in 0..<5 { schedule.take(at: now) }
        #expect(schedule.moment(for: .detection, at: now) == now + .minutes(1))
        #expect(schedule.moment(for: .urgent, at: now) == now)
    }

    @Test("A provider whose limit is unknown is asked carefully at first, and then without a limit")
    func trial() {
        var schedule = RequestSchedule(nil)
        for _ in 0..<21 { schedule.take(at: now) }
        #expect(schedule.moment(for: .history, at: now + .seconds(1)) == now + .seconds(6))
        #expect(schedule.moment(for: .detection, at: now + .seconds(1)) == now + .seconds(1))
        for _ in 0..<500 { schedule.take(at: now + .seconds(6)) }
        #expect(schedule.moment(for: .history, at: now + .seconds(7)) == now + .seconds(7))
    }

    @Test("A pause that the provider named holds for every priority")
    func blocked() {
        var schedule = RequestSchedule(RateLimit(requests: 5, per: .seconds(10)))
        schedule.block(until: now + .seconds(60))
        #expect(schedule.moment(for: .urgent, at: now) == now + .seconds(60))
        #expect(schedule.moment(for: .urgent, at: now + .seconds(61)) == now + .seconds(61))
    }

    @Test("When a response says that little is left, only the urgent use it")
    func allowance() {
        var schedule = RequestSchedule(RateLimit(requests: 1000, per: .minutes(1)))
        schedule.allow(5, of: 40, until: now + .seconds(30))
        #expect(schedule.moment(for: .routine, at: now) == now + .seconds(30))
        #expect(schedule.moment(for: .detection, at: now) == now)
        schedule.allow(1, of: 40, until: now + .seconds(30))
        #expect(schedule.moment(for: .detection, at: now) == now + .seconds(30))
        #expect(schedule.moment(for: .urgent, at: now) == now)
        schedule.take(at: now)
        #expect(schedule.moment(for: .urgent, at: now) == now + .seconds(30))
        #expect(schedule.moment(for: .urgent, at: now + .seconds(31)) == now + .seconds(31))
    }

    @Test(
        "Responses say what is left in the headers of each provider",
        arguments: [
            (RetryDialect.github, "x-ratelimit-", "1795489230"), (.sentry, "x-sentry-rate-limit-", "1795489230"),
            (.secondsUntilReset, "x-ratelimit-", "30"), (.secondsUntilReset, "ratelimit-", "30"),
            (.linear, "x-ratelimit-requests-", "1795489230000"),
            (.retryAfter, "x-ratelimit-", "Tue Nov 24 2026 03:00:30 GMT+0000 (Coordinated Universal Time)"),
        ])
    func headers(dialect: RetryDialect, prefix: String, reset: String) {
        let response = HTTPResponse(
            status: 200,
            headers: [
                .init(prefix + "limit", "40"), .init(prefix + "remaining", "7"), .init(prefix + "reset", reset),
            ])
        let allowance = RateAllowance(response, dialect: dialect, limit: nil, now: now)
        #expect(allowance?.requests == 7)
        #expect(allowance?.limit == 40)
        #expect(allowance?.until == now + .seconds(30))
        #expect(RateAllowance(HTTPResponse(status: 200, headers: []), dialect: dialect, limit: nil, now: now) == nil)
    }

    // MARK: learning

    @Test("A refusal shows the limit: the number that it names, else what was accepted in that time")
    func learning() {
        var schedule = RequestSchedule(nil)
        for _ in 0..<18 { schedule.take(at: now) }
        for _ in 0..<17 { schedule.accept(at: now) }
        let pause = Span.seconds(41)
        #expect(
            schedule.limit(refusedFor: pause, declared: 30, at: now) == RateLimit(requests: 29, per: .minutes(1)))
        #expect(
            schedule.limit(refusedFor: pause, declared: nil, at: now) == RateLimit(requests: 17, per: .minutes(1)))
        #expect(
            schedule.limit(refusedFor: .hours(3), declared: 100, at: now) == RateLimit(requests: 99, per: .days(1)))
        #expect(schedule.limit(refusedFor: .seconds(1), declared: nil, at: now) == nil)
        // Eight requests at once that are all refused show no limit.
        var refused = RequestSchedule(nil)
        for _ in 0..<8 { refused.take(at: now) }
        #expect(refused.limit(refusedFor: .minutes(2), declared: nil, at: now) == nil)
    }

    @Test("A limit that was found is remembered for a day by address, and by the paths that it counts")
    func memory() async {
        let saved = Lock("")
        let memory = RateLimitMemory { text in saved.withLock { $0 = text } }
        let spec = RateBudgetSpec(isLearned: true, concurrency: 8)
        let budget = RateBudget(spec, host: "https://a:443", memory: memory, clock: .fixed(now), sleep: { _ in })
        await budget.block(for: .seconds(20), limit: 30)
        await budget.block(for: .hours(2), limit: 100, bucket: "metrics")

        let next = RateLimitMemory(saved.withLock { $0 })
        #expect(next.limit(of: "https://a:443", at: now) == RateLimit(requests: 29, per: .minutes(1)))
        #expect(next.limit(of: "https://a:443 metrics", at: now) == RateLimit(requests: 99, per: .days(1)))
        #expect(next.limit(of: "https://b:443", at: now) == nil)
        #expect(next.limit(of: "https://a:443", at: now + .days(1)) == nil)
        #expect(RateLimitMemory("{ half").limit(of: "https://a:443", at: now) == nil)
    }

    @Test("What is refused under one limit holds up no request that another one counts")
    func buckets() async throws {
        let budget = RateBudget(
            RateBudgetSpec(isLearned: true, concurrency: 8), clock: .fixed(now), sleep: { _ in })
        await budget.block(for: .hours(2), bucket: "metrics")
        try await budget.begin(maxWait: .seconds(1))
        await #expect(throws: RateBudget.Refusal.rateLimited(.hours(2))) {
            try await budget.begin(bucket: "metrics", maxWait: .seconds(1))
        }
        let overlay = SourceOverlay(buckets: ["metrics": ["/api/public/v2/metrics"]])
        #expect(overlay.bucket(of: "/api/public/v2/metrics") == "metrics")
        #expect(overlay.bucket(of: "/api/public/v2/observations") == "")
    }

    // MARK: turns

    @Test("The most urgent request goes first, whatever came before it")
    func order() async throws {
        let budget = RateBudget(
            RateBudgetSpec(requests: 1000, per: .seconds(1), concurrency: 1), clock: .fixed(now), sleep: { _ in })
        try await budget.begin(maxWait: .seconds(15))
        let order = Lock<[RequestPriority]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for priority in [RequestPriority.history, .routine, .detection] {
                group.addTask {
                    try await budget.begin(priority, maxWait: .seconds(15))
                    order.withLock { $0.append(priority) }
                    await budget.end()
                }
                while await budget.waitingCount < 3 - priority.rawValue + 1 { await Task.yield() }
            }
            // It has a slot of its own.
            try await budget.begin(.urgent, maxWait: .seconds(15))
            await budget.end()
            await budget.end()
            try await group.waitForAll()
        }
        #expect(order.withLock { $0 } == [.detection, .routine, .history])
    }

    @Test("A request whose turn comes later than it would wait is refused at once, and takes no place")
    func tooLate() async throws {
        let budget = RateBudget(
            RateBudgetSpec(requests: 1, per: .minutes(1), concurrency: 4), clock: .fixed(now), sleep: { _ in })
        try await budget.begin(maxWait: .seconds(15))
        await #expect(throws: RateBudget.Refusal.rateLimited(.minutes(1))) {
            try await budget.begin(maxWait: .seconds(15))
        }
        #expect(await budget.waitingCount == 0)
        // The sleep of this test ends at once.
        try await budget.begin(maxWait: .minutes(2))
    }
}
