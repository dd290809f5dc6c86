import Basics
import SourceFetch

extension SourceEngine {
    /// The result of a statement that ClickHouse runs; nil for one that SQLite must run.
    func pushed(
        _ reading: StatementReading, _ limits: QueryLimits, at now: Instant
    ) async throws -> QueryResult? {
        guard kind == .clickhouse, let store = configuration.clickHouse, store.missing == nil,
            ClickHouseRendering.statement(reading, ClickHouseRelations(layout: .tables), project: "") != nil
        else { return nil }
        do {
            let (relations, project, probes) = try await store.relations()
            guard let statement = ClickHouseRendering.statement(reading, relations, project: project) else {
                return nil
            }
            var rows = try await store.run(statement, rowLimit: limits.rows + 1, time: limits.time)
            let isTruncated = rows.rows.truncate(to: limits.rows)
            noteCalls([ClickHouseStore.source: probes + 1])
            liveFailures[ClickHouseStore.source] = nil
            answered.insert(ClickHouseStore.source)
            pushedAt = now
            let report = report(of: ClickHouseStore.source, tables: [])
            return QueryResult(
                rows: rows, asOf: now, isTruncated: isTruncated, sources: [report], calls: probes + 1)
        } catch let error as SourceError {
            noteCalls([ClickHouseStore.source: error.calls])
            // SQLite may support what ClickHouse does not, or reports the error itself.
            if error.kind == .refusedByProvider { return nil }
            liveFailures[ClickHouseStore.source] = error
            throw error
        }
    }

    /// The single step of a statement that ClickHouse would run.
    func pushedExplanation(of reading: StatementReading) -> QueryExplanation? {
        guard kind == .clickhouse, configuration.clickHouse != nil,
            let statement = ClickHouseRendering.statement(reading, ClickHouseRelations(layout: .tables), project: "")
        else { return nil }
        return QueryExplanation(steps: [
            .init(
                table: ClickHouseStore.source, access: .live, request: "ClickHouse: \(statement.sql.prefix(800))",
                calls: 1, note: "filtered and aggregated there")
        ])
    }
}
