import Basics
import OnCallModel

/// The hourly cost of a project as a gapless series in UTC: an hour without traffic counts 0 from the first hour with data
/// on.
struct CostSeries {
    struct Hour: Hashable {
        var cost = 0.0
        var observations = 0
        var generations = 0
        /// The stored cost is NaN, infinite or negative; the hour is in no baseline.
        var isRejected = false
    }

    /// The first hour with data; nil when there is none.
    let first: Instant?
    /// The hour that is running.
    let running: Instant
    private let known: [Instant: Hour]
    /// What was left out, one sentence each.
    let skipped: [String]

    init(_ rows: RowSet, now: Instant) {
        var known: [Instant: Hour] = [:]
        var (rejected, rejectedCosts) = (0, 0)
        for row in rows.records {
            guard let hour = row["hour"].instant?.startOfHour else {
                rejected += 1
                continue
            }
            var figures = Hour(
                observations: max(0, row["observations"].integer ?? 0),
                generations: max(0, row["generations"].integer ?? 0))
            rejectedCosts += max(0, row["rejected_costs"].integer ?? 0)
            let cost = row["cost"].real ?? 0
            if cost.isFinite, cost >= 0 {
                figures.cost = cost
            } else {
                figures.isRejected = true
                rejected += 1
            }
            known[hour] = figures
        }
        self.known = known
        skipped = [
            (rejected, "hours: invalid cost (not a number, or negative); they are not in the baseline."),
            (rejectedCosts, "observations: invalid cost (not a number, or negative)."),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        running = now.startOfHour
        first = known.filter { $0.value.observations > 0 || $0.value.cost > 0 }.keys.min()
    }

    subscript(hour: Instant) -> Hour { known[hour] ?? Hour() }

    /// The complete hours known before `hour`.
    func history(before hour: Instant) -> Int {
        guard let first, first < hour else { return 0 }
        return Int((hour - first).milliseconds / Span.hours(1).milliseconds)
    }

    var lastWithTraffic: Instant? { known.filter { $0.value.observations > 0 }.keys.max() }

    /// Every hour from the first with data to the running one, oldest first.
    var facts: [HourFact] {
        guard let first, first <= running else { return [] }
        return (0...history(before: running)).map { index in
            let hour = first + .hours(Double(index))
            return HourFact(hour: hour, cost: self[hour].cost, generations: self[hour].generations)
        }
    }
}
