import Basics
package import OnCallModel

/// Opens when an hour costs more than 2.5 times the rolling 7-day hourly mean; the same hour of day decides how bad it is.
///
/// It reads hourly rollups, so a cycle costs the same however many observations lie behind them; single observations are
/// read only of the three hours around the onset of a spike, to tell its minute.
package struct CostSpikeDetector: Detector {
    package let type = DetectionType.costSpike

    package init() {}

    package func run(
        _ context: DetectorContext, memory: inout [String: Never], ask: Ask
    ) async throws(QueryFailure) -> DetectorReport {
        let hours = CostQueries.hours(now: context.now)
        let series = CostSeries(try await ask(hours), now: context.now)
        let incidentHours = Set(context.past.flatMap(\.hours))
        let judge = CostJudge(
            baseline: CostBaseline(series: series, incidentHours: incidentHours), settings: context.settings,
            now: context.now)
        var findings: [Finding] = []
        if let judgement = judge.worst() {
            findings = [try await finding(judgement, sql: hours.sql, context, ask)]
        }
        let (state, message) = health(series, now: context.now)
        return DetectorReport(
            findings: findings, state: state, message: message, records: [.hours(series.facts)],
            skipped: series.skipped)
    }

    private func finding(
        _ judgement: CostJudgement, sql: String, _ context: DetectorContext, _ ask: Ask
    ) async throws(QueryFailure) -> Finding {
        let parts = try await ask(CostQueries.parts(of: judgement, now: context.now))
        let decomposition = CostDecomposition(
            parts, spikeHours: judgement.spikeHours(now: context.now),
            baseHours: Double(judgement.mean.hours.count), keeping: context.unresolved)
        let minutes = try await ask(
            CostQueries.minutes(around: judgement.onsetHour, of: decomposition.subject, now: context.now))
        let onset = ChangePoint.onset(in: minutes, noEarlierThan: judgement.onsetHour - .hours(1))
        return CostFinding.make(
            judgement, decomposition, onset: onset ?? judgement.onsetHour, sql: sql, context: context)
    }

    private func health(_ series: CostSeries, now: Instant) -> (DetectorHealth.State, String) {
        guard let last = series.lastWithTraffic else {
            return (.noData, "No observations in the last 28 days.")
        }
        if now - last > .hours(25) {
            return (.noData, "No observations since \((last + .hours(1)).iso8601Seconds).")
        }
        let history = series.history(before: series.running)
        if history < CostBaseline.window {
            return (.learning, "learning (\(history) of \(CostBaseline.window) h)")
        }
        return (.ok, "The mean of \(CostBaseline.window) hours is the baseline.")
    }
}
