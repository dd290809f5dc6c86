/// The confidence interval of a proportion: Wilson's interval (E. B. Wilson, "Probable inference, the law of succession, and statistical
/// inference", JASA 22, 1927).
package enum WilsonInterval {
    /// At 95 %; nil if the count is 0.
    package static func of(_ hits: Int, of count: Int) -> ClosedRange<Double>? {
        guard count > 0 else { return nil }
        let (n, z) = (Double(count), 1.959964)
        let share = Double(hits) / n
        let middle = share + z * z / (2 * n)
        let spread = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 + z * z / n
        return max(0, (middle - spread) / scale)...min(1, (middle + spread) / scale)
    }
}
