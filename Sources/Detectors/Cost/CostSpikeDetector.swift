package import Basics
package import OnCallModel

/// Opens when an hour costs more than 2.5 times the rolling 7-day hourly mean; the same hour of day decides how bad it is.
///
/// It reads hourly rollups, so a cycle costs the same however many observations lie behind them; single observations are
/// read only of the three hours around the onset of a spike, to tell its minute.
package struct CostSpikeDetector: DetectorMachine {
    package let type = DetectionType.costSpike

    private enum State {
        case idle
        case readingHours
        case readingParts(CostJudgement)
        case readingOnset(CostJudgement, CostDecomposition)
        case done
    }

    private var state = State.idle
    private var context = DetectorContext(now: Instant(milliseconds: 0), settings: Settings())
    private var series = CostSeries(RowSet(columns: []), now: Instant(milliseconds: 0))
    private var statement = ""

    package init() {}

    package mutating func start(_ context: DetectorContext) -> DetectorStep {
        self.context = context
        state = .readingHours
        let query = CostQueries.hours(now: context.now)
        statement = query.sql
        return .query(query)
    }

    package mutating func receive(_ rows: RowSet) -> DetectorStep {
        switch state {
        case .idle, .done:
            preconditionFailure("rows were not asked for")
        case .readingHours:
            series = CostSeries(rows, now: context.now)
            guard let judgement = judge.worst() else { return finish(with: []) }
            state = .readingParts(judgement)
            return .query(CostQueries.parts(of: judgement, now: context.now))
        case .readingParts(let judgement):
            let decomposition = CostDecomposition(
                rows, spikeHours: judgement.spikeHours(now: context.now),
                baseHours: Double(judgement.mean.hours.count), keeping: context.openCostSubjects)
            state = .readingOnset(judgement, decomposition)
            return .query(CostQueries.minutes(around: judgement.onsetHour, of: decomposition.subject, now: context.now))
        case .readingOnset(let judgement, let decomposition):
            let onset = ChangePoint.onset(in: rows, noEarlierThan: judgement.onsetHour - .hours(1))
            return finish(with: [
                CostFinding.make(
                    judgement, decomposition, onset: onset ?? judgement.onsetHour, sql: statement, context: context)
            ])
        }
    }

    private var judge: CostJudge {
        CostJudge(
            baseline: CostBaseline(series: series, incidentHours: context.incidentHours),
            settings: context.settings, now: context.now)
    }

    private mutating func finish(with findings: [Finding]) -> DetectorStep {
        state = .done
        let history = min(CostBaseline.window, series.history(before: series.running))
        let mean = judge.baseline.mean(before: series.running, without: [])
        let (state, message) = health(history: history)
        return .report(
            DetectorReport(
                findings: findings, state: state, message: message, hours: series.facts,
                baselinePerHour: history < CostJudge.leastHistory ? nil : mean?.perHour,
                skipped: skipped))
    }

    private var skipped: [String] {
        var sentences: [String] = []
        if series.rejected > 0 {
            sentences.append("\(series.rejected) hours with a cost that is no amount were left out of the baseline.")
        }
        if series.rejectedCosts > 0 {
            sentences.append("\(series.rejectedCosts) observations with a cost that is no amount were left out.")
        }
        return sentences
    }

    private func health(history: Int) -> (DetectorHealth.State, String) {
        guard let last = series.lastWithTraffic else {
            return (.noData, "No observations in the last 28 days.")
        }
        if context.now - last > .hours(25) {
            return (.noData, "No observations since \((last + .hours(1)).iso8601Seconds).")
        }
        if history < CostBaseline.window {
            return (.learning, "learning (\(history) of \(CostBaseline.window) h)")
        }
        return (.ok, "The mean of \(CostBaseline.window) hours is the baseline.")
    }
}

extension CostJudgement {
    /// The length of the spike so far, in hours.
    func spikeHours(now: Instant) -> Double {
        ((isRunning ? now : hour + .hours(1)) - onsetHour).seconds / 3600
    }
}
