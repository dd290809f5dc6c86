package import Basics

extension ActRecord {
    package var json: JSONValue {
        [
            "id": .integer(id), "kind": .string(action.kind.rawValue), "sentence": .string(action.sentence),
            "state": .string(state.rawValue), "tries": JSONValue(tries), "detail": .string(detail),
            "reference": JSONValue(reference), "allowed_by": .string(ground.sentence),
            "created_at": JSONValue(createdAt), "finished_at": JSONValue(finishedAt),
        ]
    }
}

extension ApprovalItem {
    package var json: JSONValue {
        [
            "id": .integer(id), "incident": incident.map { .integer($0) } ?? .null,
            "action": .string(action.kind.rawValue), "sentence": .string(action.sentence),
            "type": JSONValue(type?.rawValue), "severity": .string(severity.rawValue),
            "status": .string(status.rawValue), "summary": .string(summary),
            "fingerprint": .string(fingerprint.text),
            "dry_run": .array(dryRun.map(JSONValue.string)), "created_at": JSONValue(createdAt),
            "expires_at": JSONValue(expiresAt), "resolved_at": JSONValue(resolvedAt),
            "resolved_by": JSONValue(resolvedBy), "approvers": JSONValue(approvers),
            "approved_by": .array(currentVotes.map { .string($0.author) }), "act": act?.json ?? .null,
        ]
    }
}
