import Basics
import FoundationEssentials
package import OnCallModel

extension StoreQuery where Answer == [FeatureSnapshot] {
    /// Drifted features first, then by name.
    package static var features: StoreQuery<[FeatureSnapshot]> { StoreQuery { try $0.features() } }
}

extension StoreQuery {
    package static func feature(_ name: String) -> Self where Answer == FeatureSnapshot? {
        Self { try $0.feature(name) }
    }

    /// The latest first.
    package static func driftEvents(limit: Int) -> Self where Answer == [DriftEvent] {
        Self { try $0.driftEvents(limit: limit) }
    }

    /// The earlier versions of a feature's snapshot, the latest first.
    package static func snapshotVersions(of feature: String) -> Self where Answer == [SnapshotVersion] {
        Self { try $0.snapshotVersions(of: feature) }
    }
}

extension StoreSnapshot {
    package func features() throws -> [FeatureSnapshot] {
        try rows(
            "schema_snapshots",
            "SELECT * FROM schema_snapshots ORDER BY state = 'drifted' DESC, feature_name"
        ).map { try $0.featureSnapshot() }
    }

    package func feature(_ name: String) throws -> FeatureSnapshot? {
        try rows("schema_snapshots", "SELECT * FROM schema_snapshots WHERE feature_name = ?", [.text(name)])
            .first?.featureSnapshot()
    }

    package func driftEvents(limit: Int) throws -> [DriftEvent] {
        try rows(
            "drift_events", "SELECT * FROM drift_events ORDER BY detected_at DESC, id DESC LIMIT ?", [.init(limit)]
        ).map { try $0.driftEvent() }
    }

    /// Oldest first.
    func driftEvents(from start: Instant, until end: Instant) throws -> [DriftEvent] {
        try rows(
            "drift_events", "SELECT * FROM drift_events WHERE detected_at >= ? AND detected_at < ? ORDER BY id",
            [.init(start), .init(end)]
        ).map { try $0.driftEvent() }
    }

    /// The drift events of an incident, the latest first.
    package func driftEvents(ofIncident id: Int64) throws -> [DriftEvent] {
        try rows(
            "drift_events", "SELECT * FROM drift_events WHERE incident_id = ? ORDER BY detected_at DESC, id DESC",
            [.integer(id)]
        ).map { try $0.driftEvent() }
    }

    package func snapshotVersions(of feature: String) throws -> [SnapshotVersion] {
        try rows(
            "schema_snapshot_version",
            "SELECT * FROM schema_snapshot_version WHERE feature_name = ? ORDER BY version DESC", [.text(feature)]
        ).map {
            try SnapshotVersion(
                feature: $0.text("feature_name"), version: $0.integer("version"), profile: $0.profile("schema_json"),
                capturedAt: $0.instant("captured_at"), acceptedBy: $0.optionalText("accepted_by"),
                replacedAt: $0.instant("replaced_at"), replacedBy: $0.text("replaced_by"))
        }
    }
}

extension StoredRow {
    fileprivate func featureSnapshot() throws -> FeatureSnapshot {
        try FeatureSnapshot(
            feature: text("feature_name"), state: choice("state"), profile: profile("schema_json"),
            candidate: optionalText("candidate_json") == nil ? nil : profile("candidate_json"),
            version: integer("version"), capturedAt: instant("captured_at"), lookedAt: optionalInstant("looked_at"),
            newestOutput: optionalInstant("newest_output"), checked: integer("checked"), failed: integer("failed"),
            acceptedBy: optionalText("accepted_by"))
    }

    fileprivate func driftEvent() throws -> DriftEvent {
        let kind: DriftEvent.Kind = try choice("drift_type")
        let details = (try? json("details")) ?? [:]
        return try DriftEvent(
            id: id(), feature: text("feature_name"), at: instant("detected_at"),
            facts: DriftFacts(kind, json: details), severity: choice("severity"),
            failRate: record["validation_fail_rate"].isNull ? nil : real("validation_fail_rate"),
            blameSHA: optionalText("blame_commit_sha"), blameMessage: optionalText("blame_commit_message"),
            incident: optionalID("incident_id"))
    }

    fileprivate func profile(_ column: String) throws -> OutputProfile {
        do {
            return try JSONDecoder().decode(OutputProfile.self, from: Data(text(column).utf8))
        } catch is DecodingError {
            throw damaged("\(column) is not a valid profile")
        }
    }
}
