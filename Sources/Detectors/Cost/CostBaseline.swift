import Basics
import OnCallModel

/// What an hour's cost is compared with: the rolling 7-day mean, and the cost of the same hour of day.
struct CostBaseline {
    let series: CostSeries
    /// Hours of labelled incidents, which are skipped.
    let incidentHours: Set<Instant>

    static let window = 168

    struct Mean: Hashable {
        var perHour: Double
        /// The hours that the mean is over.
        var hours: [Instant]
    }

    /// The mean over the complete hours of the 7 days before `hour`, without incident hours and without `run`.
    ///
    /// If this skips more than half of the window, the former incident is the new level: all hours count. So the second day
    /// of a spike still alarms, and the fifth day of a new level does not.
    func mean(before hour: Instant, without run: Set<Instant>) -> Mean? {
        let count = min(Self.window, series.history(before: hour))
        let all = (1...max(1, count)).map { hour - .hours(Double($0)) }
        guard count > 0 else { return nil }
        let usable = all.filter { !series[$0].isRejected }
        let calm = usable.filter { !incidentHours.contains($0) && !run.contains($0) }
        let hours = calm.count * 2 >= count ? calm : usable
        guard !hours.isEmpty else { return nil }
        return Mean(perHour: hours.reduce(0) { $0 + series[$1].cost } / Double(hours.count), hours: hours)
    }

    /// The cost of the same hour of day, plus or minus one hour, on earlier days.
    struct Season: Hashable {
        var p95: Double
        var highest: Double
        var days: Int
    }

    private static let seasonalDays = 14
    private static let maxSeasonalDays = 28

    /// Nil with less than 14 days of history.
    func season(of hour: Instant, without run: Set<Instant>) -> Season? {
        let days = min(Self.maxSeasonalDays, series.history(before: hour) / 24)
        guard days >= Self.seasonalDays else { return nil }
        let all = (1...days).flatMap { neighbours(of: hour, daysBack: $0) }
        let calm = all.filter { !incidentHours.contains($0) && !run.contains($0) }
        let hours = calm.count * 3 >= all.count * 2 ? calm : all.filter { !run.contains($0) }
        let costs = hours.map { series[$0].cost }.sorted()
        guard let highest = costs.last else { return nil }
        let rank = Int((0.95 * Double(costs.count)).rounded(.up))
        return Season(p95: costs[max(0, rank - 1)], highest: highest, days: days)
    }

    /// Whether each of the last three days had at least four fifths of `cost` at this hour of day: a nightly batch that is
    /// too new for a season.
    func isDailyHabit(_ cost: Double, at hour: Instant, without run: Set<Instant>) -> Bool {
        guard series.history(before: hour) >= 3 * 24 else { return false }
        return (1...3).allSatisfy { day in
            neighbours(of: hour, daysBack: day).contains { neighbour in
                !run.contains(neighbour) && !incidentHours.contains(neighbour)
                    && series[neighbour].cost >= 0.8 * cost
            }
        }
    }

    private func neighbours(of hour: Instant, daysBack: Int) -> [Instant] {
        [-1.0, 0, 1].map { hour - .days(Double(daysBack)) + .hours($0) }
            .filter { $0 >= series.first ?? $0 && $0 < hour && !series[$0].isRejected }
    }
}
