package import Basics
package import OnCallModel

extension StoreTransaction {
    /// Adds a change of the default branch with its files. One that is known is left as it is, except what followed it.
    package func save(_ change: CodeChange) throws {
        try run(
            """
            INSERT INTO code_change (commit_sha, merged_at, title, author, pull_number, is_fix, terms, cost_delta, error_delta)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (commit_sha) DO UPDATE SET
                cost_delta = coalesce(code_change.cost_delta, excluded.cost_delta),
                error_delta = coalesce(code_change.error_delta, excluded.error_delta)
            """,
            [
                .text(change.sha), .init(change.at), .text(change.title), .text(change.author), .init(change.pull),
                .integer(change.isFix ? 1 : 0), .init(change.terms), .init(change.costDelta), .init(change.errorDelta),
            ])
        for file in change.files {
            try run(
                """
                INSERT INTO file_risk_history (file_path, commit_sha, change_date, previous_path, lines_added, lines_removed)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (file_path, commit_sha) DO NOTHING
                """,
                [
                    .text(file.path), .text(change.sha), .init(change.at), .init(file.previousPath), .init(file.added),
                    .init(file.removed),
                ])
        }
        try showDelta(of: change.sha)
    }

    /// Saves what followed a change, once. What is known is not measured again: the telemetry of the time may be gone.
    package func saveDelta(of sha: String, cost: Double?, errors: Int?) throws {
        try run(
            """
            UPDATE code_change SET cost_delta = coalesce(cost_delta, ?), error_delta = coalesce(error_delta, ?)
            WHERE commit_sha = ?
            """, [.init(cost), .init(errors), .text(sha)])
        try showDelta(of: sha)
    }

    /// The rows of the files have the delta of the whole change, and the score that it alone would give.
    private func showDelta(of sha: String) throws {
        try run(
            """
            UPDATE file_risk_history AS f SET cost_delta = coalesce(c.cost_delta, 0), error_delta = coalesce(c.error_delta, 0),
                risk_score = min(100, coalesce(c.error_delta, 0) * 4 + min(coalesce(c.cost_delta, 0) * 10, 50))
            FROM code_change c WHERE c.commit_sha = f.commit_sha AND f.commit_sha = ?
            """, [.text(sha)])
    }

    /// One row for each commit of a pull request; a later score of the same commit replaces it.
    package func save(_ risk: PullRisk) throws {
        try insert(
            into: "pull_risk",
            [
                "repository": .text(risk.target.repository), "pull_number": .init(risk.target.number),
                "head_sha": .text(risk.target.head), "score": .init(risk.score), "calibrated": .real(risk.calibrated),
                "percentile": .init(risk.percentile), "risk": .text(risk.json.serialized),
                "scored_at": .init(risk.scoredAt),
            ], on: .replace("repository, pull_number, head_sha"))
    }

    /// The ids of the comment and of the review, from the addresses that their acts left.
    func recordPull(_ act: PullAct, reference: String?) throws {
        guard let id = reference.flatMap(PullMark.init)?.id else { return }
        let column: String
        switch act {
        case .comment: column = "comment_id"
        case .requestChanges: column = "review_id"
        case .dismiss: return
        }
        try run(
            "UPDATE pull_risk SET \(column) = ? WHERE repository = ? AND pull_number = ? AND head_sha = ?",
            [
                .integer(id), .text(act.target.repository), .init(act.target.number), .text(act.target.head),
            ])
    }

    /// Closes a pending request that no longer applies: the pull request has other commits, or its score fell.
    package func withdraw(_ item: ApprovalItem, because reason: String, at now: Instant) throws {
        try run(
            "UPDATE approval_queue SET status = 'expired', resolved_at = ?, resolved_by = ? WHERE id = ? AND status = 'pending'",
            [.init(now), .text("\(Self.agent): \(reason)"), .integer(item.id)])
        try audit(
            AuditEntry(
                .expired, by: Self.agent, item.action.sentence, why: reason, incident: item.incident, request: item.id,
                calls: item.dryRun), at: now)
    }
}
