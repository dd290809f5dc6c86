package import Basics
package import OnCallModel

/// What a project will cost, from the costs of its complete hours. Method: docs/decisions/0033.
package struct CostForecast: Sendable {
    /// US dollars.
    package struct Estimate: Hashable, Sendable {
        package var expected: Double
        package var low: Double
        package var high: Double

        package init(expected: Double, low: Double, high: Double) {
            (self.expected, self.low, self.high) = (expected, low, high)
        }

        package var json: JSONValue {
            ["expected": .number(expected), "low": .number(low), "high": .number(high)]
        }
    }

    /// Costs by the hour; an hour without a row cost nothing.
    private let hours: [Instant: Double]
    private let first: Instant
    /// The latest complete hour.
    private let last: Instant

    /// Nil without an hour.
    package init?(_ facts: [HourFact]) {
        guard let first = facts.map(\.hour).min(), let last = facts.map(\.hour).max() else { return nil }
        hours = Dictionary(facts.map { ($0.hour, $0.cost) }, uniquingKeysWith: { $1 })
        (self.first, self.last) = (first, last)
    }

    private var historyHours: Int { Int((last - first).milliseconds / Span.hours(1).milliseconds) + 1 }

    // MARK: the next hours

    /// The cost of the six hours after the latest complete one: the usual cost of each hour of day over the last week, times
    /// how the latest hour compares with its own. With less than a week of history, the latest hour six times.
    package var nextSixHours: Double {
        let latest = hours[last] ?? 0
        guard historyHours > 7 * 24, let usual = usual(last) else { return latest * 6 }
        let mean = (1...168).reduce(0.0) { $0 + (hours[last - .hours(Double($1))] ?? 0) } / 168
        // An hour that usually costs next to nothing says nothing about the level of the others.
        let level = latest / max(usual, mean / 4, 1e-9)
        return (1...6).reduce(0.0) { sum, ahead in
            sum + (self.usual(last + .hours(Double(ahead))) ?? latest) * level
        }
    }

    /// The mean of the same hour of day on the seven days up to the latest complete hour, without that hour itself.
    private func usual(_ hour: Instant) -> Double? {
        let same = (1...8).map { hour - .hours(24 * Double($0)) }.filter { $0 < last && $0 >= first }.prefix(7)
        return same.isEmpty ? nil : same.reduce(0) { $0 + (hours[$1] ?? 0) } / Double(same.count)
    }

    // MARK: the month

    package enum Month: Hashable, Sendable {
        /// Less than a week of complete days.
        case learning(spent: Double, days: Int)
        case projected(spent: Double, Estimate, days: Int)
    }

    /// The spend of the month that is running at `now`: what is spent, and the rest by the weekday.
    ///
    /// The interval is what nine tenths of the same forecasts over the known past would have needed; with few of them it is
    /// as wide as the worst of them, and never narrower than a tenth of the rest.
    package func month(at now: Instant, in calendar: LocalCalendar) -> Month {
        let today = calendar.day(of: now)
        let daily = self.daily(in: calendar)
        let month = calendar.month(ofDay: today)
        let spent = daily.reduce(0) { month.contains($1.key) ? $0 + $1.value : $0 }
        let complete = daily.filter { $0.key < today && $0.key > calendar.day(of: first) }
        guard complete.count >= 7 else { return .learning(spent: spent, days: complete.count) }
        let ahead = Array(today..<month.upperBound)
        let rest = max(0, forecast(of: ahead, from: complete, before: today) - (daily[today] ?? 0))
        let errors = backtest(complete, length: ahead.count, before: today)
        let (low, high) = Self.interval(errors)
        let estimate = Estimate(expected: spent + rest, low: spent + rest * low, high: spent + rest * high)
        return .projected(spent: spent, estimate, days: complete.count)
    }

    /// The cost of each local day; a day without costs is 0.
    private func daily(in calendar: LocalCalendar) -> [Int64: Double] {
        var daily: [Int64: Double] = [:]
        for day in calendar.day(of: first)...calendar.day(of: last) { daily[day] = 0 }
        for (hour, cost) in hours where cost.isFinite { daily[calendar.day(of: hour), default: 0] += cost }
        return daily
    }

    /// A day costs the mean of its latest four weekdays, where two are known; else the mean of the last seven days.
    private func forecast(of days: [Int64], from daily: [Int64: Double], before origin: Int64) -> Double {
        let recent = (1...7).compactMap { daily[origin - $0] }
        let mean = recent.isEmpty ? 0 : recent.reduce(0, +) / Double(recent.count)
        return days.reduce(0) { sum, day in
            var back = day - 7
            while back >= origin { back -= 7 }
            let same = (0..<4).compactMap { daily[back - $0 * 7] }
            return sum + (same.count >= 2 ? same.reduce(0, +) / Double(same.count) : mean)
        }
    }

    /// What each earlier stretch cost, divided by its forecast.
    private func backtest(_ daily: [Int64: Double], length: Int, before today: Int64) -> [Double] {
        guard let first = daily.keys.min() else { return [] }
        let length = Int64(min(length, max(1, daily.count / 2)))
        return stride(from: first + 7, through: today - length, by: 1).compactMap { origin in
            let days = Array(origin..<origin + length)
            let expected = forecast(of: days, from: daily.filter { $0.key < origin }, before: origin)
            let actual = days.reduce(0) { $0 + (daily[$1] ?? 0) }
            return expected > 0 ? actual / expected : nil
        }
    }

    private static func interval(_ errors: [Double]) -> (low: Double, high: Double) {
        guard errors.count >= 3 else { return (0.3, 3) }
        let sorted = errors.sorted()
        let cut = errors.count >= 20 ? Int((Double(errors.count) * 0.05).rounded(.down)) : 0
        let (low, high) = (sorted[cut], sorted[sorted.count - 1 - cut])
        // Few forecasts have not seen the worst yet.
        let slack = errors.count >= 20 ? 0.1 : 0.3
        return (max(0, min(low, 1) - slack), max(high, 1) + slack)
    }
}
