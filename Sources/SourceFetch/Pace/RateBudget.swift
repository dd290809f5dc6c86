package import Basics
package import SourceSpec

/// The rate budget of one source, shared by all its readers: its schedule, its breaker, and its concurrency.
package actor RateBudget {
    /// Why a request may not go now.
    package enum Refusal: Error, Hashable {
        case rateLimited(Span)
        case resting(until: Instant)
    }

    private let concurrency: Int
    private let clock: WallClock
    private let sleep: @Sendable (Span) async throws -> Void
    private var schedule: RequestSchedule
    private var breaker = CircuitBreaker()
    private var active = 0
    private var queue: [(ticket: Int, turn: CheckedContinuation<Bool, Never>)] = []
    private var tickets = 0

    package init(
        _ budget: RateBudgetSpec, clock: WallClock, sleep: @escaping @Sendable (Span) async throws -> Void
    ) {
        concurrency = max(1, budget.concurrency)
        schedule = RequestSchedule(budget)
        self.clock = clock
        self.sleep = sleep
    }

    /// Waits for the request's turn. Each call that returns is paired with one ``end()``.
    ///
    /// - Throws: ``Refusal``, or `CancellationError`.
    package func begin(maxWait: Span) async throws {
        if case .refuse(let until) = breaker.ask(at: clock.now()) { throw Refusal.resting(until: until) }
        try await takeTurn()
        do {
            switch schedule.reserve(at: clock.now(), maxWait: maxWait) {
            case .tooLong(let wait): throw Refusal.rateLimited(wait)
            case .go(let wait): if wait > .milliseconds(0) { try await sleep(wait) }
            }
        } catch {
            end()
            throw error
        }
    }

    package func end() {
        if queue.isEmpty {
            active -= 1
        } else {
            queue.removeFirst().turn.resume(returning: true)
        }
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

    /// The end of the provider's rate limit pause; nil if there was none.
    package var blockedUntil: Instant? { schedule.blockedUntil }

    /// The provider named a wait that all readers must keep.
    package func block(for wait: Span) { schedule.block(until: clock.now() + wait) }

    package func succeed() { breaker.succeed() }

    package func fail() { breaker.fail(at: clock.now()) }

    private func takeTurn() async throws {
        if active < concurrency {
            active += 1
            return
        }
        tickets += 1
        let ticket = tickets
        let hasTurn = await withTaskCancellationHandler {
            await withCheckedContinuation { turn in
                if Task.isCancelled { turn.resume(returning: false) } else { queue.append((ticket, turn)) }
            }
        } onCancel: {
            Task { await self.leaveQueue(ticket) }
        }
        if !hasTurn { throw CancellationError() }
    }

    private func leaveQueue(_ ticket: Int) {
        guard let position = queue.firstIndex(where: { $0.ticket == ticket }) else { return }
        queue.remove(at: position).turn.resume(returning: false)
    }
}
