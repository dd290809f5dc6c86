import Basics
import HTTPClient
import SourceSpec

/// Fetches the pages of one scan: sends, follows redirects, retries, and counts the calls.
struct PageFetch {
    private static let mostRedirects = 3

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
                guard case .resting = refusal, let outage else { throw counted(sourceError(for: refusal, request)) }
                // The breaker let one try through to see whether the source is back: it is not.
                await budget.fail()
                throw counted(outage)
            }
            if case .rateLimited(let wait?) = failure.trouble { await budget.block(for: wait) }
            guard case .tryAgain(let wait) = machine.decide(after: failure.trouble, random: fetcher.random()) else {
                // Whoever answers, even to refuse, is there.
                if Self.isOutage(failure.error.kind) { await budget.fail() } else { await budget.succeed() }
                throw counted(failure.error)
            }
            if Self.isOutage(failure.error.kind) { outage = failure.error }
            await tell(failure.error, onRetryPause)
            try await fetcher.sleep(wait)
        }
    }

    private func tell(_ error: SourceError, _ onRetryPause: (RetryPause) async -> Void) async {
        let until = await budget.blockedUntil
        guard let until, until - fetcher.clock.now() > fetcher.retries.maxWait else { return }
        await onRetryPause(RetryPause(error: counted(error), until: until))
    }

    /// One try, with the redirects that it takes.
    private mutating func attempt(
        _ first: HTTPRequest, _ onRetryPause: (RetryPause) async -> Void
    ) async throws -> FetchedPage {
        var request = first
        let known = cacheKey(of: first).flatMap { fetcher.pageCache.entry(for: $0) }
        if let known { request.headers.append(.init("If-None-Match", known.tag)) }
        let judge = AnswerJudge(plan: plan, now: fetcher.clock.now())
        for _ in 0...Self.mostRedirects {
            let response: HTTPResponse
            do {
                response = try await send(request, onRetryPause)
            } catch let error as HTTPError {
                throw judge.failure(error, of: request)
            }
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
            .refusedByProvider, first, "redirects more than \(Self.mostRedirects) times.", judge.checkAddress)
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
        if let until = await budget.blockedUntil {
            await tell(sourceError(for: .rateLimited(until - fetcher.clock.now()), request), onRetryPause)
        }
        try await budget.begin(maxWait: policy.maxWait)
        calls += 1
        return try await budget.ending {
            try await fetcher.client.send(plan.signature?.signing(request, at: fetcher.clock.now()) ?? request)
        }
    }

    // MARK: Errors

    /// The provider repeats itself, so the list has no end. `what` it did, as a predicate.
    func loopError(_ what: String) -> SourceError {
        let judge = AnswerJudge(plan: plan, now: fetcher.clock.now())
        let request = lastRequest ?? HTTPRequest(.get, plan.base.text)
        return counted(
            judge.sourceError(
                .malformed, request, "\(what): its paging goes in a circle.",
                "No row was read twice. Report it to the provider."))
    }

    private func sourceError(for refusal: RateBudget.Refusal, _ request: HTTPRequest) -> SourceError {
        let judge = AnswerJudge(plan: plan, now: fetcher.clock.now())
        switch refusal {
        case .rateLimited(let wait):
            return judge.sourceError(
                .rateLimited(retryAfter: wait), request, "is paused: its rate budget is used up.",
                AnswerJudge.askAgain(after: wait))
        case .resting(let until):
            return judge.sourceError(
                .unavailable, request, "is paused: \(CircuitBreaker.threshold) requests in a row failed.",
                AnswerJudge.askAgain(after: until - fetcher.clock.now()))
        }
    }

    private func counted(_ error: SourceError) -> SourceError {
        var error = error
        error.calls = calls
        return error
    }

    /// A provider that reports a rate limit without a time is treated like one that is down.
    private static func isOutage(_ kind: SourceError.Kind) -> Bool {
        [.unavailable, .timedOut, .rateLimited(retryAfter: nil)].contains(kind)
    }
}
