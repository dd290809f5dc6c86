package import Basics

/// The provider's own hourly costs, which stand in for hours whose rows are not read yet.
///
/// They count the usage that wrapping spans repeat, so they are scaled by what the rows of the latest hours cost.
package struct CostSums: Hashable, Sendable {
    package struct Hour: Hashable, Sendable {
        package var hour: Instant
        /// US dollars.
        package var cost: Double
        package var observations: Int

        package init(hour: Instant, cost: Double, observations: Int) {
            (self.hour, self.cost, self.observations) = (hour, cost, observations)
        }
    }

    /// Before this many complete hours, sums are used.
    static let rowHours = 25
    /// A smaller difference is one of rounding, and of rows that came since.
    private static let tolerance = 0.02

    let hours: [Hour]

    package init(_ hours: [Hour]) {
        self.hours = hours
    }

    /// What the rows of the same hours cost, divided by the sums; 1 where both agree.
    func scale(rows: [Instant: CostSeries.Hour], running: Instant) -> Double {
        let both = hours.filter { $0.hour < running && rows[$0.hour] != nil }
        let (ours, theirs) = (both.reduce(0) { $0 + (rows[$1.hour]?.cost ?? 0) }, both.reduce(0) { $0 + $1.cost })
        guard ours > 0, theirs > 0, ours < theirs * (1 - Self.tolerance) else { return 1 }
        return ours / theirs
    }
}
