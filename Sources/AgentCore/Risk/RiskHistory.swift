import Basics
import IncidentStore
import OnCallModel
import Risk
import SourceEngine

/// Brings the history of the default branch up to date: new changes with their files, and what followed each.
struct RiskHistory: Sendable {
    let sources: RiskSources
    let writer: StoreWriter

    /// How far back a repository without history is read by itself, and how many of its changes; `sentinel risk backfill` reads
    /// more.
    static let firstSpan = Span.days(30)
    static let firstCount = 40
    static let maxCount = 500
    /// Rows of telemetry arrive late.
    private static let lateness = Span.hours(1)

    /// What a run added, and what it could not read.
    struct Result: Hashable, Sendable {
        var added = 0
        var measured = 0
        /// Changes of the time that are not read.
        var left = 0
        var gaps: [String] = []
    }

    /// Reads the changes after the latest known one, so that a second run adds nothing by itself.
    func update(now: Instant) async throws -> Result {
        let latest = try await writer.read { try $0.latestChange() }
        return try await run(since: latest ?? now - Self.firstSpan, limit: latest == nil ? Self.firstCount : Self.maxCount,
            telemetry: .upTo(.minutes(15)), reach: .days(7), now: now)
    }

    /// Reads all changes since a moment, at most ``maxCount`` of them, the latest.
    func backfill(since moment: Instant, now: Instant) async throws -> Result {
        try await run(
            since: moment, limit: Self.maxCount, telemetry: .upTo(.minutes(15), since: moment - .days(1)),
            reach: (now - moment) + .days(1), now: now)
    }

    private func run(
        since moment: Instant, limit: Int, telemetry: Freshness, reach: Span, now: Instant
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
        let measured = try await measure(besides: line, telemetry, reach, now: now)
        result.measured = measured.count
        result.gaps += measured.gaps
        return result
    }

    /// Saves what followed the changes whose time is over. What the mirrors do not cover stays unknown.
    private func measure(
        besides line: [CodeChange], _ freshness: Freshness, _ reach: Span, now: Instant
    ) async throws -> (count: Int, gaps: [String]) {
        let changes = try await writer.read { try $0.changes() }
        let times = Set(changes.map(\.at) + line.map(\.at)).sorted()
        let due = changes.filter { change in
            change.at >= now - reach + Attribution.window && (change.costDelta == nil || change.errorDelta == nil)
        }.map { ($0, Attribution(mergedAt: $0.at, next: times.first { [at = $0.at] in $0 > at })) }
            .filter { $0.1.after.upperBound + Self.lateness <= now }
        guard !due.isEmpty else { return (0, []) }
        let since = now - reach
        var gaps: [String] = []
        func series(_ read: () async throws -> HourlySeries) async throws -> HourlySeries {
            do {
                return try await read()
            } catch let failure as RiskFailure {
                gaps.append(failure.description)
                return HourlySeries([:], known: nil)
            }
        }
        let cost = try await series { try await sources.cost(since: since, freshness: freshness) }
        let errors = try await series { try await sources.errors(since: since, freshness: freshness) }
        let deltas = due.map { change, time in
            (change.sha, time.delta(of: cost), time.delta(of: errors).map { Int($0.rounded()) })
        }.filter { $0.1 != nil || $0.2 != nil }
        try await writer.transaction { store in
            for (sha, cost, errors) in deltas { try store.saveDelta(of: sha, cost: cost, errors: errors) }
        }
        return (deltas.count, gaps)
    }
}
