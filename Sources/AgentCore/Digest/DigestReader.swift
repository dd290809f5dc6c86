import Basics
import Digest
import IncidentStore
import Investigation
import OnCallModel
import SourceEngine

/// Reads the facts of a week. A source that cannot be read becomes a sentence of the digest.
struct DigestReader: Sendable {
    let engine: SourceEngine
    let writer: StoreWriter
    let scope: InvestigationScope
    let settings: Settings

    private static let limits = QueryLimits.learning

    func facts(of week: DigestWeek, at now: Instant) async throws -> WeekFacts {
        let records = try await writer.read { try $0.records(of: week, at: now) }
        async let pulls = pulls(week)
        async let errors = errors(week)
        async let cost = cost(week, at: now)
        async let budgets = BudgetReader(engine: engine, limits: Self.limits).paces(settings, records.hours, at: now)
        return await WeekFacts(
            week: week, zoneName: settings.digestZone, asOf: now, pulls: pulls, errors: errors, cost: cost,
            budgets: budgets, records: records)
    }

    private func pulls(_ week: DigestWeek) async -> Reading<[MergedPull]> {
        guard let owner = scope.owner, let repository = scope.repository else {
            return .unread("Pull requests were not read: set GITHUB_OWNER and GITHUB_REPO.")
        }
        let (from, until) = (Value(week.previous.from), Value(week.until))
        return await read(
            """
            SELECT number, title, user_login, merged_at FROM github.pulls WHERE owner = ? AND repo = ? \
            AND state = 'closed' AND updated_at >= ? AND merged_at >= ? AND merged_at < ?
            """, [.text(owner), .text(repository), from, from, until], since: nil
        ) { row in
            guard let number = row["number"].integer, let mergedAt = row["merged_at"].instant else { return nil }
            return MergedPull(
                number: number, title: row["title"].text ?? "", author: row["user_login"].text ?? "",
                mergedAt: mergedAt)
        }
    }

    private func errors(_ week: DigestWeek) async -> Reading<[ErrorGroup]> {
        await read(
            """
            SELECT id, short_id, title, count, first_seen, last_seen, substatus FROM sentry.issues \
            WHERE last_seen >= ? AND first_seen < ?
            """, [Value(week.previous.from), Value(week.until)], since: week.previous.from
        ) { row in
            guard let first = row["first_seen"].instant, let last = row["last_seen"].instant else { return nil }
            return ErrorGroup(
                name: row["short_id"].text ?? row["id"].text ?? "", title: row["title"].text ?? "",
                events: row["count"].integer ?? 0, firstSeen: first, lastSeen: last,
                trend: row["substatus"].text ?? "")
        }
    }

    private func cost(_ week: DigestWeek, at now: Instant) async -> Reading<WeekCost> {
        let table = await CostReader(engine: engine, limits: Self.limits).table(
            .feature, from: week.from, until: min(now, week.until), before: week.previous.from, buckets: 7)
        switch table {
        case .read(let table, let gaps): return .read(WeekCost(features: table), gaps: gaps)
        case .unread(let sentence): return .unread("Costs were not read: \(sentence)")
        }
    }

    private func read<Element: Hashable & Sendable>(
        _ sql: String, _ parameters: [Value], since: Instant?, _ element: (RowSet.Record) -> Element?
    ) async -> Reading<[Element]> {
        do throws(QueryError) {
            let answer = try await engine.query(
                sql, parameters, freshness: .upTo(.minutes(30), since: since), limits: Self.limits)
            return .read(answer.rows.records.compactMap(element), gaps: answer.gaps)
        } catch {
            return .unread(error.description)
        }
    }
}
