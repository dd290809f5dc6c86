import Basics
package import OnCallModel

extension StoreTransaction {
    /// Keeps what complete hours cost, one row an hour. Hours that are known and unchanged are not written.
    package func saveHours(_ hours: [HourFact], source: String) throws {
        var changed: [Instant] = []
        for fact in hours {
            let rows = try run(
                """
                INSERT INTO cost_baselines (recorded_at, hourly_cost, generations, source) VALUES (?, ?, ?, ?)
                ON CONFLICT (recorded_at, source) DO UPDATE SET hourly_cost = excluded.hourly_cost,
                    generations = excluded.generations
                WHERE (hourly_cost, generations) IS NOT (excluded.hourly_cost, excluded.generations)
                """, [.init(fact.hour), .real(fact.cost), .init(fact.generations), .text(source)])
            if rows > 0 { changed.append(fact.hour) }
        }
        guard let first = changed.min(), let last = changed.max() else { return }
        try recountDays(from: first, through: last + .hours(23), source: source)
    }

    /// `daily_cost` is the sum of the 24 hours that end with the row's own.
    private func recountDays(from first: Instant, through last: Instant, source: String) throws {
        try run(
            """
            UPDATE cost_baselines SET daily_cost = d.total FROM (
                SELECT id, sum(hourly_cost) OVER (ORDER BY unixepoch(recorded_at)
                    RANGE BETWEEN 82800 PRECEDING AND CURRENT ROW) AS total
                FROM cost_baselines WHERE source = ?1 AND recorded_at BETWEEN ?4 AND ?3) AS d
            WHERE d.id = cost_baselines.id AND recorded_at BETWEEN ?2 AND ?3
            """, [.text(source), .init(first), .init(last), .init(first - .hours(23))])
    }

    package func saveSampling(_ stats: SamplingStats) throws {
        let reasons = JSONValue.object(stats.reasons.map { .init($0.name, .integer(Int64($0.count))) })
        try run(
            """
            INSERT INTO sampling_stats (recorded_at, total_traces, sampled_traces, dropped_traces, keep_reasons)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (recorded_at) DO UPDATE SET total_traces = excluded.total_traces,
                sampled_traces = excluded.sampled_traces, dropped_traces = excluded.dropped_traces,
                keep_reasons = excluded.keep_reasons
            """,
            [
                .init(stats.recordedAt), .init(stats.total), .init(stats.kept), .init(stats.dropped),
                .text(reasons.serialized),
            ])
    }

    /// Keeps the state of the sources. Only what changed is written.
    package func saveSources(_ sources: [SourceHealth]) throws {
        for source in sources {
            try run(
                """
                INSERT INTO source_health (name, state, as_of, calls, message) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET state = excluded.state, as_of = excluded.as_of,
                    calls = excluded.calls, message = excluded.message
                WHERE (state, as_of, calls, message)
                    IS NOT (excluded.state, excluded.as_of, excluded.calls, excluded.message)
                """,
                [
                    .text(source.name), .text(source.state.rawValue), .init(source.asOf?.iso8601), .init(source.calls),
                    .text(source.message),
                ])
        }
    }

    package func saveDetectors(_ detectors: [DetectorHealth]) throws {
        for detector in detectors {
            try run(
                """
                INSERT INTO detector_health (type, state, message, as_of) VALUES (?, ?, ?, ?)
                ON CONFLICT (type) DO UPDATE SET state = excluded.state, message = excluded.message,
                    as_of = excluded.as_of
                """,
                [
                    .text(detector.type.rawValue), .text(detector.state.rawValue), .text(detector.message),
                    .init(detector.asOf),
                ])
        }
    }
}
