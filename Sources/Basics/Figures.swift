/// Figures as sentences show them. The same number reads the same in a finding, a report and a decision.
package enum Figures {
    /// `$41.20`; below a cent two significant digits: `$0.0034`. What is no number is `$?`.
    package static func dollars(_ amount: Double) -> String {
        guard amount.isFinite, abs(amount) < 1e12 else { return "$?" }
        let sign = amount < 0 ? "-" : ""
        var digits = 2
        while digits < 8, amount != 0, abs(amount) < pow10(1 - digits) { digits += 1 }
        return sign + "$" + decimal(abs(amount), digits: digits)
    }

    /// `×6.8`, from 100 on without a fraction: `×240`. What is no number is `×?`.
    package static func times(_ ratio: Double) -> String {
        guard ratio.isFinite, abs(ratio) < 1e12 else { return "×?" }
        return "×" + decimal(ratio, digits: ratio < 100 ? 1 : 0)
    }

    /// `84 %`.
    package static func percent(_ share: Double) -> String {
        guard share.isFinite, abs(share) < 1e9 else { return "? %" }
        return "\(Int((share * 100).rounded())) %"
    }

    /// `amount` rounded to `digits` places, never in scientific notation. Below 1e12 in size.
    package static func decimal(_ amount: Double, digits: Int) -> String {
        let scale = (0..<digits).reduce(Int64(1)) { product, _ in product * 10 }
        guard abs(amount) * Double(scale) < 9e18 else { return decimal(amount, digits: max(0, digits - 1)) }
        let scaled = Int64((abs(amount) * Double(scale)).rounded())
        let sign = amount < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + String(scaled) }
        let fraction = String(scaled % scale)
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
    }

    private static func pow10(_ exponent: Int) -> Double {
        exponent < 0 ? (exponent..<0).reduce(1) { value, _ in value / 10 } : (0..<exponent).reduce(1) { v, _ in v * 10 }
    }
}
