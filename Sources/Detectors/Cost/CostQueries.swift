import Basics

/// The statements of `cost_spike`.
enum CostQueries {
    /// One row an hour over 28 days and the running hour.
    static func hours(now: Instant) -> DetectorQuery {
        DetectorQuery(
            sql: """
                SELECT hour, SUM(cost) AS cost, SUM(observations) AS observations, \
                SUM(CASE WHEN type = 'GENERATION' THEN observations ELSE 0 END) AS generations, \
                SUM(rejected_costs) AS rejected_costs \
                FROM langfuse.observations_hourly WHERE hour >= ? AND hour <= ? GROUP BY hour ORDER BY hour
                """,
            parameters: [Value(now.startOfHour - .days(28) - .hours(1)), Value(now.startOfHour)])
    }

    /// The spike (`recent` 1) and the hours of its mean (`recent` 0), each by name and model.
    static func parts(of judgement: CostJudgement, now: Instant) -> DetectorQuery {
        let base = judgement.mean.hours.sorted()
        let isSpike = "hour >= ? AND hour <= ?"
        let marks = DetectorQuery.marks(base.count)
        let spike = [Value(judgement.onsetHour), Value(judgement.hour)]
        return DetectorQuery(
            sql: """
                SELECT CASE WHEN \(isSpike) THEN 1 ELSE 0 END AS recent, name, model, \
                SUM(observations) AS observations, SUM(cost) AS cost, SUM(input_tokens) AS input_tokens, \
                SUM(output_tokens) AS output_tokens FROM langfuse.observations_hourly \
                WHERE cost > 0 AND (\(isSpike) OR hour IN (\(marks))) GROUP BY recent, name, model
                """,
            parameters: spike + spike + base.map { Value($0) })
    }

    /// Cost a minute of the subject, from the hour before the onset's hour to the hour after it.
    static func minutes(around hour: Instant, of subject: String, now: Instant) -> DetectorQuery {
        let isProject = subject == CostDecomposition.project
        return DetectorQuery(
            sql: """
                SELECT date_trunc('minute', start_time) AS minute, SUM(total_cost) AS cost FROM langfuse.observations \
                WHERE start_time >= ? AND start_time < ? AND total_cost > 0 \
                AND total_cost < 100000\(isProject ? "" : " AND name = ?") \
                GROUP BY 1 ORDER BY 1
                """,
            parameters: [Value(hour - .hours(1)), Value(min(hour + .hours(2), now))]
                + (isProject ? [] : [.text(subject)]))
    }
}
