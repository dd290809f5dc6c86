package import Basics
package import HTTPClient
import SourceSpec

/// Reads the tables of HTTP sources page by page, as their manifests say: authorisation, paging, retries and budgets.
///
/// One for the whole process: all readers of a source share its rate budget and circuit breaker.
package final class SourceFetcher: PageSource {
    let client: HTTPClient
    let clock: WallClock
    let sleep: @Sendable (Span) async throws -> Void
    let random: @Sendable () -> Double
    let retries: RetryMachine.Policy
    let pageCache = PageCache()
    private let inputs: @Sendable (String) -> String?
    private let redaction: Redaction
    private let timeout: Span
    private let limits: RateLimitMemory
    private let budgets = Lock<[String: RateBudget]>([:])
    private let counts = Lock<[String: Int]>([:])
    private let overrides = Lock<[String: RateLimit]>([:])

    /// `inputs` returns the value of an environment variable. Tests replace `sleep` and `random`. `timeout` is for one request.
    package init(
        client: HTTPClient, inputs: @escaping @Sendable (String) -> String?, clock: WallClock = .system,
        redaction: Redaction = Redaction(), retries: RetryMachine.Policy = RetryMachine.Policy(),
        timeout: Span = .seconds(30), limits: RateLimitMemory = RateLimitMemory(),
        sleep: @escaping @Sendable (Span) async throws -> Void = { try await Task.sleep(for: $0.duration) },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.client = client
        self.inputs = inputs
        self.clock = clock
        self.redaction = redaction
        self.retries = retries
        self.timeout = timeout
        self.limits = limits
        self.sleep = sleep
        self.random = random
    }

    package func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        let plan = try plan(of: scan)
        var fetch = PageFetch(plan: plan, fetcher: self, budget: await budget(of: plan))
        var paging = PagingMachine(plan.pagination, pageSize: plan.pageSize)
        var rowProgress = RowProgress()
        var outcome = ScanOutcome()
        while true {
            let fetched = try await fetch.page(at: paging.position, onRetryPause: onRetryPause)
            if let standstill = rowProgress.standstill(after: fetched.content.rows) {
                throw fetch.loopError(standstill)
            }
            var page = Page(
                rows: fetched.content.rows, schemaWarnings: fetched.content.warnings,
                calls: fetch.calls - outcome.calls, serverDate: fetched.serverDate)
            let isCut = outcome.take(&page, limit: plan.rowCap)
            let progress = try await onPage(page)
            let step = paging.advance(after: fetched.content.clues)
            if step == .truncated { outcome.isTruncated = true }
            if isCut || progress == .stop { return outcome }
            switch step {
            case .end, .truncated: return outcome
            case .loop: throw fetch.loopError("returned the same page again")
            case .fetch:
                guard let cap = plan.rowCap, outcome.rows >= cap else { continue }
                outcome.isTruncated = true
                return outcome
            }
        }
    }

    private func plan(of scan: Scan) throws(SourceError) -> ScanPlan {
        try ScanPlan(scan, inputs: inputs, now: clock.now(), redaction: redaction, timeout: timeout)
    }

    package func request(of scan: Scan) throws(SourceError) -> PlannedRequest {
        let plan = try plan(of: scan)
        let request = try plan.request(at: PagingMachine(plan.pagination, pageSize: plan.pageSize).position)
        let body = request.body.map { " " + plan.secrets.mask(String(decoding: $0.prefix(500), as: UTF8.self)) } ?? ""
        return PlannedRequest(
            text: plan.secrets.describe(request.method, request.url) + body, pageSize: plan.pageSize)
    }

    package func requestCounts() -> [String: Int] { counts.withLock { $0 } }

    func noteRequest(to source: String) { counts.withLock { $0[source, default: 0] += 1 } }

    package func limitCalls(of source: String, to limit: RateLimit?) {
        overrides.withLock { $0[source] = limit }
    }

    /// How many requests the provider of each source still takes now; sources without a known limit are left out.
    package func callsLeft() async -> [String: Int] {
        var left: [String: Int] = [:]
        for (source, budget) in budgets.withLock({ $0 }) { left[source] = await budget.callsLeft() }
        return left
    }

    package func limit(of source: String) async -> RateLimit? {
        await budgets.withLock { $0[source] }?.limit()
    }

    private func budget(of plan: ScanPlan) async -> RateBudget {
        let source = plan.source
        let budget = budgets.budget(of: source.name) {
            RateBudget(source.overlay.budget, host: plan.base.origin, memory: limits, clock: clock, sleep: sleep)
        }
        if source.overlay.budget.isLearned { await budget.override(with: overrides.withLock { $0[source.name] }) }
        return budget
    }
}
