package import Basics
package import OnCallModel
import SQLiteKit

extension StoreTransaction {
    /// Keeps a silence; it holds from its start on, which may be now.
    package func addSilence(
        _ matcher: Silence.Matcher, reason: String, from: Instant, until: Instant, by author: String, at now: Instant
    ) throws -> Int64 {
        try run(
            """
            INSERT INTO silence (matcher, reason, author, created_at, starts_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .text(matcher.stored.serialized), .text(reason), .text(author), .init(now), .init(from), .init(until),
            ])
        return connection.lastInsertedRowID
    }

    /// Ends a silence before its time. False where it is over.
    package func endSilence(_ id: Int64, by author: String, at now: Instant) throws -> Bool {
        try run(
            "UPDATE silence SET ended_at = ?1, ended_by = ?2 WHERE id = ?3 AND ended_at IS NULL AND expires_at > ?1",
            [.init(now), .text(author), .integer(id)]) == 1
    }

    /// Brings every living incident in line with the silences of this moment, and answers those that none holds for any
    /// longer.
    @discardableResult
    package func applySilences(at now: Instant) throws -> [Int64] {
        try run(
            """
            UPDATE silence SET phase = CASE WHEN ended_at IS NOT NULL OR expires_at <= ?1 THEN 'over' ELSE 'running' END
            WHERE phase <> 'over' AND (starts_at <= ?1 OR ended_at IS NOT NULL)
                AND (phase = 'waiting' OR ended_at IS NOT NULL OR expires_at <= ?1)
            """, [.init(now)])
        let silences = try snapshot.silencesInForce(at: now)
        var freed: [Int64] = []
        for incident in try snapshot.livingIncidents() where !silences.isEmpty || incident.life.silence != nil {
            let findings = try snapshot.findings(ofIncident: incident.id)
            let hold = silences.first { $0.matcher.fits(incident, findings: findings) }.map {
                IncidentLife.Hold(id: $0.id, until: $0.expiresAt, reason: $0.reason)
            }
            guard hold != incident.life.silence else { continue }
            _ = try receive(.silence(hold), of: incident.id, at: now)
            if hold == nil { freed.append(incident.id) }
        }
        return freed
    }
}
