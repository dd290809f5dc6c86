package import Basics
package import OnCallModel

extension StoreQuery {
    package static func approvals(limit: Int) -> Self where Answer == [ApprovalItem] {
        Self { try $0.approvals(limit: limit) }
    }
}

extension StoreSnapshot {
    /// The pending requests by expiry, then the decided ones, latest first.
    package func approvals(limit: Int) throws -> [ApprovalItem] {
        let pending = try requests(
            "WHERE status = 'pending' ORDER BY expires_at, id LIMIT ?", [.init(limit)])
        guard pending.count < limit else { return pending }
        return try pending
            + requests(
                "WHERE status <> 'pending' ORDER BY resolved_at DESC, id DESC LIMIT ?", [.init(limit - pending.count)])
    }

    package func approval(_ id: Int64) throws -> ApprovalItem? {
        try requests("WHERE id = ?", [.integer(id)]).first
    }

    /// All requests about an incident, oldest first.
    package func approvals(ofIncident id: Int64) throws -> [ApprovalItem] {
        try requests("WHERE incident_id = ? ORDER BY id", [.integer(id)])
    }

    /// When the next pending request expires.
    package func nextExpiry() throws -> Instant? {
        try scalar("SELECT min(expires_at) FROM approval_queue WHERE status = 'pending'")?.instant
    }

    func requests(_ condition: String, _ bindings: [Value]) throws -> [ApprovalItem] {
        try rows("approval_queue", "SELECT * FROM approval_queue \(condition)", bindings).map { row in
            var item = try row.approval(act: acts("WHERE request_id = ?", [.integer(row.id())]).first)
            if item.approvers > 1 { item.votes = try votes(on: item.id) }
            return item
        }
    }

    private func votes(on request: Int64) throws -> [ApprovalVote] {
        try rows("approval_vote", "SELECT * FROM approval_vote WHERE request_id = ? ORDER BY at", [.integer(request)])
            .map { row in
                try ApprovalVote(
                    person: row.text("person"), author: row.text("author"), at: row.instant("at"),
                    request: Fingerprint(stored: row.text("request")))
            }
    }
}

extension StoredRow {
    func approval(act: ActRecord?) throws -> ApprovalItem {
        let context = try json("context")
        guard let stored = context["action"], let action = Action(stored: stored) else {
            throw damaged("its action is not known")
        }
        var item = try ApprovalItem(
            id: id(), incident: optionalID("incident_id"), action: action, type: optionalChoice("anomaly_type"),
            severity: choice("severity"), status: choice("status"), summary: context["summary"]?.string ?? "",
            dryRun: (context["dry_run"]?.array ?? []).compactMap(\.string), createdAt: instant("created_at"),
            expiresAt: instant("expires_at"), resolvedAt: optionalInstant("resolved_at"),
            resolvedBy: optionalText("resolved_by"), act: act, round: integer("round"), number: integer("number"))
        item.approvers = context["approvers"]?.int ?? 1
        return item
    }
}
