package import Basics
package import OnCallModel
import SQLiteKit

extension StoreSnapshot {
    package func samplerMemory(at now: Instant) throws -> SamplerMemory {
        var memory = SamplerMemory(failing: try failingTraces(since: now - .hours(24)))
        if let state = try rows("sampler_state", "SELECT * FROM sampler_state").first {
            memory.readUntil = try state.optionalInstant("read_until")
            memory.rules = try state.text("rules")
        }
        for row in try rows("trace_pattern", "SELECT pattern, first_seen, last_seen, opener FROM trace_pattern") {
            memory.patterns[try row.text("pattern")] = try PatternSighting(
                firstSeen: row.instant("first_seen"), lastSeen: row.instant("last_seen"),
                opener: row.optionalText("opener"))
        }
        memory.kept = try keptTraces(at: now)
        memory.keptAsFailed = try names("SELECT trace_id FROM sampled_trace WHERE reasons LIKE '%schema_failed%'")
        return memory
    }

    /// The traces of the last 24 hours that the sampler keeps.
    package func keptTraces(at now: Instant) throws -> Set<String> {
        try names("SELECT trace_id FROM sampled_trace WHERE last_at >= ?", [.init(now - .hours(24))])
    }

    /// How many of `total` traces of the last 24 hours are kept, and why. A trace with two reasons counts under both.
    func sampleCount(of total: Int, at now: Instant) throws -> SamplingStats {
        let groups = try rows(
            "sampled_trace",
            "SELECT reasons, count(*) AS traces FROM sampled_trace WHERE last_at >= ? GROUP BY reasons",
            [.init(now - .hours(24))])
        var counts: [String: Int] = [:]
        var kept = 0
        for group in groups {
            let traces = try group.integer("traces")
            kept += traces
            for reason in try group.text("reasons").split(separator: " ") {
                counts[String(reason), default: 0] += traces
            }
        }
        // A trace may have left the mirror since it was kept.
        let total = max(total, kept)
        return SamplingStats(
            recordedAt: now, total: total, kept: kept, dropped: total - kept,
            reasons: counts.map { SamplingStats.Reason(name: $0.key, count: $0.value) }
                .sorted { ($1.count, $0.name) < ($0.count, $1.name) })
    }

    /// Traces whose outputs failed the check of their shape, by the findings of the last day and of incidents.
    private func failingTraces(since moment: Instant) throws -> Set<String> {
        let classes = DetectionType.allCases.filter(\.traits.judgesOutputs).map { "'\($0.rawValue)'" }
        return try names(
            """
            SELECT trace_id FROM failed_trace WHERE seen_at >= ?1
            UNION SELECT t.value FROM incident_finding f,
                json_each(CASE WHEN json_valid(f.links) THEN f.links ELSE '{}' END, '$.traces') t
            WHERE f.detection_type IN (\(classes.joined(separator: ", "))) AND f.last_seen >= ?1 AND t.type = 'text'
            """, [.init(moment)])
    }

    private func names(_ sql: String, _ bindings: [Value] = []) throws -> Set<String> {
        Set(try connection.query(sql, bindings).rows.compactMap { $0.first?.text })
    }
}
