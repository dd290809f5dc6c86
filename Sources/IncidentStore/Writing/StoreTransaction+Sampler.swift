package import Basics
package import OnCallModel

extension StoreTransaction {
    /// Saves the result of one cycle of the sampler, deletes what is older than a day, and returns the counts of the day.
    package func saveSample(_ outcome: SamplerOutcome, at now: Instant) throws -> SamplingStats {
        if outcome.startsAnew { try run("DELETE FROM sampled_trace") }
        for trace in outcome.dropped { try run("DELETE FROM sampled_trace WHERE trace_id = ?", [.text(trace)]) }
        for trace in outcome.kept {
            try insert(
                into: "sampled_trace",
                [
                    "trace_id": .text(trace.id), "last_at": .init(trace.lastAt), "score": .init(trace.score),
                    "reasons": .text(trace.reasons.map(\.rawValue).joined(separator: " ")),
                ], on: .replace("trace_id"))
        }
        try savePatterns(outcome.patterns)
        try insert(
            into: "sampler_state",
            ["id": 1, "read_until": .init(outcome.readUntil), "rules": .text(outcome.rules)], on: .replace("id"))
        try forgetSamples(at: now)
        let stats = try snapshot.sampleCount(of: outcome.total, at: now)
        try saveSampling(stats)
        return stats
    }

    private func savePatterns(_ patterns: [String: StepPattern]) throws {
        for (key, pattern) in patterns {
            let sighting = pattern.sighting
            try insert(
                into: "trace_pattern",
                [
                    "pattern": .text(key), "steps": .text(pattern.steps.json.serialized),
                    "first_seen": .init(sighting.firstSeen), "last_seen": .init(sighting.lastSeen),
                    "opener": .init(sighting.opener),
                ], on: .replace("pattern"))
        }
    }

    /// Patterns are known for seven days after they were seen. At most 20 000 are kept, the latest ones: names may be made up
    /// for every run.
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

    /// Saves for a day which traces had outputs that failed the check of their shape: the sampler keeps these traces.
    package func noteFailedTraces(_ findings: [Finding], at now: Instant) throws {
        for finding in findings where finding.type.traits.judgesOutputs {
            for trace in finding.links.traces.sorted().prefix(100) where !trace.isEmpty {
                try insert(
                    into: "failed_trace",
                    ["trace_id": .text(trace), "detection_type": .text(finding.type.rawValue), "seen_at": .init(now)],
                    on: .replace("trace_id"))
            }
        }
    }
}
