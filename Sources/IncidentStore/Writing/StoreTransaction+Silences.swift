package import Basics
package import OnCallModel
import SQLiteKit

extension StoreTransaction {
    /// Adds a silence and returns its id. It applies from its start, which may be now.
    package func addSilence(
        _ matcher: Silence.Matcher, reason: String, from: Instant, until: Instant, by author: String, at now: Instant
    ) throws -> Int64 {
        try insert(
            into: "silence",
            [
                "matcher": .text(matcher.stored.serialized), "reason": .text(reason), "author": .text(author),
                "created_at": .init(now), "starts_at": .init(from), "expires_at": .init(until),
            ])
        let id = connection.lastInsertedRowID
        let what = matcher.isEverything ? "Silence everything" : "Silence \(matcher.phrase)"
        let outcome = "Silence \(id), from \(from.iso8601Seconds) to \(until.iso8601Seconds)"
        try audit(AuditEntry(.silenced, by: author, what, why: reason, outcome: outcome), at: now)
        return id
    }

    /// Ends a silence early. False if it has already ended.
    package func endSilence(_ id: Int64, by author: String, at now: Instant) throws -> Bool {
        let isEnded =
            try run(
                "UPDATE silence SET ended_at = ?1, ended_by = ?2 WHERE id = ?3 AND ended_at IS NULL AND expires_at > ?1",
                [.init(now), .text(author), .integer(id)]) == 1
        if isEnded { try audit(AuditEntry(.silenceEnded, by: author, "End silence \(id)"), at: now) }
        return isEnded
    }

    /// Applies the silences of this moment to every incident that is not over, and returns those that no silence matches any
    /// more.
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
            let hold = silences.first { $0.matcher.matches(incident, findings: findings) }.map {
                IncidentLife.Hold(id: $0.id, until: $0.expiresAt, reason: $0.reason)
            }
            guard hold != incident.life.silence else { continue }
            _ = try receive(.silence(hold), of: incident.id, at: now)
            if hold == nil { freed.append(incident.id) }
        }
        return freed
    }
}
