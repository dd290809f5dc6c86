package import Basics
package import SourceFetch
import SourceSpec

/// Readings beside the syncs: of the newest rows, and of one trace.
extension SourceEngine {
    /// A head reading repeats this much; the syncs repeat the table's own overlap.
    private static let overlap = Span.minutes(2)
    /// A head that is further behind is left to the sync.
    private static let longestHead = Span.hours(2)

    /// Reads the newest rows of mirrored tables, whether or not a sync is running: one call in the usual case.
    package func readHead(
        of names: [QualifiedName], priority: RequestPriority = .urgent,
        maxWait: Span? = QueryLimits.unattended.maxWait
    ) async -> HeadOutcome {
        let tables = names.compactMap(catalog.owner(of:)).filter { catalog.unconfigured[$0.schema] == nil }
        await load(tables)
        var outcome = HeadOutcome()
        for name in tables {
            guard let table = catalog.mirrored(name), let file = files[name.schema] else { continue }
            let now = configuration.clock.now()
            let status = statuses[name]
            let end = now + max(status?.last?.skew ?? .milliseconds(0), .milliseconds(0))
            let known = status?.state.headAt.map { min($0, status?.state.coverage.end ?? $0) } ?? end
            let from = max(min(known, now) - Self.overlap, now - Self.longestHead)
            var chain = MirrorChain(
                table: table, file: file, pages: parts.pages, clock: configuration.clock,
                window: Interval(from: from, to: end), headAt: now,
                usesFallback: status?.state.usesFallback(now: now) ?? false, priority: priority)
            chain.maxWait = maxWait
            outcome.add(await read(chain, of: name, at: now))
        }
        return outcome
    }

    /// For a caller whose need the running sync cannot meet, because it began too early.
    func readHead(of name: QualifiedName, for need: RowNeed, _ limits: QueryLimits) async {
        guard let status = statuses[name], let sync = status.sync, sync.startedAt < need.asOf, !meets(name, need),
            retryPause(of: status) == nil
        else { return }
        _ = await readHead(of: [name], priority: limits.priority, maxWait: limits.maxWait)
    }

    /// Reads the steps of one trace from its last known one on, into all mirrors that hold traces.
    package func refresh(trace: String, priority: RequestPriority = .urgent) async -> HeadOutcome {
        let tables = catalog.mirrors.values.flatMap { $0 }.filter { table in
            table.hasRollups && catalog.unconfigured[table.name.schema] == nil
                && table.table.filters.contains { $0.name == MirrorTable.traceColumn }
        }
        await load(tables.map(\.name))
        var outcome = HeadOutcome()
        for table in tables {
            guard let file = files[table.name.schema] else { continue }
            let now = configuration.clock.now()
            let known = try? await file.newest(of: table.name, trace: trace)
            let from = known.map { $0 - Self.overlap } ?? now - table.mirror.backfill
            var chain = MirrorChain(
                table: table, file: file, pages: parts.pages, clock: configuration.clock,
                window: Interval(from: from, to: max(now, known ?? now) + .minutes(10)), headAt: nil,
                usesFallback: statuses[table.name]?.state.usesFallback(now: now) ?? false, priority: priority)
            (chain.trace, chain.maxWait) = (trace, QueryLimits.unattended.maxWait)
            outcome.add(await read(chain, of: table.name, at: now))
        }
        return outcome
    }

    private func read(_ chain: MirrorChain, of name: QualifiedName, at now: Instant) async -> WindowReading {
        let began = epoch
        let reading = await chain.read()
        noteCalls([name.schema: reading.calls])
        guard began == epoch, chain.trace == nil else { return reading }
        statuses[name]?.headFailure = reading.failure as? SourceError
        if reading.failure == nil { await note(reading, of: name, at: now) }
        return reading
    }
}

/// What a reading beside the syncs gave.
package struct HeadOutcome: Sendable {
    package var rows = 0
    package var calls = 0
    /// Why the rows of some table could not be read.
    package var failure: SourceError?

    mutating func add(_ reading: WindowReading) {
        rows += reading.rows
        calls += reading.calls
        guard let error = reading.failure else { return }
        failure =
            error as? SourceError
            ?? SourceError(
                kind: .unavailable, source: "", reason: "The rows could not be stored: \(error).",
                remedy: "Check the disk and its space.")
    }
}
