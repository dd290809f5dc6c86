package import Basics
package import SourceFetch
import SourceSpec

extension SourceEngine {
    /// Updates mirrors: all configured ones, or `tables`. Failures are in the reports.
    ///
    /// `since` reads everything from there on, also what was read before, within a table's retention. If the caller's task is
    /// cancelled, the sync continues in the background; its rows are not read again.
    ///
    /// `within` is the maximum wait; nil waits until all syncs end. `priority` is that of rows which continue those of the last sync.
    package func sync(
        _ tables: [QualifiedName]? = nil, since: Instant? = nil, within: Span? = nil,
        priority: RequestPriority = .routine, progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
    ) async -> [SourceReport] {
        let all = catalog.mirrors.values.flatMap { $0 }.map(\.name)
        let wanted = (tables?.compactMap(catalog.owner(of:)) ?? all).filter { catalog.mirrored($0) != nil }
        await load(wanted)
        let names = Set(wanted).filter { name in
            catalog.unconfigured[name.schema] == nil && (tables != nil || since != nil || isDue(name))
        }
        for name in names.sorted() { startSync(of: name, since: since, priority: priority, progress: progress) }
        let deadline = within.map { ContinuousClock.now + $0.duration }
        for name in names.sorted() { await wait(for: name, nil, until: deadline) }
        let reports = await reports()
        guard let tables else { return reports }
        return reports.filter { report in tables.contains { $0.schema == report.source.lowercased() } }
    }

    /// A table with `every` in its overlay is not read again before that time.
    private func isDue(_ name: QualifiedName) -> Bool {
        guard let every = catalog.mirrored(name)?.mirror.every, every > .milliseconds(0) else { return true }
        return !isFresh(name, within: every)
    }

    /// Updates the tables to `freshness`, concurrently. Returns when all have the rows that are needed or at the deadline.
    func update(
        _ names: [QualifiedName], to freshness: Freshness, _ limits: QueryLimits,
        until deadline: ContinuousClock.Instant
    ) async -> FreshnessOutcome {
        await load(names)
        guard case .upTo(let span, let since) = freshness else { return FreshnessOutcome() }
        var outcome = FreshnessOutcome()
        var started: [(name: QualifiedName, need: RowNeed)] = []
        for name in names {
            guard let need = need(of: name, within: span, since: since) else { continue }
            outcome.needs[name] = need
            guard !meets(name, need), catalog.unconfigured[name.schema] == nil, !isResting(name) else { continue }
            startSync(of: name, since: nil, priority: limits.priority, progress: onProgress)
            statuses[name]?.sync?.demand.add(since: need.since, limits.priority)
            started.append((name, need))
        }
        for (name, need) in started {
            await readHead(of: name, for: need, limits)
            // The whole backfill is there when the sync has ended, with the sums of the hours before it.
            if await wait(for: name, since == nil ? nil : need, until: deadline) {
                let status = statuses[name]
                outcome.calls += status?.sync?.calls ?? status?.last?.calls ?? 0
            } else {
                outcome.late.insert(name)
            }
        }
        return outcome
    }

    /// Reads the states that have not been read in this process yet from the mirror files.
    func load(_ names: [QualifiedName]) async {
        for name in names where statuses[name] == nil {
            guard let state = try? await files[name.schema]?.state(of: name), statuses[name] == nil else { continue }
            statuses[name] = TableStatus(state: state)
        }
    }

    /// The rows since then, or of the whole backfill.
    func need(of name: QualifiedName, within span: Span, since: Instant?) -> RowNeed? {
        guard let mirror = catalog.mirrored(name)?.mirror else { return nil }
        let now = configuration.clock.now()
        let horizon = MirrorPlan(mirror: mirror).horizon(now: now, retention: retention(of: mirror))
        return RowNeed(since: max(since ?? horizon, horizon), asOf: now - span)
    }

    func meets(_ name: QualifiedName, _ need: RowNeed) -> Bool {
        guard let status = statuses[name], let headAt = status.state.headAt else { return false }
        // If the clock was set back, no row is known to be fresh.
        return headAt <= configuration.clock.now() && status.meets(need)
    }

    func isFresh(_ name: QualifiedName, within span: Span, since: Instant? = nil) -> Bool {
        need(of: name, within: span, since: since).map { meets(name, $0) } ?? false
    }

    /// No window of the table's history is missing.
    func isComplete(_ name: QualifiedName, _ status: TableStatus) -> Bool {
        need(of: name, within: .milliseconds(0), since: nil).map { status.state.coverage.isComplete(from: $0.since) }
            ?? true
    }

    func retention(of mirror: MirrorSpec) -> Span { configuration.retention ?? mirror.retention }

    private func isResting(_ name: QualifiedName) -> Bool {
        guard let status = statuses[name], status.last?.failure != nil, let endedAt = status.endedAt else {
            return false
        }
        return configuration.clock.now() - endedAt < status.rest
    }

    private func startSync(
        of name: QualifiedName, since: Instant?, priority: RequestPriority,
        progress: @escaping @Sendable (SyncProgress) -> Void
    ) {
        guard let table = catalog.mirrored(name), let file = files[name.schema] else { return }
        var status = statuses[name] ?? TableStatus()
        guard !status.isRunning else { return }
        let (clock, retention) = (configuration.clock, retention(of: table.mirror))
        let running = TableStatus.Running(startedAt: clock.now())
        status.sync = running
        statuses[name] = status
        let sync = MirrorSync(
            table: table, file: file, pages: parts.pages, clock: clock, retention: retention,
            skew: status.last?.skew ?? .milliseconds(0), priority: priority, demand: running.demand,
            onRetryPause: { [epoch] pause in await self.note(pause, of: name, epoch) },
            onWindow: { [epoch] reading in await self.note(reading, of: name, epoch) })
        let sums = table.mirror.rollups && since == nil ? parts.hourlySums : nil
        let history = sums.map {
            HourlyHistory(table: table, file: file, sums: $0, clock: clock, retention: retention)
        }
        Task { [epoch] in
            var outcome = await sync.run(since: since, progress: progress)
            if outcome.failure == nil { await history?.run(&outcome) }
            self.finishSync(of: name, outcome, epoch)
        }
    }

    private func finishSync(of name: QualifiedName, _ outcome: SyncOutcome, _ began: Int) {
        noteCalls([name.schema: outcome.calls])
        guard began == epoch else { return }
        var status = statuses[name] ?? TableStatus()
        let waiters = status.waiters
        (status.state, status.last, status.endedAt) = (outcome.state, outcome, configuration.clock.now())
        (status.sync, status.retryPause, status.waiters) = (nil, nil, [:])
        statuses[name] = status
        for waiter in waiters.values { waiter.end(isMet: true) }
    }

    /// A window of the running sync was committed.
    private func note(_ reading: WindowReading, of name: QualifiedName, _ began: Int) async {
        guard began == epoch, let startedAt = statuses[name]?.sync?.startedAt else { return }
        statuses[name]?.sync?.calls += reading.calls
        await note(reading, of: name, at: startedAt)
    }

    /// A window whose reading began then was committed: callers who need no more rows continue.
    func note(_ reading: WindowReading, of name: QualifiedName, at moment: Instant) async {
        guard let state = try? await files[name.schema]?.state(of: name) else { return }
        statuses[name]?.state = state
        statuses[name]?.note(.init(window: reading.window, at: moment), isBelieved: reading.isBelieved)
        for (id, waiter) in statuses[name]?.waiters ?? [:] {
            guard let need = waiter.need, meets(name, need) else { continue }
            statuses[name]?.waiters.removeValue(forKey: id)?.end(isMet: true)
        }
    }

    /// Waits until the running sync has read what is needed, or to its end if `need` is nil; false if the deadline passed first. The
    /// sync itself continues.
    @discardableResult
    private func wait(
        for name: QualifiedName, _ need: RowNeed?, until deadline: ContinuousClock.Instant?
    ) async -> Bool {
        if let need, meets(name, need) { return true }
        guard let status = statuses[name], status.isRunning else { return true }
        guard !ends(deadline, before: retryPause(of: status)) else { return false }
        let id = takeWaiterID()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(returning: false) }
                let timer = Task {
                    guard let deadline, (try? await Task.sleep(until: deadline, clock: .continuous)) != nil else {
                        return
                    }
                    self.stopWaiting(id, name)
                }
                statuses[name]?.waiters[id] = TableStatus.Waiter(
                    need: need, deadline: deadline, continuation: continuation, timer: timer)
            }
        } onCancel: {
            Task { await self.stopWaiting(id, name) }
        }
    }

    /// The sync continues after the pause. Callers whose deadline is before its end stop waiting now.
    private func note(_ pause: RetryPause, of name: QualifiedName, _ began: Int) {
        guard began == epoch, let status = statuses[name], status.isRunning else { return }
        // A later caller sees the remaining time.
        if status.retryPause?.until != pause.until { statuses[name]?.retryPause = pause }
        for (id, waiter) in statuses[name]?.waiters ?? [:] where ends(waiter.deadline, before: pause) {
            stopWaiting(id, name)
        }
    }

    private func ends(_ deadline: ContinuousClock.Instant?, before pause: RetryPause?) -> Bool {
        guard let deadline, let pause else { return false }
        return ContinuousClock.now + (pause.until - configuration.clock.now()).duration > deadline
    }

    private func stopWaiting(_ id: Int, _ name: QualifiedName) {
        statuses[name]?.waiters.removeValue(forKey: id)?.end(isMet: false)
    }
}

/// The calls of an update, and its unfinished tables.
struct FreshnessOutcome: Sendable {
    var calls = 0
    /// What the statement needs of each mirrored table.
    var needs: [QualifiedName: RowNeed] = [:]
    /// Tables that did not have it at the deadline.
    var late: Set<QualifiedName> = []
}
