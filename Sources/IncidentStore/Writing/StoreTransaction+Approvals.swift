package import Basics
package import Governance
package import OnCallModel
import SQLiteKit

/// What became of a person's decision on a request.
package enum RequestDecision: Hashable, Sendable {
    /// It counts. An approved request's act is in the outbox.
    case accepted(ApprovalItem)
    /// The request had expired; nothing will be done.
    case tooLate(ApprovalItem)
    /// Somebody, or policy, was first.
    case already(by: String, ApprovalStatus)
    case unknown
}

extension StoreTransaction {
    /// Asks for a person's decision. While a request for the same remedy is pending, that one is the answer.
    package func openRequest(_ draft: RequestDraft, dryRun: [String]) throws -> ApprovalItem {
        let context = JSONValue.fields([
            "summary": .string(draft.summary), "action": draft.action.stored,
            "dry_run": .array(dryRun.map(JSONValue.string)),
        ])
        let added = try run(
            """
            INSERT INTO approval_queue (created_at, action_type, anomaly_type, severity, context, expires_at,
                incident_id, trace_id, round, number)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [
                .init(draft.createdAt), .text(draft.action.kind.rawValue), .text(draft.type.rawValue),
                .text(draft.severity.rawValue), .text(context.serialized), .init(draft.expiresAt),
                .integer(draft.incident), .init(draft.action.trace), .init(draft.round), .init(draft.number),
            ])
        if added > 0 {
            try setApproval(.pending, of: draft.incident)
            let asked = draft.number == 1 ? "Asked" : "Asked again (\(draft.number))"
            try note(draft.incident, "\(asked): \(draft.action.sentence)", by: Self.agent, at: draft.createdAt)
        }
        let pending = try snapshot.requests(
            "WHERE status = 'pending' AND incident_id = ?", [.integer(draft.incident)])
        guard let item = pending.first(where: { $0.action.isSameRemedy(as: draft.action) }) else {
            throw StoreError.noRequest(connection.lastInsertedRowID)
        }
        return item
    }

    /// Approves the request that a permission names, and puts the act into the outbox in the same transaction.
    ///
    /// A permission that no request led to approves nothing: unknown.
    package func approve(with permission: Permission, at now: Instant) throws -> RequestDecision {
        guard case .person(let author, let request) = permission.ground else { return .unknown }
        let decision = try decide(request, as: .approved, by: author, at: now)
        guard case .accepted(let item) = decision else { return decision }
        try enqueue(permission, at: now)
        return try .accepted(snapshot.approval(request) ?? item)
    }

    package func reject(_ request: Int64, by author: String, at now: Instant) throws -> RequestDecision {
        try decide(request, as: .rejected, by: author, at: now)
    }

    private func decide(
        _ request: Int64, as status: ApprovalStatus, by author: String, at now: Instant
    ) throws -> RequestDecision {
        guard let item = try snapshot.approval(request) else { return .unknown }
        if try close(item, as: status, by: author, at: now) {
            return try .accepted(snapshot.approval(request) ?? item)
        }
        return switch item.status {
        case .pending, .expired: .tooLate(item)
        case .approved, .rejected: .already(by: item.resolvedBy ?? "", item.status)
        }
    }

    /// One compare-and-set on status and expiry, so that one decision counts, whoever is first. A request lives until the
    /// moment of its expiry and not in it. It is decided in the round of now.
    func close(_ item: ApprovalItem, as status: ApprovalStatus, by author: String, at now: Instant) throws -> Bool {
        let changed = try run(
            """
            UPDATE approval_queue SET status = ?1, resolved_at = ?2, resolved_by = ?3,
                round = coalesce((SELECT reopened FROM incident_reports WHERE id = incident_id), round)
            WHERE id = ?4 AND status = 'pending' AND expires_at > ?2
            """, [.text(status.rawValue), .init(now), .text(author), .integer(item.id)])
        guard changed == 1 else { return false }
        try settle(item, as: status, by: author, at: now)
        return true
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
