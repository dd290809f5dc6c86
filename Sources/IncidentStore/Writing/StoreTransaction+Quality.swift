package import Basics
package import OnCallModel
import SQLiteKit

extension StoreTransaction {
    /// Keeps what is known of features' outputs. An acceptance that came while they were looked at wins: a snapshot of an
    /// older version than the stored one is not written.
    package func saveSnapshots(_ snapshots: [FeatureSnapshot]) throws {
        for snapshot in snapshots {
            try run(
                """
                INSERT INTO schema_snapshots (feature_name, schema_json, captured_at, sample_count, state,
                    candidate_json, version, looked_at, newest_output, checked, failed, accepted_by)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (feature_name) DO UPDATE SET schema_json = excluded.schema_json,
                    captured_at = excluded.captured_at, sample_count = excluded.sample_count, state = excluded.state,
                    candidate_json = excluded.candidate_json, version = excluded.version,
                    looked_at = excluded.looked_at, newest_output = excluded.newest_output,
                    checked = excluded.checked, failed = excluded.failed, accepted_by = excluded.accepted_by
                WHERE excluded.version >= version
                """,
                [
                    .text(snapshot.feature), .text(snapshot.profile.json.serialized), .init(snapshot.capturedAt),
                    .init(snapshot.profile.samples), .text(snapshot.state.rawValue),
                    .init(snapshot.candidate?.json.serialized), .init(snapshot.version),
                    .init(snapshot.lookedAt?.iso8601), .init(snapshot.newestOutput?.iso8601), .init(snapshot.checked),
                    .init(snapshot.failed), .init(snapshot.acceptedBy),
                ])
        }
    }

    /// Makes the outputs that a feature gives now its norm: the next version of its snapshot. Nil where there is nothing to
    /// accept; the version before is kept.
    package func acceptOutputs(of feature: String, by author: String, at now: Instant) throws -> FeatureSnapshot? {
        guard var snapshot = try snapshot.feature(feature) else { return nil }
        let before = snapshot
        guard snapshot.accept(by: author, at: now) else { return nil }
        try run(
            """
            INSERT INTO schema_snapshot_version (feature_name, version, schema_json, captured_at, sample_count,
                accepted_by, replaced_at, replaced_by)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (feature_name, version) DO NOTHING
            """,
            [
                .text(feature), .init(before.version), .text(before.profile.json.serialized), .init(before.capturedAt),
                .init(before.profile.samples), .init(before.acceptedBy), .init(now), .text(author),
            ])
        try saveSnapshots([snapshot])
        return snapshot
    }

    /// Writes down that a feature drifts: once when its incident opens, opens again in this scan or gets it for the first
    /// time, and once more whenever it gets worse. The blame of the latest event is that of the incident.
    package func recordDrift(
        _ event: DriftEvent, incident: Int64, scan: String, suspect: Suspect?, at now: Instant
    ) throws {
        let same = try snapshot.driftEvents(ofIncident: incident).filter { known in
            known.feature == event.feature && known.kind == event.kind
                && known.facts.score?.score == event.facts.score?.score
        }
        let reopened = try snapshot.count(
            "SELECT count(*) FROM incident_reports WHERE id = ? AND reopened_scan = ?",
            [.integer(incident), .text(scan)])
        let isAgain = reopened > 0 && same.first.map { $0.at < event.at } ?? true
        let isWorse = same.first.map { $0.severity < event.severity } ?? true
        guard isAgain || isWorse else {
            if let known = same.first, known.blameSHA == nil, let suspect { try blame(suspect, for: known.id) }
            return
        }
        try run(
            """
            INSERT INTO drift_events (feature_name, detected_at, drift_type, severity, validation_fail_rate, details,
                incident_id) VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(event.feature), .init(event.at), .text(event.kind.rawValue), .text(event.severity.rawValue),
                event.failRate.map(Value.real) ?? .null, .text(event.facts.json.serialized), .integer(incident),
            ])
        if let suspect { try blame(suspect, for: connection.lastInsertedRowID) }
    }

    private func blame(_ suspect: Suspect, for event: Int64) throws {
        try run(
            "UPDATE drift_events SET blame_commit_sha = ?, blame_commit_message = ? WHERE id = ?",
            [.text(suspect.sha), .text(suspect.title), .integer(event)])
    }
}
