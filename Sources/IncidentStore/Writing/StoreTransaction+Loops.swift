package import Basics
package import OnCallModel

extension StoreTransaction {
    /// Keeps the latest figures of a looping trace, one row for each.
    ///
    /// A trace that was thought dead and took a step after that burns again: it is active. `asOf` is when the figures
    /// were read from the source; older figures than the known ones change nothing.
    package func upsertLoop(_ loop: LoopEvidence, incident: Int64?, asOf: Instant) throws {
        try run(
            """
            INSERT INTO loop_detections (trace_id, detected_at, agent, loop_count, cost_burned, tool_pattern,
                first_seen, last_seen, as_of, status_at, incident_id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?2, ?2, ?9)
            ON CONFLICT (trace_id) DO UPDATE SET agent = excluded.agent, loop_count = excluded.loop_count,
                cost_burned = excluded.cost_burned, tool_pattern = excluded.tool_pattern,
                first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen),
                as_of = excluded.as_of, incident_id = coalesce(excluded.incident_id, incident_id),
                status = CASE WHEN status IN ('killed', 'finished') AND excluded.last_seen > max(status_at, last_seen)
                    THEN 'active' ELSE status END,
                status_at = CASE WHEN status IN ('killed', 'finished')
                    AND excluded.last_seen > max(status_at, last_seen) THEN excluded.as_of ELSE status_at END
            WHERE excluded.as_of >= as_of
            """,
            [
                .text(loop.traceID), .init(asOf), .text(loop.agent), .init(loop.generations), .real(loop.cost),
                .text(loop.storedPattern.serialized), .init(loop.firstSeen), .init(loop.lastSeen), .init(incident),
            ])
    }

    /// False where the trace is not known.
    @discardableResult
    package func setLoop(
        _ trace: String, to status: LoopItem.Status, method: String?, at now: Instant
    ) throws -> Bool {
        try run(
            """
            UPDATE loop_detections SET status = ?, kill_method = coalesce(?, kill_method), status_at = ?
            WHERE trace_id = ?
            """, [.text(status.rawValue), .init(method), .init(now), .text(trace)]) == 1
    }

    /// Marks the active loops that took no step since `moment` as finished by themselves; answers how many. One that is
    /// known to be slow takes its time: six hours.
    package func finishLoops(quietSince moment: Instant, at now: Instant) throws -> Int {
        try run(
            """
            UPDATE loop_detections SET status = 'finished', status_at = ?
            WHERE status IN ('active', 'kill_failed') AND last_seen < ?
                AND (last_seen < ? OR tool_pattern ->> '$.slow' IS NOT 1)
            """, [.init(now), .init(moment), .init(min(moment, now - .hours(6)))])
    }
}
