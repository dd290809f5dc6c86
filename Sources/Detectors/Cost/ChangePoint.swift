import Basics

/// The minute in which a cost rose.
enum ChangePoint {
    /// `rows`: minute (a time) and cost, minutes without cost left out. Nil when the cost never rises.
    ///
    /// The series is cut where two constant levels fit it best (least squares); the onset is the first minute with cost
    /// at or after the cut.
    static func onset(in rows: RowSet, noEarlierThan start: Instant) -> Instant? {
        let costs = rows.records.compactMap { row -> (index: Int, cost: Double)? in
            guard let minute = row["minute"].instant,
                let cost = row["cost"].real, cost.isFinite, cost > 0, minute >= start, minute < start + .hours(24)
            else { return nil }
            return (Int((minute - start).milliseconds / 60_000), cost)
        }
        guard let last = costs.map(\.index).max() else { return nil }
        var minutes = Array(repeating: 0.0, count: last + 1)
        for (index, cost) in costs { minutes[index] += cost }
        guard let cut = bestCut(minutes), let first = minutes[cut...].firstIndex(where: { $0 > 0 }) else {
            return nil
        }
        return start + .minutes(Double(first))
    }

    /// The start of the upper level; 0 when the whole series is one level.
    private static func bestCut(_ series: [Double]) -> Int? {
        let total = series.reduce(0, +)
        var (best, bestGain, left) = (0, 0.0, 0.0)
        for cut in 1..<max(1, series.count) {
            left += series[cut - 1]
            let (before, after) = (left / Double(cut), (total - left) / Double(series.count - cut))
            // What a cut takes off the squared error, up to a constant factor.
            let gain = Double(cut) * Double(series.count - cut) * (after - before) * (after - before)
            if after > before, gain > bestGain { (best, bestGain) = (cut, gain) }
        }
        return series.isEmpty ? nil : best
    }
}
