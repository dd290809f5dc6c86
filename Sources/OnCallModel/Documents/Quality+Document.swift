package import Basics

extension FeatureSnapshot {
    package var json: JSONValue { json(with: nil) }

    /// With the keys, types and earlier versions where `versions` are given.
    package func json(with versions: [SnapshotVersion]?) -> JSONValue {
        let summary: JSONValue = [
            "feature": .string(feature), "state": .string(state.rawValue), "version": JSONValue(version),
            "samples": JSONValue(profile.samples), "captured_at": JSONValue(capturedAt),
            "looked_at": JSONValue(lookedAt), "newest_output": JSONValue(newestOutput),
            "checked": JSONValue(checked), "failed": JSONValue(failed),
            "fail_rate": JSONValue(failRate), "accepted_by": JSONValue(acceptedBy),
            "required": .array(profile.requiredPaths.map(JSONValue.string)),
            "optional": .array(profile.optionalPaths.map(JSONValue.string)),
        ]
        guard let versions else { return summary }
        return summary.adding([
            "profile": profile.json, "candidate": candidate?.json ?? .null, "versions": .array(versions.map(\.json)),
        ])
    }
}

extension SnapshotVersion {
    package var json: JSONValue {
        .fields([
            "version": JSONValue(version), "captured_at": JSONValue(capturedAt), "accepted_by": JSONValue(acceptedBy),
            "replaced_at": JSONValue(replacedAt), "replaced_by": .string(replacedBy), "profile": profile.json,
        ])
    }
}

extension DriftEvent {
    package var json: JSONValue {
        .fields([
            "id": .integer(id), "feature": .string(feature), "at": JSONValue(at), "kind": .string(kind.rawValue),
            "severity": .string(severity.rawValue), "fail_rate": JSONValue(failRate),
            "blame_sha": JSONValue(blameSHA), "blame_message": JSONValue(blameMessage), "details": facts.json,
            "incident": incident.map(JSONValue.integer) ?? .null,
        ])
    }
}
