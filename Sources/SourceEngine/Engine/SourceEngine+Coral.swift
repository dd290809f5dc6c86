import Basics
import SourceFetch

extension SourceEngine {
    /// Runs a statement that a person typed. With the engine `coral`, it is sent to the program unchanged, in Coral's own dialect.
    /// Statements over rollups, or over mirrors only, run here.
    package func answer(
        typed sql: String, freshness: Freshness = .upTo(.seconds(60)), limits: QueryLimits = QueryLimits()
    ) async throws(QueryError) -> QueryResult {
        guard kind == .coral, freshness != .stored, let program = configuration.coral?.program, program.path != nil,
            !readsMirrorsAlone(sql)
        else { return try await query(sql, freshness: freshness, limits: limits) }
        return try await guarded { _ in
            var rows = try await program.run(sql, until: ContinuousClock.now + limits.time.duration)
            let isTruncated = rows.rows.truncate(to: limits.rows)
            return QueryResult(
                rows: rows, asOf: configuration.clock.now(), isTruncated: isTruncated, sources: [], calls: 0)
        }
    }

    /// Rollups, and an explanation of calls: Coral has neither.
    private func readsMirrorsAlone(_ sql: String) -> Bool {
        guard let tokens = try? SQLToken.tokens(of: sql) else { return false }
        if tokens.first?.isWord("EXPLAIN") ?? false { return true }
        let rollups = Set(
            catalog.entries.compactMap { name, entry in if case .derived = entry { name.table } else { nil } })
        return tokens.contains { $0.name.map(rollups.contains) ?? false }
    }
}
