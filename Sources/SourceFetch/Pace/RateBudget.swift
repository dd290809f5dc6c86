package import Basics
package import SourceSpec

extension Lock where State == [String: RateBudget] {
    /// The budget of a source, made when it is first needed.
    func budget(of source: String, or make: () -> RateBudget) -> RateBudget {
        withLock { budgets in
            let budget = budgets[source] ?? make()
            budgets[source] = budget
            return budget
        }
    }
}

/// The rate budget of one source, shared by all its readers: its schedules, its circuit breaker, and its concurrency.
///
/// Requests wait in the order of their priority. Each rate limit of the provider (``SourceOverlay/buckets``) has a schedule of its own.
package actor RateBudget {
    /// Why a request may not be sent now.
    package enum Refusal: Error, Hashable {
        case rateLimited(Span)
        /// The circuit breaker is open.
        case resting(until: Instant)

        func explanation(at now: Instant) -> (kind: SourceError.Kind, reason: String, remedy: String) {
            switch self {
            case .rateLimited(let wait):
                (
                    .rateLimited(retryAfter: wait), "is paused: its rate limit is reached.",
                    AnswerJudge.askAgain(after: wait)
                )
            case .resting(let until):
                (
                    .unavailable, "is paused: \(CircuitBreaker.threshold) requests in a row failed.",
                    AnswerJudge.askAgain(after: until - now)
                )
            }
        }
    }

    /// A wait that a request would have.
    package struct Delay: Hashable, Sendable {
        package var until: Instant
        /// The limit that it waits for; nil for a pause that the provider named.
        package var limit: RateLimit?
    }

    private struct Waiter {
        let ticket: Int
        let priority: RequestPriority
        let bucket: String
        /// It gives up when its turn would come later.
        let end: Instant
        let turn: CheckedContinuation<Result<Void, any Error>, Never>
    }

    private let spec: RateBudgetSpec
    private let memory: RateLimitMemory
    /// The provider's address, by which its limits are remembered.
    private let host: String
    private let clock: WallClock
    private let sleep: @Sendable (Span) async throws -> Void
    private var schedules: [String: RequestSchedule] = [:]
    private var override: RateLimit?
    private var breaker = CircuitBreaker()
    private var active = 0
    /// In the order of their turns.
    private var waiting: [Waiter] = []
    private var tickets = 0
    private var timer: (moment: Instant, task: Task<Void, Never>)?

    package init(
        _ spec: RateBudgetSpec, host: String = "", memory: RateLimitMemory = RateLimitMemory(), clock: WallClock,
        sleep: @escaping @Sendable (Span) async throws -> Void
    ) {
        (self.spec, self.host, self.memory, self.clock, self.sleep) = (spec, host, memory, clock, sleep)
    }

    /// Waits for the request's turn. Each call that returns is paired with one ``end()``.
    ///
    /// - Throws: ``Refusal``, or `CancellationError`.
    package func begin(
        _ priority: RequestPriority = .detection, bucket: String = "", maxWait: Span
    ) async throws {
        let now = clock.now()
        if let until = breaker.pauseEnd(at: now) { throw Refusal.resting(until: until) }
        tickets += 1
        let ticket = tickets
        let result: Result<Void, any Error> = await withTaskCancellationHandler {
            await withCheckedContinuation { turn in
                guard !Task.isCancelled else { return turn.resume(returning: .failure(CancellationError())) }
                let place = waiting.firstIndex { $0.priority > priority } ?? waiting.endIndex
                let waiter = Waiter(
                    ticket: ticket, priority: priority, bucket: bucket, end: now + maxWait, turn: turn)
                waiting.insert(waiter, at: place)
                startNext(at: now)
            }
        } onCancel: {
            Task { await self.leave(ticket) }
        }
        try result.get()
    }

    package func end() {
        active -= 1
        startNext(at: clock.now())
    }

    /// Runs `body`, which has taken a turn, and returns the turn.
    nonisolated package func ending<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            let result = try await body()
            await end()
            return result
        } catch {
            await end()
            throw error
        }
    }

    // MARK: what the provider says

    /// How long a request would wait for the provider's limit or pause; nil if it can go now.
    package func delay(_ priority: RequestPriority, bucket: String = "") -> Delay? {
        let (schedule, now) = (schedule(of: bucket), clock.now())
        let moment = schedule.moment(for: priority, at: now)
        let isBlocked = schedule.blockedUntil.map { $0 >= moment } ?? false
        // The wait of the trial, and of a pace of ours, is not the provider's.
        guard moment > now, isBlocked || (spec.isLearned && schedule.limit != nil) else { return nil }
        return Delay(until: moment, limit: isBlocked ? nil : schedule.limit)
    }

    /// The provider refused a request, and named a pause that all readers must keep. `limit` is the number of requests that it says
    /// it allows.
    package func block(for pause: Span, limit declared: Int? = nil, bucket: String = "") {
        let now = clock.now()
        var schedule = schedule(of: bucket)
        if spec.isLearned, override == nil,
            let limit = schedule.limit(refusedFor: pause, declared: declared, at: now)
        {
            schedule.limit = limit
            memory.remember(limit, of: key(bucket), at: now)
        }
        schedule.block(until: now + pause)
        schedules[bucket] = schedule
    }

    /// The provider answered a request, whatever it said.
    package func accept(bucket: String = "") {
        var schedule = schedule(of: bucket)
        schedule.accept(at: clock.now())
        schedules[bucket] = schedule
    }

    /// The provider's response says how many requests are left until its limit starts anew.
    package func allow(_ requests: Int, of limit: Int, until: Instant, bucket: String = "") {
        var schedule = schedule(of: bucket)
        schedule.allow(requests, of: limit, until: until)
        schedules[bucket] = schedule
    }

    /// A limit that the user sets, in place of what is learned; nil to learn it.
    package func override(with limit: RateLimit?) {
        guard spec.isLearned, override != limit else { return }
        override = limit
        for bucket in schedules.keys { schedules[bucket]?.limit = known(bucket) }
    }

    /// The limit that is known now, of the provider or by hand.
    package func limit() -> RateLimit? { known("") }

    /// How many requests the provider still takes now, under the tightest of its limits; nil while none is known.
    package func callsLeft() -> Int? {
        let now = clock.now()
        return schedules.keys.compactMap { schedule(of: $0).left(at: now) }.min()
    }

    package func succeed() { breaker.succeed() }

    package func fail() { breaker.fail(at: clock.now()) }

    private func schedule(of bucket: String) -> RequestSchedule {
        schedules[bucket] ?? RequestSchedule(known(bucket))
    }

    private func known(_ bucket: String) -> RateLimit? {
        guard spec.isLearned else { return RateLimit(requests: max(1, spec.requests), per: spec.per) }
        return (bucket.isEmpty ? override : nil) ?? memory.limit(of: key(bucket), at: clock.now())
    }

    private func key(_ bucket: String) -> String { bucket.isEmpty ? host : "\(host) \(bucket)" }

    // MARK: turns

    /// The slots that a priority leaves to those above it. An urgent request takes one more than there are.
    private func slots(of priority: RequestPriority) -> Int {
        max(1, spec.concurrency + 1 - priority.rawValue)
    }

    /// Starts all that may go, and sets the timer for the next.
    private func startNext(at now: Instant) {
        var next: Instant?
        var index = 0
        while index < waiting.count {
            let waiter = waiting[index]
            var schedule = schedule(of: waiter.bucket)
            let moment = schedule.moment(for: waiter.priority, at: now)
            if moment > waiter.end {
                waiting.remove(at: index).turn.resume(returning: .failure(Refusal.rateLimited(moment - now)))
            } else if moment <= now, active < slots(of: waiter.priority) {
                schedule.take(at: now)
                schedules[waiter.bucket] = schedule
                active += 1
                waiting.remove(at: index).turn.resume(returning: .success(()))
            } else {
                if moment > now { next = min(next ?? moment, moment) }
                index += 1
            }
        }
        setTimer(for: next, at: now)
    }

    private func setTimer(for moment: Instant?, at now: Instant) {
        if let timer, timer.moment == moment { return }
        timer?.task.cancel()
        timer = moment.map { moment in
            (
                moment,
                Task {
                    guard (try? await sleep(moment - now)) != nil, !Task.isCancelled else { return }
                    self.timerEnded(moment)
                }
            )
        }
    }

    private func timerEnded(_ moment: Instant) {
        guard timer?.moment == moment else { return }
        timer = nil
        startNext(at: max(clock.now(), moment))
    }

    /// The requests that wait for their turn.
    package var waitingCount: Int { waiting.count }

    private func leave(_ ticket: Int) {
        guard let place = waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
        waiting.remove(at: place).turn.resume(returning: .failure(CancellationError()))
        startNext(at: clock.now())
    }
}
