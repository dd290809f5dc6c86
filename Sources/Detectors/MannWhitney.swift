import Basics

/// The rank-sum test of H. B. Mann and D. R. Whitney (Annals of Mathematical Statistics 18, 1947): are the later values lower?
/// Normal approximation with the correction for ties and for continuity.
enum MannWhitney {
    /// Values and how often each came.
    typealias Counts = [Double: Int]

    /// The probability that chance alone puts the later values this low. 1 without values on either side.
    static func p(lower later: Counts, than earlier: Counts) -> Double {
        let (n, m) = (Double(later.values.reduce(0, +)), Double(earlier.values.reduce(0, +)))
        guard n > 0, m > 0 else { return 1 }
        let total = n + m
        var (rankSum, below, ties) = (0.0, 0.0, 0.0)
        for value in Set(later.keys).union(earlier.keys).sorted() {
            let (own, other) = (Double(later[value] ?? 0), Double(earlier[value] ?? 0))
            let count = own + other
            rankSum += own * (below + (count + 1) / 2)
            ties += count * count * count - count
            below += count
        }
        let u = rankSum - n * (n + 1) / 2
        let variance = n * m / 12 * (total + 1 - ties / (total * max(1, total - 1)))
        guard variance > 0 else { return 1 }
        return NormalTail.above((n * m / 2 - u - 0.5) / variance.squareRoot())
    }
}
