import Basics
package import OnCallModel

/// Opens when an hour costs more than 2.5 times the rolling 7-day hourly mean; the same hour of day decides how bad it is.
///
/// It reads hourly rollups, so a cycle costs the same however many observations they sum up. Single observations are read
/// only of the three hours around the onset of a spike, to find its minute.
package struct CostSpikeDetector: Detector {
    package let type = DetectionType.costSpike
    private let sums: CostSums?

    /// With `sums`, only the rows of the latest day are needed.
    package init(sums: CostSums? = nil) {
        self.sums = sums
    }

    package func run(
        _ context: DetectorContext, memory: inout [String: Never], ask: Ask
    ) async throws(QueryFailure) -> DetectorReport {
        let hours = CostQueries.hours(now: context.now, hasSums: sums != nil)
        let series = CostSeries(try await ask(hours), sums, now: context.now)
        let incidentHours = Set(context.past.flatMap(\.hours))
        let judge = CostJudge(
            baseline: CostBaseline(series: series, incidentHours: incidentHours), settings: context.settings,
            now: context.now)
        var findings: [Finding] = []
        if var judgement = judge.worst() {
            judgement.sumScale = series.sumScale
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
        // Only rows have names.
        let oldest = context.now.startOfHour - .hours(Double(CostSums.rowHours))
        let base = sums == nil ? judgement.mean.hours : judgement.mean.hours.filter { $0 >= oldest }
        let parts = try await ask(CostQueries.parts(of: judgement, base: base))
        let decomposition = CostDecomposition(
            parts, spikeHours: judgement.spikeHours(now: context.now), baseHours: Double(base.count),
            keeping: context.unresolved)
        let minutes = try await ask(
            CostQueries.minutes(around: judgement.onsetHour, of: decomposition.subject, now: context.now))
        let onset = onset(in: minutes, from: judgement.onsetHour - .hours(1)) ?? judgement.onsetHour
        return CostFinding.make(judgement, decomposition, onset: onset, sql: sql, context: context)
    }

    /// The first minute with cost after the cost rose; nil if it never did.
    ///
    /// - Parameter rows: minute and cost, without the minutes that cost nothing.
    private func onset(in rows: RowSet, from start: Instant) -> Instant? {
        let costs = rows.records.compactMap { row -> (index: Int, cost: Double)? in
            guard let minute = row["minute"].instant, let cost = row.amount("cost"), cost > 0, minute >= start,
                minute < start + .hours(24)
            else { return nil }
            return (Int((minute - start).milliseconds / 60_000), cost)
        }
        guard let last = costs.map(\.index).max() else { return nil }
        var minutes = Array(repeating: 0.0, count: last + 1)
        for (index, cost) in costs { minutes[index] += cost }
        let cut = ChangePoint.cut(of: minutes.map { ($0, 1) }) { $0 > 0 } ?? 0
        return minutes[cut...].firstIndex { $0 > 0 }.map { start + .minutes(Double($0)) }
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
