package import Actions
package import Basics
package import SourceEngine

/// Reads how far one trace has come, fresh from the source.
package struct TraceProbe: Sendable {
    private let engine: SourceEngine

    package init(engine: SourceEngine) {
        self.engine = engine
    }

    /// Nil when the trace is not in the source. `age` is how old the answer may be.
    package func progress(of trace: String, age: Span) async throws -> TraceProgress? {
        let result = try await engine.query(
            """
            SELECT count(*) FILTER (WHERE type = 'GENERATION') AS generations, coalesce(sum(total_cost), 0) AS cost,
                max(start_time) AS last_at, count(*) AS steps
            FROM langfuse.observations WHERE trace_id = ?
            """, [.text(trace)], freshness: .upTo(age))
        guard let row = result.rows.records.first, let lastSeen = row["last_at"].instant else {
            if let gap = result.sources.first(where: { $0.state.isIncomplete }) { throw Unreadable(report: gap) }
            return nil
        }
        // A mirror that could not be brought up to date must not pass for a trace that stands still.
        if let down = result.sources.first(where: \.state.isIncomplete) { throw Unreadable(report: down) }
        return TraceProgress(
            generations: row["generations"].integer ?? 0, cost: row["cost"].real ?? 0, lastSeen: lastSeen)
    }

    struct Unreadable: Error, CustomStringConvertible {
        let report: SourceReport

        var description: String { report.message ?? "\(report.source) returned partial data" }
    }
}
