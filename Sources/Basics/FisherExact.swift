/// Fisher's exact test of a two-by-two table, one-sided: is the share of failures higher now than before?
///
/// With fixed margins, the failures among the current calls are hypergeometric: P(k) = C(K, k) C(N - K, n - k) / C(N, n)
/// (R. A. Fisher, Statistical Methods for Research Workers, § 21.02).
package enum FisherExact {
    /// The probability that chance alone puts at least `hits` of all failures among the current `calls`. 1 without calls on
    /// either side. Counts are clamped to the possible range.
    package static func p(_ hits: Int, of calls: Int, against pastHits: Int, of pastCalls: Int) -> Double {
        guard calls > 0, pastCalls > 0 else { return 1 }
        let (now, past) = (Double(calls), Double(pastCalls))
        let failures = Double(min(max(0, hits), calls) + min(max(0, pastHits), pastCalls))
        let lowest = max(0, failures - past)
        let highest = min(failures, now)
        let mode = ((now + 1) * (failures + 1) / (now + past + 2)).rounded(.down)
        return UpperTail.p(
            atLeast: Double(min(max(0, hits), calls)), in: lowest...highest, mode: min(max(lowest, mode), highest)
        ) { count in
            (failures - count) * (now - count) / ((count + 1) * (past - failures + count + 1))
        }
    }
}

/// The exact comparison of two Poisson counts: given their sum, the later one is binomial (J. Przyborowski and
/// H. Wilenski, Biometrika 31, 1940).
package enum PoissonRates {
    /// The probability of at least `count` events in `length` by chance, given the sum of both periods and equal rates.
    /// Lengths are positive and have the same unit.
    package static func p(_ count: Double, in length: Double, against past: Double, in pastLength: Double) -> Double {
        let total = (count + past).rounded()
        guard count > 0, length > 0, pastLength > 0 else { return 1 }
        let odds = length / pastLength
        let mode = min(((total + 1) * odds / (1 + odds)).rounded(.down), total)
        return UpperTail.p(atLeast: count.rounded(), in: 0...total, mode: mode) { (total - $0) / ($0 + 1) * odds }
    }
}

/// The upper tail of a distribution with one peak, computed from the ratios of neighbouring terms. No factorial is computed, so
/// counts may be of any size.
private enum UpperTail {
    /// A term below this fraction of the peak does not change a sum of doubles.
    private static let negligible = 1e-20

    /// - Parameter ratio: P(k + 1) / P(k).
    static func p(
        atLeast observed: Double, in support: ClosedRange<Double>, mode: Double, ratio: (Double) -> Double
    ) -> Double {
        var (whole, tail) = (0.0, 0.0)
        func add(_ weight: Double, at count: Double) {
            whole += weight
            if count >= observed { tail += weight }
        }
        var (count, weight) = (mode, 1.0)
        while count <= support.upperBound, weight > negligible {
            add(weight, at: count)
            weight *= ratio(count)
            count += 1
        }
        (count, weight) = (mode - 1, 1.0)
        while count >= support.lowerBound {
            weight /= ratio(count)
            guard weight > negligible else { break }
            add(weight, at: count)
            count -= 1
        }
        return min(1, tail / whole)
    }
}
