package import Basics
import SourceFetch

extension SourceEngine {
    /// The provider's own sums of each hour of `[from, to)`, in one call. Nil where all rows since then are stored, where the provider
    /// has no sums, or where the calls of the day are used up.
    ///
    /// They count the usage that wrapping spans repeat.
    package func hourlyTotals(of name: QualifiedName, from: Instant, to: Instant) async -> [HourlyTotal]? {
        await load([name])
        guard let sums = configuration.hourlySums, kind == .embedded, let file = files[name.schema],
            catalog.unconfigured[name.schema] == nil, let status = statuses[name],
            !status.state.coverage.isComplete(from: from)
        else { return nil }
        let day = configuration.clock.now()
        guard (try? await file.takeHourlyCall(of: name, at: day, maximum: HourlyHistory.callsPerDay)) == true,
            let found = try? await sums.totals(from: from, to: to), !found.isEmpty
        else { return nil }
        return found.map { HourlyTotal(hour: $0.hour, cost: $0.cost, observations: $0.observations) }
    }
}

/// One hour of all observations, by the provider.
package struct HourlyTotal: Hashable, Sendable {
    package var hour: Instant
    /// US dollars.
    package var cost: Double
    package var observations: Int
}
