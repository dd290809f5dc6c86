package import Basics
package import Digest
package import SourceEngine

/// Reads what users, features and models cost, through the SQL layer.
package struct CostReader: Sendable {
    let engine: SourceEngine
    let limits: QueryLimits

    /// Users with a series of their own; all others have their sums.
    private static let series = 20

    package init(engine: SourceEngine, limits: QueryLimits) {
        (self.engine, self.limits) = (engine, limits)
    }

    /// The costs of a span, compared with the span of equal length before it. Hours count as a whole.
    package func table(
        _ dimension: CostTable.Dimension, from: Instant, until: Instant, buckets: Int
    ) async -> Reading<CostTable> {
        await table(dimension, from: from, until: until, before: from - (until - from), buckets: buckets)
    }

    /// `before` is where the compared span begins; it has the same length, or ends at `from`.
    package func table(
        _ dimension: CostTable.Dimension, from: Instant, until: Instant, before: Instant, buckets: Int
    ) async -> Reading<CostTable> {
        var gaps: [String] = []
        do throws(QueryError) {
            let earliest = try await earliest(of: dimension, since: before, &gaps)
            let slack = Span.milliseconds(max(Span.hours(1).milliseconds, (until - from).milliseconds / 7))
            let knownSince = earliest.flatMap { $0 > before + slack ? $0 : nil }
            let end = min(before + (until - from), from)
            let rows =
                dimension == .user
                ? try await users(from: from, until: until, before: before, end: end, &gaps)
                : try await names(of: dimension, from: from, until: until, before: before, end: end, &gaps)
            let table = CostTable(
                dimension, rows, from: from, until: until, buckets: buckets, knownSince: knownSince)
            if let absence = table.absence, let knownSince, knownSince > from + slack { gaps.append(absence) }
            return .read(table, gaps: gaps)
        } catch {
            return .unread(error.description)
        }
    }

    /// The first hour with costs since a moment.
    func earliest(
        of dimension: CostTable.Dimension, since: Instant, _ gaps: inout [String]
    ) async throws(QueryError) -> Instant? {
        let sql =
            dimension == .user
            ? "SELECT MIN(start_time) AS first FROM langfuse.observations WHERE start_time >= ?"
            : "SELECT MIN(hour) AS first FROM langfuse.observations_hourly WHERE hour >= ?"
        return try await rows(sql, [Value(since.startOfHour)], since: since, &gaps).records.first?["first"].instant
    }

    private func names(
        of dimension: CostTable.Dimension, from: Instant, until: Instant, before: Instant, end: Instant,
        _ gaps: inout [String]
    ) async throws(QueryError) -> RowSet {
        let column = dimension == .model ? "model" : "name"
        return try await rows(
            """
            SELECT coalesce(\(column), '') AS name, hour AS at, SUM(cost) AS cost FROM langfuse.observations_hourly \
            WHERE ((hour >= ? AND hour < ?) OR (hour >= ? AND hour < ?)) AND cost > 0 GROUP BY 1, 2 ORDER BY 2, 1
            """,
            [
                Value(from.startOfHour), Value(until), Value(before.startOfHour), Value(end.startOfHour),
            ], since: before, &gaps)
    }

    /// The rollups do not know users, so the rows are summed: one row for each user and span, and the hours of the costliest.
    private func users(
        from: Instant, until: Instant, before: Instant, end: Instant, _ gaps: inout [String]
    ) async throws(QueryError) -> RowSet {
        let spending =
            "FROM langfuse.observations WHERE start_time >= ? AND start_time < ? AND COALESCE(is_wrapper, 0) = 0 "
            + "AND total_cost > 0 AND total_cost < 100000"
        let sums = "SELECT coalesce(user_id, '') AS name, ? AS at, SUM(total_cost) AS cost \(spending) GROUP BY 1"
        let now = try await rows(
            sums + " ORDER BY 3 DESC, 1", [Value(from), Value(from), Value(until)], since: before, &gaps)
        let earlier = try await rows(sums, [Value(before), Value(before), Value(end)], since: before, &gaps)
        let top = now.records.prefix(Self.series).map { $0["name"].text ?? "" }
        guard !top.isEmpty else { return earlier }
        let marks = top.map { _ in "?" }.joined(separator: ", ")
        let hours = try await rows(
            """
            SELECT coalesce(user_id, '') AS name, date_trunc('hour', start_time) AS at, SUM(total_cost) AS cost \
            \(spending) AND coalesce(user_id, '') IN (\(marks)) GROUP BY 1, 2 ORDER BY 2, 1
            """, [Value(from), Value(until)] + top.map(Value.text), since: before, &gaps)
        let others = now.records.dropFirst(Self.series).map { [$0["name"], $0["at"], $0["cost"]] }
        return RowSet(columns: ["name", "at", "cost"], rows: earlier.rows + hours.rows + others)
    }

    /// The rows of a statement; what is missing of them is added to `gaps`.
    func rows(
        _ sql: String, _ parameters: [Value], since: Instant, _ gaps: inout [String]
    ) async throws(QueryError) -> RowSet {
        let answer = try await engine.query(
            sql, parameters, freshness: .upTo(.minutes(30), since: since), limits: limits)
        gaps += answer.gaps.filter { !gaps.contains($0) }
        return answer.rows
    }
}

extension QueryResult {
    /// A sentence for each source that returned partial data.
    var gaps: [String] {
        let partial = sources.filter { $0.state.isIncomplete && $0.state != .notConfigured }
        let sentences = partial.map { $0.message ?? "\($0.source) returned partial data." }
        return isTruncated && sentences.isEmpty ? ["The rows were truncated; the figures are too low."] : sentences
    }
}
