package import Basics

/// One SQL surface over all sources: mirrored tables are brought up to the freshness asked for, the rest are asked live.
package actor SourceEngine {
    let configuration: SourceEngineConfiguration

    package init(_ configuration: SourceEngineConfiguration) {
        self.configuration = configuration
    }

    /// Runs one read-only statement, in SQLite's dialect or DataFusion's.
    package func query(
        _ sql: String, _ parameters: [Value] = [], freshness: Freshness = .upTo(.seconds(60)),
        limits: QueryLimits = QueryLimits()
    ) async throws(QueryError) -> QueryResult {
        throw QueryError(.unsupported, "The engine does not run statements yet.")
    }

    /// Brings mirrors up to now: all configured ones, or those named. What failed is in the reports.
    package func sync(
        _ tables: [QualifiedName]? = nil, since: Instant? = nil,
        progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
    ) async -> [SourceReport] {
        []
    }

    /// The latest state of every source.
    package func reports() async -> [SourceReport] { [] }

    package func resetCallCounts() {}
}
