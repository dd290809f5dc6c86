package import Basics
package import OnCallModel
import SQLiteKit

extension StoreTransaction {
    /// Saves the snapshots of features' outputs. An acceptance that came while the outputs were checked wins: a snapshot with an
    /// older version than the stored one is not written.
    package func saveSnapshots(_ snapshots: [FeatureSnapshot]) throws {
        for snapshot in snapshots {
            try insert(
                into: "schema_snapshots",
                [
                    "feature_name": .text(snapshot.feature), "schema_json": .text(snapshot.profile.json.serialized),
                    "captured_at": .init(snapshot.capturedAt), "sample_count": .init(snapshot.profile.samples),
                    "state": .text(snapshot.state.rawValue),
                    "candidate_json": .init(snapshot.candidate?.json.serialized), "version": .init(snapshot.version),
                    "looked_at": .init(snapshot.lookedAt), "newest_output": .init(snapshot.newestOutput),
                    "checked": .init(snapshot.checked), "failed": .init(snapshot.failed),
                    "accepted_by": .init(snapshot.acceptedBy),
                ], on: .replace("feature_name", if: "excluded.version >= version"))
        }
    }

    /// Makes the current outputs of a feature the next version of its snapshot. Nil if there is nothing to accept. The previous
    /// version is kept.
    package func acceptOutputs(of feature: String, by author: String, at now: Instant) throws -> FeatureSnapshot? {
        guard var snapshot = try snapshot.feature(feature) else { return nil }
        let before = snapshot
        guard snapshot.accept(by: author, at: now) else { return nil }
        try insert(
            into: "schema_snapshot_version",
            [
                "feature_name": .text(feature), "version": .init(before.version),
                "schema_json": .text(before.profile.json.serialized), "captured_at": .init(before.capturedAt),
                "sample_count": .init(before.profile.samples), "accepted_by": .init(before.acceptedBy),
                "replaced_at": .init(now), "replaced_by": .text(author),
            ], on: .keep)
        try saveSnapshots([snapshot])
        return snapshot
    }

    /// Records that a feature drifts: when its incident is opened, is reopened in this scan or gets the drift for the first time,
    /// and again whenever the severity rises. The latest event has the suspect of the incident.
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
        try insert(
            into: "drift_events",
            [
                "feature_name": .text(event.feature), "detected_at": .init(event.at),
                "drift_type": .text(event.kind.rawValue), "severity": .text(event.severity.rawValue),
                "validation_fail_rate": .init(event.failRate), "details": .text(event.facts.json.serialized),
                "incident_id": .integer(incident),
            ])
        if let suspect { try blame(suspect, for: connection.lastInsertedRowID) }
    }

    private func blame(_ suspect: Suspect, for event: Int64) throws {
        try run(
            "UPDATE drift_events SET blame_commit_sha = ?, blame_commit_message = ? WHERE id = ?",
            [.text(suspect.sha), .text(suspect.title), .integer(event)])
    }
}
