import Basics
import OnCallModel

/// One hour compared with its baseline.
struct CostJudgement: Hashable {
    var hour: Instant
    /// US dollars an hour: the cost of a complete hour, or the running hour's rate so far.
    var cost: Double
    /// US dollars spent in the hour so far.
    var spent: Double
    var isRunning: Bool
    var mean: CostBaseline.Mean
    var season: CostBaseline.Season?
    /// The unbroken run of complete hours above the threshold that leads up to this hour.
    var run: Set<Instant>
    var historyHours: Int
    var severity: Severity
    /// What the provider's sums in the mean were multiplied by; nil if the mean is of rows.
    var sumScale: Double?

    var onsetHour: Instant { run.min() ?? hour }
    /// Divided by the mean; nil if the mean is 0.
    var ratio: Double? { mean.perHour > 0 ? cost / mean.perHour : nil }
    var seasonalRatio: Double? { season.flatMap { $0.p95 > 0 ? cost / $0.p95 : nil } }
    /// The length of the spike so far, in hours.
    func spikeHours(now: Instant) -> Double { ((isRunning ? now : hour + .hours(1)) - onsetHour).seconds / 3600 }
    var isProvisional: Bool { historyHours < CostJudge.minHistory }
}

/// The rule of `cost_spike`.
struct CostJudge {
    let baseline: CostBaseline
    let settings: Settings
    let now: Instant

    /// With less than a day of history a spike is only a note.
    fileprivate static let minHistory = 24
    /// The running hour is judged from its tenth minute and fifth observation on.
    private static let minElapsed = Span.minutes(10)
    private static let minObservations = 5

    /// The worse of the running hour and the latest complete one; nil when neither is a spike.
    func worst() -> CostJudgement? {
        let running = baseline.series.running
        let complete = judge(running - .hours(1), isRunning: false)
        guard let current = judge(running, isRunning: true) else { return complete }
        guard let complete else { return current }
        return (complete.severity, complete.cost) > (current.severity, current.cost) ? complete : current
    }

    /// The running hour's rate so far, in US dollars an hour; nil in its first minutes.
    private var runningRate: Double? {
        let elapsed = now - baseline.series.running
        guard elapsed >= Self.minElapsed else { return nil }
        return baseline.series[baseline.series.running].cost * 3600 / elapsed.seconds
    }

    private func judge(_ hour: Instant, isRunning: Bool) -> CostJudgement? {
        let figures = baseline.series[hour]
        guard !figures.isRejected else { return nil }
        guard let cost = isRunning ? runningRate : figures.cost else { return nil }
        if isRunning, figures.observations < Self.minObservations { return nil }
        guard cost > settings.costFloor else { return nil }

        guard let (mean, run) = meanAndRun(upTo: hour), isAbove(cost, mean) else { return nil }
        // A job that spends its whole hour's cost in the first minutes is not a spike: half of the threshold must be spent.
        if isRunning, figures.cost < settings.costSpikeMultiplier / 2 * mean.perHour { return nil }

        let isSeasonal = settings.costBaseline == .seasonal
        var judgement = CostJudgement(
            hour: hour, cost: cost, spent: figures.cost, isRunning: isRunning, mean: mean,
            season: isSeasonal ? baseline.season(of: hour, without: run) : nil, run: run,
            historyHours: min(CostBaseline.window, baseline.series.history(before: hour)), severity: .info)
        let isHabit = isSeasonal && judgement.season == nil && baseline.isDailyHabit(cost, at: hour, without: run)
        if !judgement.isProvisional, !isHabit { judgement.severity = severity(of: judgement) }
        return judgement
    }

    /// The run grows backwards from the hour, and its hours leave the mean, until neither changes.
    private func meanAndRun(upTo hour: Instant) -> (CostBaseline.Mean, Set<Instant>)? {
        var run: Set<Instant> = []
        guard var mean = baseline.mean(before: hour, without: run) else { return nil }
        for _ in 0..<CostBaseline.window {
            let before = run.count
            var earlier = hour - .hours(Double(run.count + 1))
            while let first = baseline.series.first, earlier >= first, run.count < CostBaseline.window,
                isAbove(baseline.series[earlier].cost, mean)
            {
                run.insert(earlier)
                earlier = earlier - .hours(1)
            }
            guard run.count > before, let next = baseline.mean(before: hour, without: run) else { break }
            mean = next
        }
        return (mean, run)
    }

    private func isAbove(_ cost: Double, _ mean: CostBaseline.Mean) -> Bool {
        cost > settings.costFloor && cost > settings.costSpikeMultiplier * mean.perHour
    }

    /// Critical above 5 times the mean, or above the cost from which actions run without approval. If the same hour of day
    /// usually comes near it, one step less, or a note.
    private func severity(of judgement: CostJudgement) -> Severity {
        let isBig = (judgement.ratio ?? .infinity) > 5 || judgement.cost > settings.autoActCostPerHour
        guard let ratio = judgement.seasonalRatio, ratio < 2.5 else { return isBig ? .critical : .high }
        return ratio < 1.75 ? .info : isBig ? .high : .medium
    }
}
