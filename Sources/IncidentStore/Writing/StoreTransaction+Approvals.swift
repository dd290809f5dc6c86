package import Basics
package import Governance
package import OnCallModel
import SQLiteKit

/// The result of a person's decision on a request.
package enum RequestDecision: Hashable, Sendable {
    /// The decision is saved. If it is an approval, its act is in the outbox.
    case accepted(ApprovalItem)
    /// The request has expired; nothing will be done.
    case tooLate(ApprovalItem)
    /// Another person or policy decided first.
    case already(by: String, ApprovalStatus)
    case unknown
}

extension StoreTransaction {
    /// Asks for a person's decision. A pending request for the same remedy is returned instead, with what the draft adds.
    package func openRequest(_ draft: RequestDraft, dryRun: [String]) throws -> ApprovalItem {
        if let pending = try pendingRequest(like: draft) {
            guard draft.action.overlaps(pending.action), draft.action.changes(pending.action) else { return pending }
            try replaceAction(
                of: pending, by: draft.action, summary: draft.summary, dryRun: dryRun, approvers: draft.approvers)
            if let incident = draft.incident {
                try note(incident, "Asked for more: \(draft.action.sentence)", by: Self.agent, at: draft.createdAt)
            }
            let item = try snapshot.approval(pending.id) ?? pending
            try auditRequest(item, because: draft)
            return item
        }
        try insert(
            into: "approval_queue",
            [
                "created_at": .init(draft.createdAt), "action_type": .text(draft.action.kind.rawValue),
                "anomaly_type": .init(draft.type?.rawValue), "severity": .text(draft.severity.rawValue),
                "context": .text(draft.action.requestContext(draft.summary, dryRun, draft.approvers).serialized),
                "expires_at": .init(draft.expiresAt), "incident_id": .init(draft.incident),
                "trace_id": .init(draft.action.traces.first), "round": .init(draft.round),
                "number": .init(draft.number), "executor": .text(draft.action.execution?.name ?? ""),
                "pull": .init(draft.action.pull?.target.name),
            ], on: .keep)
        if let incident = draft.incident {
            try setApproval(.pending, of: incident)
            let asked = draft.number == 1 ? "Asked" : "Asked again (\(draft.number))"
            try note(incident, "\(asked): \(draft.action.sentence)", by: Self.agent, at: draft.createdAt)
        }
        guard let item = try pendingRequest(like: draft) else {
            throw StoreError.noRequest(connection.lastInsertedRowID)
        }
        try auditRequest(item, because: draft)
        return item
    }

    private func auditRequest(_ item: ApprovalItem, because draft: RequestDraft) throws {
        try audit(
            AuditEntry(
                .requested, by: Self.agent, item.action.sentence, why: draft.summary, incident: item.incident,
                request: item.id, calls: item.dryRun), at: draft.createdAt)
    }

    private func pendingRequest(like draft: RequestDraft) throws -> ApprovalItem? {
        try snapshot.requests("WHERE status = 'pending' AND incident_id IS ? ORDER BY id", [.init(draft.incident)])
            .first { $0.action.isSameRemedy(as: draft.action) }
    }

    /// A pending request is for more or fewer traces from now on.
    func replaceAction(
        of item: ApprovalItem, by action: Action, summary: String, dryRun: [String], approvers: Int
    ) throws {
        try run(
            "UPDATE approval_queue SET context = ?, trace_id = ? WHERE id = ? AND status = 'pending'",
            [
                .text(action.requestContext(summary, dryRun, approvers).serialized), .init(action.traces.first),
                .integer(item.id),
            ])
    }

    /// Saves the approval of the first of several people. A later one of the same person replaces it.
    package func vote(_ vote: ApprovalVote, on item: ApprovalItem) throws {
        try run(
            "INSERT OR REPLACE INTO approval_vote (request_id, person, author, at, request) VALUES (?, ?, ?, ?, ?)",
            [
                .integer(item.id), .text(vote.person), .text(vote.author), .init(vote.at), .text(vote.request.text),
            ])
        try audit(
            AuditEntry(
                .voted, by: vote.author, item.action.sentence, incident: item.incident, request: item.id,
                calls: item.dryRun), at: vote.at)
        guard let incident = item.incident else { return }
        try note(incident, "\(item.action.sentence): approved by the first of two people", by: vote.author, at: vote.at)
    }

    /// Approves the request of a permission, and adds the act to the outbox in the same transaction.
    ///
    /// The result is `unknown` if the permission has no request.
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

    /// One compare-and-set on status and expiry, so that only the first decision counts. At the moment of its expiry a request has
    /// expired. Its round becomes the current one.
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

    /// Expires every pending request that is due, and returns them.
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

    /// Adds the decision to the timeline. After the last pending request, the incident no longer waits for approval.
    private func settle(_ item: ApprovalItem, as status: ApprovalStatus, by author: String, at now: Instant) throws {
        try audit(
            AuditEntry(
                AuditEntry.Event(status), by: author, item.action.sentence, incident: item.incident, request: item.id,
                calls: item.dryRun), at: now)
        guard let incident = item.incident else { return }
        try note(incident, "\(item.action.sentence): \(status.rawValue)", by: author, at: now)
        try run(
            """
            UPDATE incident_reports SET approval = 'none' WHERE id = ? AND approval = 'pending'
                AND NOT EXISTS (SELECT 1 FROM approval_queue WHERE incident_id = ? AND status = 'pending')
            """, [.integer(incident), .integer(incident)])
    }
}

extension Action {
    /// Whether it replaces the action of a pending request for the same remedy: it stops other traces, or the target of an
    /// executor is another one by now.
    fileprivate func changes(_ pending: Action) -> Bool {
        execution != nil ? self != pending : traces != pending.traces
    }

    /// The document in `approval_queue.context`.
    fileprivate func requestContext(_ summary: String, _ dryRun: [String], _ approvers: Int) -> JSONValue {
        .fields([
            "summary": .string(summary), "action": stored, "dry_run": .array(dryRun.map(JSONValue.string)),
            "approvers": JSONValue(approvers),
        ])
    }
}

extension AuditEntry.Event {
    /// The event by which a request got this status.
    fileprivate init(_ status: ApprovalStatus) {
        self =
            switch status {
            case .pending: .requested
            case .approved: .approved
            case .rejected: .rejected
            case .expired: .expired
            }
    }
}
