package import Basics
package import OnCallModel

/// Counts of the store at one moment, for monitoring.
package struct StoreFigures: Hashable, Sendable {
    package struct IncidentCount: Hashable, Sendable {
        package var type: DetectionType
        package var severity: Severity
        package var count: Int
    }

    /// The unresolved incidents; combinations without any are left out.
    package var openIncidents: [IncidentCount]
    package var pendingApprovals: Int
    package var activeLoops: Int
    package var acts: [AttemptState: Int]
    /// US dollars of the latest complete hour; nil before the first scan.
    package var costPerHour: Double?
    package var sources: [SourceHealth]
    package var jobs: [JobRecord]
    package var agent: AgentStatus
}

/// The decisions on requests so far.
package struct ApprovalStats: Hashable, Sendable {
    package var counts: [ApprovalStatus: Int]
    /// The mean time from a request to a person's decision; nil if there was none.
    package var meanMinutes: Double?
}

/// What a commit changed of the costs and errors after it: a row of `file_risk_history`.
package struct FileRisk: Hashable, Sendable {
    package var path: String
    package var sha: String?
    package var changedAt: Instant?
    package var costDelta: Double
    package var errorDelta: Int
    package var score: Double
    package var added = 0
    package var removed = 0
}

extension StoreSnapshot {
    package func figures() throws -> StoreFigures {
        let incidents = try rows(
            "incident_reports",
            """
            SELECT detection_type, severity, count(*) AS count FROM incident_reports INDEXED BY incident_unresolved
            WHERE state <> 'resolved' GROUP BY detection_type, severity
            """
        ).map {
            try StoreFigures.IncidentCount(
                type: $0.choice("detection_type"), severity: $0.choice("severity"), count: $0.integer("count"))
        }
        let acts = try rows(
            "outbox_action", "SELECT state, count(*) AS count FROM outbox_action GROUP BY state"
        ).map { row -> (AttemptState, Int) in try (row.choice("state"), row.integer("count")) }
        return try StoreFigures(
            openIncidents: incidents,
            pendingApprovals: count("SELECT count(*) FROM approval_queue WHERE status = 'pending'"),
            activeLoops: activeLoops().count, acts: Dictionary(acts) { $1 }, costPerHour: hours(latest: 1).last?.cost,
            sources: sources(), jobs: jobs(), agent: agentStatus())
    }

    package func approvalStats() throws -> ApprovalStats {
        let counts = try rows(
            "approval_queue", "SELECT status, count(*) AS count FROM approval_queue GROUP BY status"
        ).map { row -> (ApprovalStatus, Int) in try (row.choice("status"), row.integer("count")) }
        let mean = try scalar(
            """
            SELECT avg((julianday(resolved_at) - julianday(created_at)) * 1440) FROM approval_queue
            WHERE status IN ('approved', 'rejected')
            """)
        return ApprovalStats(counts: Dictionary(counts) { $1 }, meanMinutes: mean?.real)
    }

    /// Latest change first.
    package func fileRisks(limit: Int) throws -> [FileRisk] {
        try rows(
            "file_risk_history", "SELECT * FROM file_risk_history ORDER BY change_date DESC, id DESC LIMIT ?",
            [.init(limit)]
        )
        .map {
            try FileRisk(
                path: $0.text("file_path"), sha: $0.optionalText("commit_sha"),
                changedAt: $0.optionalInstant("change_date"), costDelta: $0.real("cost_delta"),
                errorDelta: $0.integer("error_delta"), score: $0.real("risk_score"), added: $0.integer("lines_added"),
                removed: $0.integer("lines_removed"))
        }
    }

    /// The commits with these hashes that investigations have read.
    package func commits(_ hashes: [String]) throws -> [CommitFact] {
        let wanted = JSONValue.array(hashes.map(JSONValue.string)).serialized
        let found = try rows(
            "incident_reports",
            """
            SELECT c.value AS fact FROM incident_reports i, json_each(i.related_commits) c
            WHERE EXISTS (SELECT 1 FROM json_each(?) w WHERE c.value ->> '$.sha' LIKE w.value || '%')
            ORDER BY i.id DESC LIMIT 1000
            """, [.text(wanted)])
        var seen: Set<String> = []
        return try found.compactMap { try CommitFact(json: $0.json("fact")) }.filter { seen.insert($0.sha).inserted }
    }
}
