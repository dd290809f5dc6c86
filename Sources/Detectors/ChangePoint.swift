/// Where a series changes its level.
enum ChangePoint {
    /// The position in `range` at which to cut the series so that two constant levels fit it best (least squares): the start
    /// of the second level. Nil if no cut fits better than one level.
    ///
    /// - Parameter accepts: whether a change by this much, second level minus first, counts.
    static func cut(
        of series: [(value: Double, weight: Double)], in range: ClosedRange<Int>? = nil,
        where accepts: (Double) -> Bool = { _ in true }
    ) -> Int? {
        let (sum, weight) = series.reduce((0, 0)) { ($0.0 + $1.value * $1.weight, $0.1 + $1.weight) }
        var (left, leftWeight): (Double, Double) = (0, 0)
        var best: (cut: Int, gain: Double)?
        for (cut, point) in series.enumerated() {
            if leftWeight > 0, range?.contains(cut) ?? true {
                let rest = weight - leftWeight
                let change = (sum - left) / rest - left / leftWeight
                // What the cut takes off the squared error, up to a constant factor.
                let gain = leftWeight * rest * change * change
                if accepts(change), gain > best?.gain ?? 0 { best = (cut, gain) }
            }
            (left, leftWeight) = (left + point.value * point.weight, leftWeight + point.weight)
        }
        return best?.cut
    }

    static func cut(of series: [Bool], in range: ClosedRange<Int>? = nil) -> Int? {
        cut(of: series.map { ($0 ? 1 : 0, 1) }, in: range)
    }
}
