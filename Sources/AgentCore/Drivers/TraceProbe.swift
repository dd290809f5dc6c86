package import Actions
package import Basics
import OnCallModel
package import SourceEngine

/// Reads the progress of traces from their source, before anything that is less urgent.
package struct TraceProbe: Sendable {
    private let engine: SourceEngine
    private let clock: WallClock

    /// So many traces are read by the trace alone, one call each. More are read by the newest rows of all traces.
    private static let fewTraces = 3
    private static let table = QualifiedName("langfuse", "observations")

    package init(engine: SourceEngine, clock: WallClock) {
        (self.engine, self.clock) = (engine, clock)
    }

    /// Without the traces that the source does not have.
    package func progress(of traces: [String]) async throws -> [String: TraceProgress] {
        guard !traces.isEmpty else { return [:] }
        // ClickHouse runs the statement itself.
        let isMirrored = await engine.kind != .clickhouse
        if isMirrored { try await refresh(traces) }
        let now = clock.now()
        let marks = (2..<traces.count + 2).map { "?\($0)" }.joined(separator: ", ")
        let result = try await engine.query(
            """
            SELECT trace_id, count(*) FILTER (WHERE type = 'GENERATION' AND coalesce(is_wrapper, 0) = 0) AS generations,
                coalesce(sum(total_cost), 0) AS cost, min(start_time) AS first_at, max(start_time) AS last_at,
                coalesce(sum(total_cost) FILTER (WHERE start_time >= ?1), 0) AS last_cost
            FROM langfuse.observations WHERE trace_id IN (\(marks)) GROUP BY trace_id
            """, [Value(now - LoopEvidence.rateWindow)] + traces.map(Value.text),
            freshness: isMirrored ? .stored : .upTo(.milliseconds(500)), limits: .urgent)
        if !isMirrored, let gap = result.sources.first(where: \.state.isIncomplete) { throw UnreadableTrace(gap) }
        var all: [String: TraceProgress] = [:]
        for row in result.rows.records {
            guard let trace = row["trace_id"].text, let lastSeen = row["last_at"].instant else { continue }
            all[trace] = TraceProgress(
                generations: row["generations"].integer ?? 0, cost: row["cost"].real ?? 0, lastSeen: lastSeen,
                recentRate: LoopEvidence.rate(
                    ofCost: row["last_cost"].real ?? 0, firstSeen: row["first_at"].instant ?? lastSeen, lastSeen: now),
                recentPause: traces.count <= Self.fewTraces ? try await recentPause(of: trace) : nil)
        }
        return all
    }

    /// A trace that could not be read must not look like one that makes no progress.
    private func refresh(_ traces: [String]) async throws {
        guard traces.count <= Self.fewTraces else {
            if let failure = await engine.readHead(of: [Self.table]).failure { throw failure }
            return
        }
        for trace in traces {
            if let failure = await engine.refresh(trace: trace).failure { throw failure }
        }
    }

    /// The longest pause between two of the latest generations; nil if there are less than four.
    private func recentPause(of trace: String) async throws -> Span? {
        let steps = try await engine.query(
            """
            SELECT start_time FROM langfuse.observations WHERE trace_id = ?1 AND type = 'GENERATION'
                AND coalesce(is_wrapper, 0) = 0 ORDER BY start_time DESC LIMIT 10
            """, [.text(trace)], freshness: .stored, limits: .urgent)
        let times = steps.rows.records.compactMap { $0["start_time"].instant }
        return times.count < 4 ? nil : zip(times, times.dropFirst()).map { $0 - $1 }.max()
    }
}

/// A source could not be read, so a trace is unknown or out of date.
struct UnreadableTrace: Error, CustomStringConvertible {
    let description: String

    init(_ report: SourceReport) {
        description = report.message ?? "\(report.source) returned partial data."
    }
}
