/// Figures as sentences show them. The same number reads the same in a finding, a report and a decision.
package enum Figures {
    /// `$41.20`; below ten cents with two significant digits: `$0.0034`. What is no number is `$?`.
    package static func dollars(_ amount: Double) -> String {
        let sign = amount < 0 ? "-" : ""
        var (digits, least) = (2, 0.1)
        while digits < 8, amount != 0, abs(amount) < least { (digits, least) = (digits + 1, least / 10) }
        return sign + "$" + decimal(abs(amount), digits: digits)
    }

    /// `×6.8`, from 100 on without a fraction: `×240`. What is no number is `×?`.
    package static func times(_ ratio: Double) -> String {
        return "×" + decimal(ratio, digits: ratio < 100 ? 1 : 0)
    }

    /// `84 %`.
    package static func percent(_ share: Double) -> String {
        guard share.isFinite, abs(share) < 1e9 else { return "? %" }
        return "\(Int((share * 100).rounded())) %"
    }

    /// `83 499`: groups of three, from a thousand on.
    package static func grouped(_ number: Int) -> String {
        let digits = String(abs(number))
        let head = (digits.count - 1) % 3 + 1
        var groups = [String(digits.prefix(head))]
        var rest = digits.dropFirst(head)
        while !rest.isEmpty {
            groups.append(String(rest.prefix(3)))
            rest = rest.dropFirst(3)
        }
        return (number < 0 ? "-" : "") + groups.joined(separator: " ")
    }

    /// `40 s`, `3 min 20 s`, `2 h 5 min`.
    package static func duration(_ span: Span) -> String {
        let seconds = Int(span.seconds.rounded())
        switch seconds {
        case ..<60: return "\(max(0, seconds)) s"
        case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
        default: return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
        }
    }

    /// `amount` rounded to `digits` places, never in scientific notation; `?` for what is no number or 1e12 and more.
    package static func decimal(_ amount: Double, digits: Int) -> String {
        guard amount.isFinite, abs(amount) < 1e12 else { return "?" }
        let scale = (0..<digits).reduce(Int64(1)) { product, _ in product * 10 }
        guard abs(amount) * Double(scale) < 9e18 else { return decimal(amount, digits: max(0, digits - 1)) }
        let scaled = Int64((abs(amount) * Double(scale)).rounded())
        let sign = amount < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + String(scaled) }
        let fraction = String(scaled % scale)
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
    }
}
