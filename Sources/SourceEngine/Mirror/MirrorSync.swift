import Basics
import SourceFetch
import SourceSpec

/// Updates one mirrored table: reads the windows of ``MirrorPlan``, newest first and several at a time, and commits each completely.
struct MirrorSync: Sendable {
    /// Rows held before they are written; a window of fewer is one transaction.
    static let batchRows = 20_000
    /// The number of windows of minimum length that the provider truncates before the sync stops.
    static let maxUnreadableWindows = 3
    /// A mirror waits in the background for any rate limit pause; no statement waits for it.
    static let maxWait = RateSignal.longest

    let table: MirrorTable
    let file: MirrorFile
    let pages: any PageSource
    let clock: WallClock
    let retention: Span
    let skew: Span
    /// Of windows that continue what was read before.
    let priority: RequestPriority
    /// What callers wait for.
    let demand: SyncDemand
    /// Called for a rate limit pause that the sync waits for.
    let onRetryPause: @Sendable (RetryPause) async -> Void
    /// Called after each window that was read completely.
    let onWindow: @Sendable (WindowReading) async -> Void

    /// `since`: everything from there on is read, also what has been read before.
    func run(since: Instant?, progress: @escaping @Sendable (SyncProgress) -> Void) async -> SyncOutcome {
        var outcome = SyncOutcome(skew: skew)
        // The windows end at the start, however long a provider has them waited for.
        let start = clock.now()
        do {
            try await read(since: since, at: start, &outcome, SyncTally(table.name, tell: progress))
            try await file.finishSync(of: table.name, at: start, retention: retention)
        } catch let error as SourceError {
            outcome.failure = error
        } catch is CancellationError {
            outcome.failure = failure(
                .unavailable, "The sync was stopped.",
                "Rows that were read are kept; the next run continues from there.")
        } catch {
            outcome.failure = failure(
                .unavailable, "The mirror could not be written: \(error).", "Check the disk and its space.")
        }
        do {
            outcome.state = try await file.state(of: table.name)
        } catch {
            outcome.failure =
                outcome.failure
                ?? failure(.unavailable, "The mirror could not be read: \(error).", "It is rebuilt on the next run.")
        }
        return outcome
    }

    private func failure(_ kind: SourceError.Kind, _ reason: String, _ remedy: String) -> SourceError {
        SourceError(kind: kind, source: table.source.name, reason: reason, remedy: remedy)
    }

    private func read(since: Instant?, at now: Instant, _ outcome: inout SyncOutcome, _ tally: SyncTally) async throws {
        let state = try await file.state(of: table.name)
        let plan = MirrorPlan(
            mirror: table.mirror, coverage: state.coverage, syncedAt: state.syncedAt,
            rowsPerHour: try await file.rowsPerHour(of: table.name))
        let horizon = plan.horizon(now: now, since: since, retention: retention)
        let end = now + max(skew, .milliseconds(0))
        let recalls = state.syncedAt.map { plan.recalls(since: $0, now: now) } ?? []
        var again = try await file.openRows(of: table.name, in: recalls)
        if since != nil { again.append(Interval(from: horizon, to: end)) }
        let windows = plan.windows(from: horizon, to: end, more: again)
        var run = SyncRun(plan: plan, now: now, end: end, api: APIChoice(mirror: table.mirror, state: state, now: now))
        try await read(windows, &run, &outcome, tally)
        // A server may answer for the newer list although only its older one has rows.
        let mayHaveTwo = !state.hasRows || state.fallbackSince != nil
        if let window = windows.first, let oldest = windows.last, mayHaveTwo, outcome.rows == 0, run.hasDoubt,
            run.api.tryOther()
        {
            let whole = Interval(from: oldest.from, to: window.to)
            if await hasRows(in: whole, usesFallback: run.api.usesFallback, &outcome) {
                try await read(windows, &run, &outcome, tally)
            }
        }
    }

    private func read(
        _ windows: [Interval], _ run: inout SyncRun, _ outcome: inout SyncOutcome, _ tally: SyncTally
    ) async throws {
        run.queue = WindowQueue(windows, width: table.source.overlay.budget.concurrency)
        await withTaskGroup(of: (WindowReading, usedFallback: Bool).self) { group in
            while true {
                while let window = run.queue.next() {
                    let chain = chain(window, run, tally)
                    group.addTask { (await chain.read(), chain.usesFallback) }
                }
                tally.plan(done: run.queue.done, planned: run.queue.planned)
                guard let (reading, usedFallback) = await group.next() else { return }
                outcome.add(reading)
                do {
                    if try take(reading, usedFallback, &run, &outcome) {
                        if let change = run.api.answered(at: run.now) {
                            try await file.setFallback(change.since, of: table.name)
                        }
                        await onWindow(reading)
                    }
                } catch {
                    run.failure = run.failure ?? error
                    run.queue.stop()
                }
            }
        }
        if let failure = run.failure { throw failure }
    }

    /// Whether the other API has rows of a window, by its first page.
    private func hasRows(in window: Interval, usesFallback: Bool, _ outcome: inout SyncOutcome) async -> Bool {
        var scan = table.scan(window, usesFallback: usesFallback)
        scan.priority = priority
        let count = Lock(0)
        do {
            outcome.calls += try await pages.scan(scan, onRetryPause: onRetryPause) { page in
                count.withLock { $0 += page.rows.count }
                return .stop
            }.calls
        } catch {
            // The API in use has answered, so a missing other API is not a failure.
            outcome.calls += (error as? SourceError)?.calls ?? 0
        }
        return count.withLock { $0 } > 0
    }

    private func chain(_ window: Interval, _ run: SyncRun, _ tally: SyncTally) -> MirrorChain {
        let own = run.plan.priority(of: window, end: run.end, routine: priority)
        return MirrorChain(
            table: table, file: file, pages: pages, clock: clock, window: window,
            headAt: window.to >= run.end ? run.now : nil, usesFallback: run.api.usesFallback,
            priority: min(own, demand.priority(of: window) ?? own), isDivisible: run.plan.isDivisible(window),
            onRetryPause: onRetryPause, onPage: { tally.add(rows: $0, calls: $1) })
    }

    /// What follows from one window; true if it was read completely.
    private func take(
        _ reading: WindowReading, _ usedFallback: Bool, _ run: inout SyncRun, _ outcome: inout SyncOutcome
    ) throws -> Bool {
        let window = reading.window
        if let failure = reading.failure {
            try take(failure, window, usedFallback, &run)
            return false
        }
        if reading.isComplete {
            run.refusal = nil
            run.hasDoubt = run.hasDoubt || !reading.isBelieved
            run.queue.answered(window, settles: reading.rows > 0 || !table.hasRollups)
            return true
        }
        if let halves = run.plan.halves(of: window) {
            run.queue.putBack(window, as: halves)
            return false
        }
        run.unreadable += 1
        let reason = "\(table.name): the API truncates results even for a one-minute window; some rows"
        guard run.unreadable < Self.maxUnreadableWindows else {
            throw failure(
                .malformed, "\(reason) are missing.",
                "The rows that it returned are kept; report it to the provider.")
        }
        outcome.note = "\(reason) before \(window.to.iso8601Seconds) are missing."
        run.queue.putBack(window, as: [])
        return false
    }

    /// Reads the window again, by the other API or in parts; throws if neither may help.
    private func take(
        _ failure: any Error, _ window: Interval, _ usedFallback: Bool, _ run: inout SyncRun
    ) throws {
        guard let error = failure as? SourceError, run.failure == nil else { throw failure }
        if error.suggestsOtherAPI {
            if usedFallback == run.api.usesFallback {
                guard run.api.tryOther() else { throw run.refusal?.joined(by: error) ?? error }
                run.refusal = error
            }
            run.queue.putBack(window, as: [window])
        } else {
            guard error.suggestsShorterWindow, run.plan.isDivisible(window),
                run.queue.failed(window, isSure: error.kind == .tooMuch)
            else { throw run.refusal?.joined(by: error) ?? error }
        }
    }
}

/// What one sync has come to.
private struct SyncRun {
    let plan: MirrorPlan
    let now: Instant
    /// What "now" is at the provider.
    let end: Instant
    var queue = WindowQueue([], width: 1)
    var api: APIChoice
    /// One of the two APIs refused.
    var refusal: SourceError?
    /// The source may have rows that it did not return.
    var hasDoubt = false
    var unreadable = 0
    var failure: (any Error)?
}
