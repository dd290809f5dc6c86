package import Basics
package import OnCallModel
import SQLiteKit

/// What became of a person's word on a request.
package enum RequestDecision: Hashable, Sendable {
    /// It counts. An approved request's act is in the outbox.
    case accepted(ApprovalItem)
    /// The request had expired; nothing will be done.
    case tooLate(ApprovalItem)
    /// Someone was first.
    case already(by: String, ApprovalStatus)
    case unknown

    package enum Word: String, Hashable, Sendable {
        case approve, reject
    }
}

extension StoreTransaction {
    /// Asks for a person's decision. While a request of the same key is pending, that one is the answer.
    ///
    /// The key is the one under which the outbox takes the act: `incident-7/kill_loop`.
    package func openRequest(
        key: String, action: Action, incident: Int64?, type: DetectionType, severity: Severity, summary: String,
        dryRun: [String], at now: Instant, expiresAt: Instant
    ) throws -> ApprovalItem {
        let context = JSONValue.fields([
            "summary": .string(summary), "action": action.stored, "dry_run": .array(dryRun.map(JSONValue.string)),
        ])
        let added = try run(
            """
            INSERT INTO approval_queue (request_key, created_at, action_type, anomaly_type, severity, context,
                expires_at, incident_id, trace_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (request_key) WHERE status = 'pending' DO NOTHING
            """,
            [
                .text(key), .init(now), .text(action.kind.rawValue), .text(type.rawValue), .text(severity.rawValue),
                .text(context.serialized), .init(expiresAt), .init(incident), .init(action.trace),
            ])
        if added > 0, let incident {
            try setApproval(.pending, of: incident)
            try note(incident, "Asked: \(action.sentence)", by: Self.agent, at: now)
        }
        guard let item = try snapshot.pendingApproval(key: key) else {
            throw StoreError.noRequest(connection.lastInsertedRowID)
        }
        return item
    }

    /// Decides a request: one compare-and-set on its status and its expiry, so that one word counts, whoever is first.
    ///
    /// Approving puts the act into the outbox in the same transaction. A request lives until the moment of its expiry
    /// and not in it.
    package func decide(_ request: Int64, _ word: RequestDecision.Word, by author: String, at now: Instant) throws
        -> RequestDecision
    {
        let status: ApprovalStatus = word == .approve ? .approved : .rejected
        let changed = try run(
            """
            UPDATE approval_queue SET status = ?, resolved_at = ?, resolved_by = ?
            WHERE id = ? AND status = 'pending' AND expires_at > ?
            """, [.text(status.rawValue), .init(now), .text(author), .integer(request), .init(now)])
        guard let item = try snapshot.approval(request) else { return .unknown }
        guard changed == 1 else {
            return switch item.status {
            case .pending, .expired: .tooLate(item)
            case .approved, .rejected: .already(by: item.resolvedBy ?? "", item.status)
            }
        }
        if word == .approve {
            _ = try enqueue(
                key: snapshot.requestKey(request), action: item.action, incident: item.incident, request: request,
                allowedBy: author, at: now)
        }
        try settle(item, as: status, by: author, at: now)
        return try .accepted(snapshot.approval(request) ?? item)
    }

    /// Expires every pending request whose moment has come, and answers which.
    package func expireRequests(at now: Instant) throws -> [ApprovalItem] {
        let due = try snapshot.requests(
            "WHERE status = 'pending' AND expires_at <= ? ORDER BY expires_at, id", [.init(now)])
        return try due.map { item in
            try run(
                """
                UPDATE approval_queue SET status = 'expired', resolved_at = ?, resolved_by = ?
                WHERE id = ? AND status = 'pending'
                """, [.init(now), .text(Self.agent), .integer(item.id)])
            try settle(item, as: .expired, by: Self.agent, at: now)
            return try snapshot.approval(item.id) ?? item
        }
    }

    /// Notes the decision with the incident, which waits for a person no longer once its last request is decided.
    private func settle(_ item: ApprovalItem, as status: ApprovalStatus, by author: String, at now: Instant) throws {
        guard let incident = item.incident else { return }
        try note(incident, "\(item.action.sentence): \(status.rawValue)", by: author, at: now)
        try run(
            """
            UPDATE incident_reports SET approval = 'none' WHERE id = ? AND approval = 'pending'
                AND NOT EXISTS (SELECT 1 FROM approval_queue WHERE incident_id = ? AND status = 'pending')
            """, [.integer(incident), .integer(incident)])
    }
}
