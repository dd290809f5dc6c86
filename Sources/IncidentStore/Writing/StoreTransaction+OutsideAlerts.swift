package import Basics
package import OnCallModel

extension StoreTransaction {
    /// Alerts above this number are deleted, those that were received first.
    static let maxOutsideAlerts = 2000

    /// Stores the alerts, each once, and notes them in the timelines of the unresolved incidents that they overlap. A report that
    /// is older than what is stored of the same alert changes nothing.
    ///
    /// - Returns: how many were new or changed.
    package func record(_ alerts: [OutsideAlert], at now: Instant) throws -> Int {
        var changed = 0
        let incidents = try snapshot.unresolvedIncidents()
        for alert in alerts where try save(alert, at: now) {
            changed += 1
            for incident in incidents
            where alert.overlaps(incident.firstSeen - OutsideAlert.lead, now) {
                try note([alert], of: incident.id, at: now)
            }
        }
        guard changed > 0 else { return 0 }
        try run(
            """
            DELETE FROM outside_alert WHERE id NOT IN (
                SELECT id FROM outside_alert ORDER BY received_at DESC, id DESC LIMIT ?)
            """, [.init(Self.maxOutsideAlerts)])
        return changed
    }

    /// Notes alerts in the timeline of an incident, each sentence once.
    package func note(_ alerts: [OutsideAlert], of incident: Int64, at now: Instant) throws {
        for alert in alerts {
            let known = try snapshot.count(
                "SELECT count(*) FROM timeline WHERE incident_id = ? AND event = ?",
                [.integer(incident), .text(alert.sentence)])
            if known == 0 { try note(incident, alert.sentence, by: alert.source.rawValue, at: now) }
        }
    }

    private func save(_ alert: OutsideAlert, at now: Instant) throws -> Bool {
        let labels = JSONValue.object(alert.labels.map { JSONValue.Member($0.name, .string($0.value)) })
        return try run(
            """
            INSERT INTO outside_alert
                (source, alert_key, title, severity, labels, starts_at, ends_at, reported_at, received_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (source, alert_key, starts_at) DO UPDATE SET title = excluded.title,
                severity = excluded.severity, labels = excluded.labels, ends_at = excluded.ends_at,
                reported_at = excluded.reported_at, received_at = excluded.received_at
            WHERE excluded.reported_at >= reported_at
                AND (excluded.title, excluded.severity, excluded.labels, excluded.ends_at)
                    IS NOT (title, severity, labels, ends_at)
            """,
            [
                .text(alert.source.rawValue), .text(alert.key), .text(alert.title), .text(alert.severity.rawValue),
                .text(labels.serialized), .init(alert.startsAt), .init(alert.endsAt), .init(alert.reportedAt),
                .init(now),
            ]) == 1
    }
}
