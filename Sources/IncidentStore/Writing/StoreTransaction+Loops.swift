package import Basics
package import OnCallModel

extension StoreTransaction {
    /// Saves the latest figures of a looping trace, one row per trace.
    ///
    /// `asOf` is when the figures were read from the source; figures older than the stored ones are ignored. A killed loop is
    /// active again after a step since its end was verified; a finished one after a recent step.
    package func upsertLoop(_ loop: LoopEvidence, incident: Int64?, asOf: Instant) throws {
        let isBack = """
            (status = 'killed' AND excluded.last_seen > max(status_at, last_seen)
                OR status = 'finished' AND excluded.last_seen > last_seen AND NOT \(Self.isQuiet("excluded")))
            """
        try run(
            """
            INSERT INTO loop_detections (trace_id, detected_at, agent, loop_count, cost_burned, tool_pattern,
                first_seen, last_seen, as_of, status_at, incident_id, cost_per_minute)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?2, ?2, ?9, ?10)
            ON CONFLICT (trace_id) DO UPDATE SET agent = excluded.agent, loop_count = excluded.loop_count,
                cost_burned = excluded.cost_burned, tool_pattern = excluded.tool_pattern,
                cost_per_minute = excluded.cost_per_minute,
                first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen),
                as_of = excluded.as_of, incident_id = coalesce(excluded.incident_id, incident_id),
                status = CASE WHEN \(isBack) THEN 'active' ELSE status END,
                status_at = CASE WHEN \(isBack) THEN excluded.as_of ELSE status_at END
            WHERE excluded.as_of >= as_of
            """,
            [
                .text(loop.traceID), .init(asOf), .text(loop.agent), .init(loop.generations), .real(loop.cost),
                .text(loop.storedPattern.serialized), .init(loop.firstSeen), .init(loop.lastSeen), .init(incident),
                .init(loop.recentRate),
            ])
    }

    /// No step came within three of the loop's usual step intervals, 30 s at least, as of the latest reading. A slow loop is
    /// quiet after six hours.
    private static func isQuiet(_ row: String) -> String {
        let life = "(julianday(\(row).last_seen) - julianday(\(row).first_seen)) * 86400"
        return """
            ((julianday(\(row).as_of) - julianday(\(row).last_seen)) * 86400
                > CASE WHEN \(row).tool_pattern ->> '$.slow' IS 1 THEN 21600
                    ELSE max(30, 3 * \(life) / max(1, \(row).loop_count - 1)) END)
            """
    }

    /// False if the trace is unknown.
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

    /// Marks the active loops that are quiet as finished, and returns how many. One that could not be read for two hours is
    /// finished too.
    @discardableResult
    package func finishLoops(at now: Instant) throws -> Int {
        try run(
            """
            UPDATE loop_detections SET status = 'finished', status_at = ?1
            WHERE status IN ('active', 'kill_failed') AND (\(Self.isQuiet("loop_detections"))
                OR last_seen < ?2 AND tool_pattern ->> '$.slow' IS NOT 1 OR last_seen < ?3)
            """, [.init(now), .init(now - .hours(2)), .init(now - .hours(6))])
    }
}
