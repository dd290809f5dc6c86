package import Basics
package import OnCallModel

extension StoreTransaction {
    /// Keeps what a cycle of the sampler found, forgets what is older than its day, and answers the day's count.
    package func saveSample(_ outcome: SamplerOutcome, at now: Instant) throws -> SamplingStats {
        if outcome.startsAnew { try run("DELETE FROM sampled_trace") }
        for trace in outcome.dropped { try run("DELETE FROM sampled_trace WHERE trace_id = ?", [.text(trace)]) }
        for trace in outcome.kept {
            try run(
                """
                INSERT INTO sampled_trace (trace_id, last_at, score, reasons) VALUES (?, ?, ?, ?)
                ON CONFLICT (trace_id) DO UPDATE SET last_at = excluded.last_at, score = excluded.score,
                    reasons = excluded.reasons
                WHERE (last_at, score, reasons) IS NOT (excluded.last_at, excluded.score, excluded.reasons)
                """,
                [
                    .text(trace.id), .init(trace.lastAt), .init(trace.score),
                    .text(trace.reasons.map(\.rawValue).joined(separator: " ")),
                ])
        }
        try savePatterns(outcome.patterns)
        try run(
            """
            INSERT INTO sampler_state (id, read_until, rules) VALUES (1, ?, ?)
            ON CONFLICT (id) DO UPDATE SET read_until = excluded.read_until, rules = excluded.rules
            """, [.init(outcome.readUntil?.iso8601), .text(outcome.rules)])
        try forgetSamples(at: now)
        let stats = try snapshot.sampleCount(of: outcome.total, at: now)
        try saveSampling(stats)
        return stats
    }

    private func savePatterns(_ patterns: [String: StepPattern]) throws {
        for (key, pattern) in patterns {
            try run(
                """
                INSERT INTO trace_pattern (pattern, steps, first_seen, last_seen, opener) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (pattern) DO UPDATE SET first_seen = excluded.first_seen, last_seen = excluded.last_seen,
                    opener = excluded.opener
                """,
                [
                    .text(key), .text(JSONValue.array(pattern.steps.map(JSONValue.string)).serialized),
                    .init(pattern.sighting.firstSeen), .init(pattern.sighting.lastSeen),
                    .init(pattern.sighting.opener),
                ])
        }
    }

    /// Patterns are known for seven days after they were seen; where names are made up for every run, the latest stay.
    private func forgetSamples(at now: Instant) throws {
        try run("DELETE FROM sampled_trace WHERE last_at < ?", [.init(now - .hours(24))])
        try run("DELETE FROM failed_trace WHERE seen_at < ?", [.init(now - .hours(24))])
        try run("DELETE FROM trace_pattern WHERE last_seen < ?", [.init(now - .days(8))])
        try run(
            """
            DELETE FROM trace_pattern WHERE last_seen < (
                SELECT last_seen FROM trace_pattern ORDER BY last_seen DESC LIMIT 1 OFFSET 20000)
            """)
    }

    /// Remembers for a day whose outputs failed the check of their shape: the sampler keeps these traces.
    package func noteFailedTraces(_ findings: [Finding], at now: Instant) throws {
        for finding in findings where finding.type.traits.judgesOutputs {
            for trace in finding.links.traces.sorted().prefix(100) where !trace.isEmpty {
                try run(
                    """
                    INSERT INTO failed_trace (trace_id, detection_type, seen_at) VALUES (?, ?, ?)
                    ON CONFLICT (trace_id) DO UPDATE SET detection_type = excluded.detection_type,
                        seen_at = excluded.seen_at
                    """, [.text(trace), .text(finding.type.rawValue), .init(now)])
            }
        }
    }
}
