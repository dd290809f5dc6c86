import Basics
package import OnCallModel

extension StoreQuery {
    package static func loops(limit: Int) -> Self where Answer == [LoopItem] { Self { try $0.loops(limit: limit) } }
}

extension StoreSnapshot {
    /// The active loops, then the others; in each group the latest step first.
    package func loops(limit: Int) throws -> [LoopItem] {
        try loops(
            """
            ORDER BY status IN ('active', 'killing', 'kill_failed') DESC, last_seen DESC, id DESC LIMIT ?
            """, [.init(limit)])
    }

    package func loop(trace: String) throws -> LoopItem? {
        try loops("WHERE trace_id = ?", [.text(trace)]).first
    }

    /// The loops that still take steps, or whose end is not verified yet.
    package func activeLoops() throws -> [LoopItem] {
        try loops("WHERE status IN ('active', 'killing', 'kill_failed') ORDER BY last_seen DESC, id DESC", [])
    }

    /// The end of the trace was verified after a kill, and it has taken no step since.
    package func isDead(_ loop: LoopEvidence) throws -> Bool {
        try !loops(
            "WHERE trace_id = ? AND status = 'killed' AND max(status_at, last_seen) >= ?",
            [.text(loop.traceID), .init(loop.lastSeen)]
        ).isEmpty
    }

    private func loops(_ condition: String, _ bindings: [Value]) throws -> [LoopItem] {
        try rows(
            "loop_detections",
            """
            SELECT *, (SELECT min(q.id) FROM approval_queue q
                WHERE q.status = 'pending' AND q.action_type = 'kill_loop'
                    AND (q.trace_id = loop_detections.trace_id OR EXISTS (
                    SELECT 1 FROM json_each(q.context, '$.action.traces') WHERE value = loop_detections.trace_id)))
                AS request_id
            FROM loop_detections \(condition)
            """, bindings
        ).map { try $0.loop() }
    }
}

extension LoopEvidence {
    /// The form of `loop_detections.tool_pattern`.
    var storedPattern: JSONValue {
        .fields([
            "step": .string(repeatedStep), "repetitions": JSONValue(repetitions), "repetitive": .bool(isRepetitive),
            "slow": isSlow ? true : nil,
        ])
    }
}

extension StoredRow {
    fileprivate func loop() throws -> LoopItem {
        let pattern = try json("tool_pattern")
        let loop = try LoopEvidence(
            traceID: text("trace_id"), agent: text("agent"), generations: integer("loop_count"),
            cost: real("cost_burned"), firstSeen: instant("first_seen"), lastSeen: instant("last_seen"),
            repeatedStep: pattern["step"]?.string ?? "", repetitions: pattern["repetitions"]?.int ?? 0,
            isRepetitive: pattern["repetitive"]?.bool ?? false, isSlow: pattern["slow"]?.bool ?? false,
            recentRate: record["cost_per_minute"].real)
        return try LoopItem(
            id: id(), loop: loop, status: choice("status"), killMethod: optionalText("kill_method"),
            incident: optionalID("incident_id"), request: optionalID("request_id"), asOf: instant("as_of"))
    }
}
