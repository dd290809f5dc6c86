package import Basics
package import HTTPClient
import SourceSpec

/// Reads the tables of HTTP sources page by page: the DSL carried out, with authorisation, paging, retries and budgets.
///
/// One for the whole process: its rate budgets and breakers are shared by everyone who reads a source.
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
    private let budgets = Lock<[String: RateBudget]>([:])

    /// `inputs` gives the value of an environment variable. `sleep` and `random` are the machine's unless a test
    /// holds time still; `timeout` is for one request.
    package init(
        client: HTTPClient, inputs: @escaping @Sendable (String) -> String?, clock: WallClock = .system,
        redaction: Redaction = Redaction(), retries: RetryMachine.Policy = RetryMachine.Policy(),
        timeout: Span = .seconds(30),
        sleep: @escaping @Sendable (Span) async throws -> Void = { try await Task.sleep(for: $0.duration) },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.client = client
        self.inputs = inputs
        self.clock = clock
        self.redaction = redaction
        self.retries = retries
        self.timeout = timeout
        self.sleep = sleep
        self.random = random
    }

    package func scan(
        _ scan: Scan, onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        try await self.scan(scan, onRetryPause: { _ in }, onPage: onPage)
    }

    package func scan(
        _ scan: Scan, onRetryPause: @Sendable (RetryPause) async -> Void,
        onPage: @Sendable (Page) async throws -> ScanProgress
    ) async throws -> ScanOutcome {
        let plan = try ScanPlan(scan, inputs: inputs, now: clock.now(), redaction: redaction, timeout: timeout)
        var fetch = PageFetch(plan: plan, fetcher: self, budget: budget(of: plan.source))
        var paging = PagingMachine(plan.pagination, pageSize: plan.pageSize)
        var progressOfRows = RowProgress()
        var outcome = ScanOutcome()
        while true {
            let fetched = try await fetch.page(at: paging.position, onRetryPause: onRetryPause)
            var rows = fetched.content.rows
            if let standstill = progressOfRows.standstill(after: rows) { throw fetch.loopError(standstill) }
            let room = plan.rowCap.map { max(0, $0 - outcome.rows) } ?? rows.count
            let isCut = rows.count > room
            if isCut { rows.removeLast(rows.count - room) }
            let page = Page(
                rows: rows, schemaWarnings: fetched.content.warnings, calls: fetch.calls - outcome.calls,
                serverDate: fetched.serverDate)
            outcome.rows += rows.count
            outcome.calls = fetch.calls
            outcome.schemaWarnings += page.schemaWarnings
            outcome.serverDate = fetched.serverDate ?? outcome.serverDate
            let progress = try await onPage(page)
            let step = paging.advance(after: fetched.content.clues)
            if isCut || step == .truncated { outcome.isTruncated = true }
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

    package func request(of scan: Scan) throws(SourceError) -> PlannedRequest {
        let plan = try ScanPlan(scan, inputs: inputs, now: clock.now(), redaction: redaction, timeout: timeout)
        let request = try plan.request(at: PagingMachine(plan.pagination, pageSize: plan.pageSize).position)
        let body = request.body.map { " " + plan.secrets.mask(String(decoding: $0.prefix(500), as: UTF8.self)) } ?? ""
        return PlannedRequest(
            text: plan.secrets.describe(request.method, request.url) + body, pageSize: plan.pageSize)
    }

    private func budget(of source: SourceSpec) -> RateBudget {
        budgets.withLock { budgets in
            if let known = budgets[source.name] { return known }
            let budget = RateBudget(source.overlay.budget, clock: clock, sleep: sleep)
            budgets[source.name] = budget
            return budget
        }
    }
}
