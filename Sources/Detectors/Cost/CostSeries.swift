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
    /// The current hour.
    let running: Instant
    private let known: [Instant: Hour]
    /// What the provider's sums are multiplied by; nil if every hour comes from rows.
    let sumScale: Double?
    /// What was skipped, one sentence each.
    let skipped: [String]

    init(_ rows: RowSet, _ sums: CostSums? = nil, now: Instant) {
        var known: [Instant: Hour] = [:]
        var (rejected, rejectedCosts) = (0, 0)
        for row in rows.records {
            guard let hour = row["hour"].instant?.startOfHour else {
                rejected += 1
                continue
            }
            let cost = row["cost"].isNull ? 0 : row.amount("cost")
            if cost == nil { rejected += 1 }
            rejectedCosts += row.count("rejected_costs")
            known[hour] = Hour(
                cost: cost ?? 0, observations: row.count("observations"), generations: row.count("generations"),
                isRejected: cost == nil)
        }
        let start = now.startOfHour - .hours(Double(CostSums.rowHours))
        let scale = sums?.scale(rows: known, running: now.startOfHour)
        for sum in sums?.hours ?? [] where sum.hour < start && sum.cost.isFinite && sum.cost >= 0 {
            known[sum.hour.startOfHour] = Hour(cost: sum.cost * (scale ?? 1), observations: sum.observations)
        }
        self.known = known
        sumScale = scale
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
