package import Basics
package import OnCallModel

extension StoreTransaction {
    /// Saves the cost of complete hours, one row per hour. Unchanged hours are not written.
    package func saveHours(_ hours: [HourFact], source: String) throws {
        var changed: [Instant] = []
        for fact in hours {
            let rows = try insert(
                into: "cost_baselines",
                [
                    "recorded_at": .init(fact.hour), "hourly_cost": .real(fact.cost),
                    "generations": .init(fact.generations), "source": .text(source),
                ], on: .replace("recorded_at, source"))
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
        try insert(
            into: "sampling_stats",
            [
                "recorded_at": .init(stats.recordedAt), "total_traces": .init(stats.total),
                "sampled_traces": .init(stats.kept), "dropped_traces": .init(stats.dropped),
                "keep_reasons": .text(reasons.serialized),
            ], on: .replace("recorded_at"))
    }

    /// Saves the state of the sources, and since when they are down.
    package func saveSources(_ sources: [SourceHealth], at now: Instant) throws {
        for source in sources {
            try insert(
                into: "source_health",
                [
                    "name": .text(source.name), "state": .text(source.state.rawValue), "as_of": .init(source.asOf),
                    "calls": .init(source.calls), "message": .text(source.message),
                ], on: .replace("name"))
        }
        try run(
            """
            UPDATE source_health SET down_since = CASE WHEN state IN ('down', 'refused') THEN ? END
            WHERE (state IN ('down', 'refused')) <> (down_since IS NOT NULL)
            """, [.init(now)])
    }

    package func saveDetectors(_ detectors: [DetectorHealth]) throws {
        for detector in detectors {
            try insert(
                into: "detector_health",
                [
                    "type": .text(detector.type.rawValue), "state": .text(detector.state.rawValue),
                    "message": .text(detector.message), "as_of": .init(detector.asOf),
                ], on: .replace("type"))
        }
    }
}
