package import Basics
package import OnCallModel

extension StoreQuery {
    /// The scores of pull requests, the latest of each, latest first.
    package static func pullRisks(limit: Int) -> Self where Answer == [PullRisk] {
        Self { try $0.pullRisks(limit: limit) }
    }

    /// The files with the worst history, worst first.
    package static func riskFiles(limit: Int) -> Self where Answer == [RiskFile] {
        Self { try $0.riskFiles(limit: limit) }
    }

    /// The latest score of one pull request.
    package static func pullRisk(_ number: Int) -> Self where Answer == PullRisk? {
        Self { try $0.pullRisk(number) }
    }
}

extension StoreSnapshot {
    /// The changes of the default branch with their files, oldest first.
    package func changes() throws -> [CodeChange] {
        var files: [String: [CodeChange.File]] = [:]
        for row in try rows(
            "file_risk_history", "SELECT * FROM file_risk_history WHERE commit_sha IS NOT NULL ORDER BY id")
        {
            try files[row.text("commit_sha"), default: []].append(
                .init(
                    row.text("file_path"), previousPath: row.optionalText("previous_path"),
                    added: row.integer("lines_added"), removed: row.integer("lines_removed")))
        }
        return try rows("code_change", "SELECT * FROM code_change ORDER BY merged_at, commit_sha").map { row in
            let sha = try row.text("commit_sha")
            var change = try CodeChange(
                sha: sha, at: row.instant("merged_at"), title: row.text("title"), author: row.text("author"),
                pull: row.record["pull_number"].integer, files: files[sha] ?? [], isFix: row.flag("is_fix"),
                costDelta: row.record["cost_delta"].real, errorDelta: row.record["error_delta"].integer)
            change.terms = try row.integer("terms")
            return change
        }
    }

    /// When the latest known change entered the branch.
    package func latestChange() throws -> Instant? {
        try scalar("SELECT max(merged_at) FROM code_change")?.instant
    }

    package func riskFiles(limit: Int) throws -> [RiskFile] {
        var files: [String: RiskFile] = [:]
        for change in try changes() {
            for file in change.files {
                files[file.path, default: RiskFile(path: file.path)].add(change)
            }
        }
        let ordered = files.values.sorted { ($0.weight, $0.changes, $1.path) > ($1.weight, $1.changes, $0.path) }
        return Array(ordered.prefix(limit))
    }

    package func knownChanges() throws -> Set<String> {
        try Set(rows("code_change", "SELECT commit_sha FROM code_change").map { try $0.text("commit_sha") })
    }

    package func pullRisks(limit: Int) throws -> [PullRisk] {
        try risks(
            """
            SELECT * FROM pull_risk AS r WHERE NOT EXISTS (SELECT 1 FROM pull_risk l WHERE l.repository = r.repository
                AND l.pull_number = r.pull_number AND (l.scored_at, l.id) > (r.scored_at, r.id))
            ORDER BY scored_at DESC, id DESC LIMIT ?
            """, [.init(limit)])
    }

    package func pullRisk(_ number: Int) throws -> PullRisk? {
        try risks(
            "SELECT * FROM pull_risk WHERE pull_number = ? ORDER BY scored_at DESC, id DESC LIMIT 1", [.init(number)]
        ).first
    }

    /// The commits of pull requests that were scored, completely or not.
    package func scoredHeads(_ repository: String) throws -> [Int: Set<String>] {
        var heads: [Int: Set<String>] = [:]
        for row in try rows(
            "pull_risk",
            "SELECT pull_number, head_sha FROM pull_risk WHERE repository = ? AND json_extract(risk, '$.partial') = 0",
            [.text(repository)])
        {
            try heads[row.integer("pull_number"), default: []].insert(row.text("head_sha"))
        }
        return heads
    }

    /// The acts on one pull request, and the requests about it, oldest first.
    package func standing(of target: PullTarget) throws -> PullStanding {
        let acts = try acts(
            "WHERE kind IN ('pull_comment', 'pull_review', 'pull_dismissal') AND incident_id IS NULL ORDER BY id", [])
        let requests = try requests("WHERE pull = ? ORDER BY id", [.text(target.name)])
        return PullStanding(
            acts: acts.filter { $0.action.pull?.target.isSamePull(as: target) == true }, requests: requests)
    }

    private func risks(_ sql: String, _ bindings: [Value]) throws -> [PullRisk] {
        try rows("pull_risk", sql, bindings).map { row in
            guard let risk = try PullRisk(json: row.json("risk")) else { throw row.damaged("its score cannot be read") }
            return risk
        }
    }
}
