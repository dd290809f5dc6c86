import Basics
import HTTPClient
import SourceSpec

/// Fetches the pages of one scan: sends, follows redirects, retries, and counts the calls.
struct PageFetch {
    private static let maxRedirects = 3

    let plan: ScanPlan
    let fetcher: SourceFetcher
    let budget: RateBudget
    /// HTTP requests sent so far.
    private(set) var calls = 0
    private var lastRequest: HTTPRequest?

    init(plan: ScanPlan, fetcher: SourceFetcher, budget: RateBudget) {
        self.plan = plan
        self.fetcher = fetcher
        self.budget = budget
    }

    private var policy: RetryMachine.Policy {
        var policy = fetcher.retries
        if let maxWait = plan.scan.maxWait { policy.maxWait = max(policy.maxWait, maxWait) }
        return policy
    }

    /// The complete page at `position`, after as many tries as the retry machine allows.
    ///
    /// - Throws: ``SourceError`` with the calls of the scan so far, or `CancellationError`.
    mutating func page(
        at position: PagePosition, onRetryPause: (RetryPause) async -> Void
    ) async throws -> FetchedPage {
        let request = try plan.request(at: position)
        var machine = RetryMachine(policy: policy)
        var outage: SourceError?
        while true {
            let failure: Failure
            do {
                let page = try await attempt(request, onRetryPause)
                await budget.succeed()
                return page
            } catch let caught as Failure {
                failure = caught
            } catch let refusal as RateBudget.Refusal {
                guard case .resting = refusal, let outage else { throw counted(error(for: refusal, request)) }
                // The circuit breaker allowed one try to see whether the source is back. It is not.
                await budget.fail()
                throw counted(outage)
            }
            let isTooLong = plan.scan.isDivisible && failure.error.kind == .timedOut
            guard !isTooLong, let wait = machine.wait(after: failure.retry, random: fetcher.random()) else {
                // A response, even a rejection, shows that the provider is reachable.
                if isOutage(failure.error) { await budget.fail() } else { await budget.succeed() }
                throw counted(failure.error)
            }
            if isOutage(failure.error) { outage = failure.error }
            await reportWait(for: request, onRetryPause)
            try await fetcher.sleep(wait)
        }
    }

    /// Reports a wait for the provider's limit or pause that a person would notice.
    private func reportWait(for request: HTTPRequest, _ onRetryPause: (RetryPause) async -> Void) async {
        guard let delay = await budget.delay(plan.scan.priority, bucket: plan.bucket),
            delay.until - fetcher.clock.now() > .seconds(1)
        else { return }
        let error = self.error(for: delay, request)
        await onRetryPause(RetryPause(error: counted(error), until: delay.until))
    }

    /// One try, with its redirects.
    private mutating func attempt(
        _ first: HTTPRequest, _ onRetryPause: (RetryPause) async -> Void
    ) async throws -> FetchedPage {
        var request = first
        let known = cacheKey(of: first).flatMap { fetcher.pageCache.entry(for: $0) }
        if let known { request.headers.append(.init("If-None-Match", known.tag)) }
        for _ in 0...Self.maxRedirects {
            let response: HTTPResponse
            do {
                response = try await send(request, onRetryPause)
            } catch let error as HTTPError {
                throw judge.failure(error, of: request)
            }
            await follow(response)
            if response.status == 304, let known { return known.page }
            switch await judge.judge(response, to: request) {
            case .page(let page):
                if let tag = response.header("etag"), let key = cacheKey(of: first) {
                    fetcher.pageCache.keep(page, tag: tag, for: key)
                }
                return page
            case .failure(let failure): throw failure
            case .redirect(let target): request.url = target.text
            }
        }
        throw judge.failure(
            .refusedByProvider, first, "redirects more than \(Self.maxRedirects) times.", judge.checkAddress)
    }

    private var judge: AnswerJudge { AnswerJudge(plan: plan, now: fetcher.clock.now()) }
    /// Keeps to what the response says of the provider's limit.
    private func follow(_ response: HTTPResponse) async {
        let (overlay, limit, now) = (plan.source.overlay, plan.backend.rateLimit, fetcher.clock.now())
        let allowance = RateAllowance(response, dialect: overlay.retryDialect, limit: limit, now: now)
        if case .limited(let pause?) = RateSignal(response, dialect: overlay.retryDialect, limit: limit, now: now) {
            await budget.block(for: pause, limit: allowance?.limit, bucket: plan.bucket)
            return
        }
        await budget.accept(bucket: plan.bucket)
        if let allowance {
            await budget.allow(allowance.requests, of: allowance.limit, until: allowance.until, bucket: plan.bucket)
        }
    }

    private func cacheKey(of request: HTTPRequest) -> PageCache.Key? {
        guard request.method == .get, plan.scan.usesPageCache else { return nil }
        return PageCache.Key(
            source: plan.source.name, table: plan.scan.table.name, filters: plan.scan.filters, url: request.url)
    }

    private mutating func send(
        _ request: HTTPRequest, _ onRetryPause: (RetryPause) async -> Void
    ) async throws -> HTTPResponse {
        lastRequest = request
        await reportWait(for: request, onRetryPause)
        try await budget.begin(plan.scan.priority, bucket: plan.bucket, maxWait: policy.maxWait)
        calls += 1
        fetcher.noteRequest(to: plan.source.name)
        return try await budget.ending {
            try await fetcher.client.send(plan.signature?.signing(request, at: fetcher.clock.now()) ?? request)
        }
    }

    // MARK: Errors

    /// The provider repeats pages, so the list has no end. `what` it did, as a predicate.
    func loopError(_ what: String) -> SourceError {
        counted(
            judge.sourceError(
                .malformed, lastRequest ?? HTTPRequest(.get, plan.base.text), "\(what): its paging goes in a circle.",
                "No row was read twice. Report it to the provider."))
    }

    private func error(for delay: RateBudget.Delay, _ request: HTTPRequest) -> SourceError {
        let wait = delay.until - fetcher.clock.now()
        return judge.sourceError(
            .rateLimited(retryAfter: wait), request,
            delay.limit.map { "allows \($0.phrase)." } ?? "requested a pause.", AnswerJudge.askAgain(after: wait))
    }

    private func error(for refusal: RateBudget.Refusal, _ request: HTTPRequest) -> SourceError {
        let (kind, reason, remedy) = refusal.explanation(at: fetcher.clock.now())
        return judge.sourceError(kind, request, reason, remedy)
    }

    private func counted(_ error: SourceError) -> SourceError {
        var error = error
        error.calls = calls
        return error
    }

    /// A provider that reports a rate limit without a time is treated like one that is down. One that needs too long for a long
    /// history may still answer what is urgent.
    private func isOutage(_ error: SourceError) -> Bool {
        if plan.scan.isDivisible, error.suggestsShorterWindow { return false }
        return switch error.kind {
        case .unavailable, .rateLimited(retryAfter: nil): true
        case .timedOut: plan.scan.priority <= .detection
        default: false
        }
    }
}
