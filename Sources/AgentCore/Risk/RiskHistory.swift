import Basics
import IncidentStore
import OnCallModel
import Risk

/// Brings the history of the default branch up to date: new changes with their files, and what followed each.
struct RiskHistory: Sendable {
    let sources: RiskSources
    let writer: StoreWriter

    /// How far back a repository without history is read by itself, and how many of its changes; `sentinel risk backfill` reads
    /// more.
    static let firstSpan = Span.days(30)
    static let firstCount = 40
    static let maxCount = 500
    /// What the mirrors have without being asked for more.
    private static let reach = Span.days(7)
    /// Rows of telemetry arrive late.
    private static let lateness = Span.hours(1)

    /// What a run added, and what it could not read.
    struct Result: Hashable, Sendable {
        var added = 0
        var measured = 0
        /// Changes of the time that are not read.
        var left = 0
        var gaps: [String] = []
        /// Sources that are not configured.
        var notes: [String] = []
    }

    /// Reads the changes after the latest known one, so that a second run adds nothing by itself.
    func update(now: Instant) async throws -> Result {
        let latest = try await writer.read { try $0.latestChange() }
        let since = latest ?? now - Self.firstSpan
        if now - since > Self.reach { await sources.extendHistory(to: since) }
        return try await run(
            since: since, limit: latest == nil ? Self.firstCount : Self.maxCount, reach: Self.reach, now: now)
    }

    /// Reads all changes since a moment, at most ``maxCount`` of them, the latest, and measures with the costs that the mirror
    /// has: `sentinel source sync langfuse --since` reads older ones.
    func backfill(since moment: Instant, now: Instant) async throws -> Result {
        await sources.extendHistory(to: moment - .days(1))
        return try await run(since: moment, limit: Self.maxCount, reach: (now - moment) + .days(1), now: now)
    }

    private func run(
        since moment: Instant, limit: Int, reach: Span, now: Instant
    ) async throws -> Result {
        var result = Result()
        var line: [CodeChange] = []
        do {
            line = try await sources.mainline(since: moment)
            let known = try await writer.read { try $0.knownChanges() }
            let new = line.filter { !known.contains($0.sha) }
            result.left = max(0, new.count - limit)
            for change in new.suffix(limit) {
                let whole = try await sources.files(of: change)
                try await writer.transaction { try $0.save(whole) }
                result.added += 1
            }
        } catch let failure as RiskFailure {
            result.gaps.append(failure.description)
        }
        let measured = try await measure(besides: line, reach, now: now)
        result.measured = measured.count
        result.gaps += measured.gaps
        result.notes = measured.notes
        return result
    }

    /// Saves what followed the changes whose time is over. What the mirrors do not cover stays unknown.
    private func measure(
        besides line: [CodeChange], _ reach: Span, now: Instant
    ) async throws -> (count: Int, gaps: [String], notes: [String]) {
        let changes = try await writer.read { try $0.changes() }
        let times = Set(changes.map(\.at) + line.map(\.at)).sorted()
        let due = changes.filter { change in
            change.at >= now - reach + Attribution.window && (change.costDelta == nil || change.errorDelta == nil)
        }.map { ($0, Attribution(mergedAt: $0.at, next: times.first { [at = $0.at] in $0 > at })) }
            .filter { $0.1.after.upperBound + Self.lateness <= now }
        guard !due.isEmpty else { return (0, [], []) }
        let since = now - reach
        var (gaps, notes): ([String], [String]) = ([], [])
        func series(_ read: () async throws -> HourlySeries) async throws -> HourlySeries {
            do {
                return try await read()
            } catch let failure as RiskFailure {
                if failure.isUnconfigured {
                    notes.append(failure.description)
                } else {
                    gaps.append(failure.description)
                }
                return HourlySeries([:], known: nil)
            }
        }
        let cost = try await series { try await sources.cost(since: since) }
        let errors = try await series { try await sources.errors(since: since) }
        let deltas = due.map { change, time in
            (change.sha, time.delta(of: cost), time.delta(of: errors).map { Int($0.rounded()) })
        }.filter { $0.1 != nil || $0.2 != nil }
        try await writer.transaction { store in
            for (sha, cost, errors) in deltas { try store.saveDelta(of: sha, cost: cost, errors: errors) }
        }
        return (deltas.count, gaps, notes)
    }
}
