import Basics

/// The statements of `cost_spike`.
enum CostQueries {
    /// One row for each hour of 28 days and the running hour, or of the hours whose rows are read first.
    static func hours(now: Instant, hasSums: Bool = false) -> DetectorQuery {
        let lookback = hasSums ? Span.hours(Double(CostSums.rowHours)) : .days(28) + .hours(1)
        return """
            SELECT hour, SUM(cost) AS cost, SUM(observations) AS observations, \
            SUM(CASE WHEN type = 'GENERATION' THEN observations ELSE 0 END) AS generations, \
            SUM(rejected_costs) AS rejected_costs FROM langfuse.observations_hourly \
            WHERE hour >= \(now.startOfHour - lookback) AND hour <= \(now.startOfHour) GROUP BY hour ORDER BY hour
            """
    }

    /// The spike (`recent` 1) and the hours of its mean (`recent` 0), each by name and model.
    static func parts(of judgement: CostJudgement, base: [Instant]) -> DetectorQuery {
        let isSpike: DetectorQuery = "hour >= \(judgement.onsetHour) AND hour <= \(judgement.hour)"
        return """
            SELECT CASE WHEN \(isSpike) THEN 1 ELSE 0 END AS recent, name, model, \
            SUM(observations) AS observations, SUM(cost) AS cost, SUM(input_tokens) AS input_tokens, \
            SUM(output_tokens) AS output_tokens FROM langfuse.observations_hourly \
            WHERE cost > 0 AND (\(isSpike) OR hour IN (\(base.sorted()))) GROUP BY recent, name, model
            """
    }

    /// The cost of the subject for each minute, from the hour before the onset's hour to the hour after it.
    static func minutes(around hour: Instant, of subject: String, now: Instant) -> DetectorQuery {
        let condition: DetectorQuery = subject == CostDecomposition.project ? "" : " AND name = \(subject)"
        return """
            SELECT date_trunc('minute', start_time) AS minute, SUM(total_cost) AS cost FROM langfuse.observations \
            WHERE start_time >= \(hour - .hours(1)) AND start_time < \(min(hour + .hours(2), now)) AND total_cost > 0 \
            AND total_cost < 100000\(condition) GROUP BY 1 ORDER BY 1
            """
    }
}
