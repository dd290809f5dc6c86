package import Basics
import SourceFetch
import SourceSpec

extension SourceEngine {
    /// Brings mirrors up to now: all configured ones, or those named. What failed is in the reports.
    ///
    /// `since` asks for history older than a table's own backfill, as far as its retention goes. Stopping the caller's
    /// task leaves the reading to end in the background; what it has read is never read again.
    ///
    /// `within` is how long to wait at most; nil waits to the end.
    package func sync(
        _ tables: [QualifiedName]? = nil, since: Instant? = nil, within: Span? = nil,
        progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
    ) async -> [SourceReport] {
        let all = catalog.mirrors.values.flatMap { $0 }.map(\.name)
        let wanted = (tables?.compactMap(catalog.owner(of:)) ?? all).filter { catalog.mirrored($0) != nil }
        await load(wanted)
        let names = Set(wanted).filter { name in
            catalog.unconfigured[name.schema] == nil && (tables != nil || since != nil || isDue(name))
        }
        for name in names.sorted() { startSync(of: name, since: since, progress: progress) }
        let deadline = within.map { ContinuousClock.now + $0.duration }
        for name in names.sorted() { await wait(for: name, until: deadline) }
        let reports = await reports()
        guard let tables else { return reports }
        return reports.filter { report in tables.contains { $0.schema == report.source.lowercased() } }
    }

    /// A table with `every` in its overlay is not read again before that time.
    private func isDue(_ name: QualifiedName) -> Bool {
        guard let every = catalog.mirrored(name)?.mirror.every, every > .milliseconds(0) else { return true }
        return !isFresh(name, within: every)
    }

    /// Brings the tables up to `freshness`, each on its own; answers when all have ended or at the deadline.
    func bringUp(
        _ names: [QualifiedName], to freshness: Freshness, until deadline: ContinuousClock.Instant
    ) async -> FreshnessOutcome {
        await load(names)
        guard case .upTo(let span) = freshness else { return FreshnessOutcome() }
        var started: [QualifiedName] = []
        for name in names where !isFresh(name, within: span) {
            guard catalog.unconfigured[name.schema] == nil, !isResting(name) else { continue }
            startSync(of: name, since: nil, progress: onProgress)
            started.append(name)
        }
        var outcome = FreshnessOutcome()
        for name in started {
            if await wait(for: name, until: deadline) {
                outcome.calls += statuses[name]?.last?.calls ?? 0
            } else {
                outcome.late.insert(name)
            }
        }
        return outcome
    }

    /// Reads from the mirror files what has not been read in this process yet.
    func load(_ names: [QualifiedName]) async {
        for name in names where statuses[name] == nil {
            guard let state = try? await files[name.schema]?.state(of: name), statuses[name] == nil else { continue }
            statuses[name] = TableStatus(state: state)
        }
    }

    func isFresh(_ name: QualifiedName, within span: Span) -> Bool {
        guard let table = catalog.mirrored(name), let status = statuses[name], let syncedAt = status.state.syncedAt
        else {
            return false
        }
        let now = configuration.clock.now()
        let plan = MirrorPlan(mirror: table.mirror, coverage: status.state.coverage)
        let horizon = plan.horizon(now: now, retention: configuration.retention ?? table.mirror.retention)
        return now - syncedAt <= span && now >= syncedAt && plan.isWhole(from: horizon)
    }

    private func isResting(_ name: QualifiedName) -> Bool {
        guard let status = statuses[name], status.last?.failure != nil, let endedAt = status.endedAt else {
            return false
        }
        return configuration.clock.now() - endedAt < status.rest
    }

    private func startSync(
        of name: QualifiedName, since: Instant?, progress: @escaping @Sendable (SyncProgress) -> Void
    ) {
        guard let table = catalog.mirrored(name), let file = files[name.schema] else { return }
        var status = statuses[name] ?? TableStatus()
        guard !status.isRunning else { return }
        status.isRunning = true
        statuses[name] = status
        let sync = MirrorSync(
            table: table, file: file, pages: parts.pages, clock: configuration.clock,
            retention: configuration.retention ?? table.mirror.retention,
            skew: status.last?.skew ?? .milliseconds(0),
            onRetryPause: { [epoch] pause in await self.note(pause, of: name, epoch) })
        let history = parts.hourlySums.flatMap { sums in
            table.mirror.rollups
                ? HourlyHistory(
                    table: table, file: file, sums: sums, clock: configuration.clock,
                    retention: configuration.retention ?? table.mirror.retention) : nil
        }
        Task { [epoch] in
            var outcome = await sync.run(since: since, progress: progress)
            if outcome.failure == nil, since == nil { await history?.run(&outcome) }
            self.finishSync(of: name, outcome, epoch)
        }
    }

    private func finishSync(of name: QualifiedName, _ outcome: SyncOutcome, _ began: Int) {
        noteCalls([name.schema: outcome.calls])
        guard began == epoch else { return }
        var status = statuses[name] ?? TableStatus()
        status.state = outcome.state
        status.last = outcome
        status.endedAt = configuration.clock.now()
        status.isRunning = false
        status.retryPause = nil
        let waiters = status.waiters
        status.waiters = [:]
        statuses[name] = status
        for waiter in waiters.values {
            waiter.timer.cancel()
            waiter.continuation.resume(returning: true)
        }
    }

    /// Waits for the running sync; false if the deadline passed first. The sync itself continues.
    @discardableResult
    private func wait(for name: QualifiedName, until deadline: ContinuousClock.Instant?) async -> Bool {
        guard let status = statuses[name], status.isRunning else { return true }
        guard !isOutlasted(deadline, by: retryPause(of: status)) else { return false }
        let id = takeWaiterID()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(returning: false) }
                let timer = Task {
                    guard let deadline, (try? await Task.sleep(until: deadline, clock: .continuous)) != nil else {
                        return
                    }
                    self.giveUp(id, name)
                }
                statuses[name]?.waiters[id] = TableStatus.Waiter(
                    deadline: deadline, continuation: continuation, timer: timer)
            }
        } onCancel: {
            Task { await self.giveUp(id, name) }
        }
    }

    /// The sync continues after the pause. Callers whose deadline is before its end stop waiting now.
    private func note(_ pause: RetryPause, of name: QualifiedName, _ began: Int) {
        guard began == epoch, let status = statuses[name], status.isRunning else { return }
        // A later caller sees the remaining time.
        if status.retryPause?.until != pause.until { statuses[name]?.retryPause = pause }
        for (id, waiter) in statuses[name]?.waiters ?? [:] where isOutlasted(waiter.deadline, by: pause) {
            waiter.timer.cancel()
            giveUp(id, name)
        }
    }

    private func isOutlasted(_ deadline: ContinuousClock.Instant?, by pause: RetryPause?) -> Bool {
        guard let deadline, let pause else { return false }
        return ContinuousClock.now + (pause.until - configuration.clock.now()).duration > deadline
    }

    private func giveUp(_ id: Int, _ name: QualifiedName) {
        statuses[name]?.waiters.removeValue(forKey: id)?.continuation.resume(returning: false)
    }
}

/// What bringing tables up to a freshness took.
struct FreshnessOutcome: Sendable {
    var calls = 0
    /// Tables whose sync had not ended at the deadline.
    var late: Set<QualifiedName> = []
}
