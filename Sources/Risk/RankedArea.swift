/// The area under the ROC curve: how often a change that a fix followed has a higher score than one that none followed.
///
/// With its standard error and the difference of two scores of the same changes by DeLong, DeLong and Clarke-Pearson,
/// "Comparing the areas under two or more correlated receiver operating characteristic curves", Biometrics 44, 1988.
package struct RankedArea: Hashable, Sendable {
    package let area: Double
    package let error: Double
    private let hits: [Double]
    private let misses: [Double]

    /// Nil if all changes have the same label.
    package init?(_ scores: [Double], isHit: [Bool]) {
        let pairs = zip(scores, isHit)
        let (high, low) = (pairs.filter(\.1).map(\.0), pairs.filter { !$0.1 }.map(\.0))
        guard high.count > 1, low.count > 1 else { return nil }
        let (sortedHigh, sortedLow) = (high.sorted(), low.sorted())
        hits = high.map { Self.share(of: sortedLow, below: $0) }
        misses = low.map { 1 - Self.share(of: sortedHigh, below: $0) }
        area = hits.reduce(0, +) / Double(hits.count)
        error =
            (Self.covariance(hits, hits) / Double(hits.count) + Self.covariance(misses, misses) / Double(misses.count))
            .squareRoot()
    }

    /// At 95 %.
    package var interval: ClosedRange<Double> {
        max(0, area - 1.959964 * error)...min(1, area + 1.959964 * error)
    }

    /// How much larger this area is than that of another score of the same changes, at 95 %.
    package func gain(over other: RankedArea) -> (gain: Double, interval: ClosedRange<Double>) {
        let gain = area - other.area
        let shared =
            Self.covariance(hits, other.hits) / Double(hits.count)
            + Self.covariance(misses, other.misses) / Double(misses.count)
        let spread = 1.959964 * max(0, error * error + other.error * other.error - 2 * shared).squareRoot()
        return (gain, (gain - spread)...(gain + spread))
    }

    /// The share of `sorted` below a value, half of those equal to it included.
    private static func share(of sorted: [Double], below value: Double) -> Double {
        let (first, end) = (place(in: sorted) { $0 < value }, place(in: sorted) { $0 <= value })
        return Double(first + end) / 2 / Double(sorted.count)
    }

    /// How many of the first values fulfil a condition that the others do not.
    private static func place(in sorted: [Double], where isBefore: (Double) -> Bool) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(sorted[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func covariance(_ left: [Double], _ right: [Double]) -> Double {
        let (leftMean, rightMean) = (left.reduce(0, +) / Double(left.count), right.reduce(0, +) / Double(right.count))
        return zip(left, right).reduce(0) { $0 + ($1.0 - leftMean) * ($1.1 - rightMean) } / Double(left.count - 1)
    }
}
