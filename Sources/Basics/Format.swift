/// Numbers and times as text, written the same way in every pane, report, message and command.
package enum Format {
    /// `$41.20`: two decimals; an amount below one cent has two significant digits (`$0.0034`). Not a number: `$?`.
    package static func dollars(_ amount: Double) -> String {
        let sign = amount < 0 ? "-" : ""
        var (digits, bound) = (2, 0.01)
        while digits < 8, amount != 0, abs(amount) < bound {
            digits = digits == 2 ? 4 : digits + 1
            bound /= 10
        }
        return sign + "$" + decimal(abs(amount), digits: digits)
    }

    /// `×6.8`, from 100 on without decimals: `×240`. Not a number: `×?`.
    package static func times(_ ratio: Double) -> String {
        "×" + decimal(ratio, digits: ratio < 100 ? 1 : 0)
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

    /// `▁▂▅█`: a row of numbers as bars of eight heights. What is not a number has the lowest.
    package static func sparkline(_ values: [Double]) -> String {
        let marks = Array("▁▂▃▄▅▆▇█")
        guard let top = values.filter(\.isFinite).max(), top > 0 else {
            return String(repeating: "▁", count: values.count)
        }
        return String(values.map { $0.isFinite ? marks[min(7, max(0, Int(($0 / top * 7).rounded())))] : marks[0] })
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

    /// One unit, rounded down: `14 s`, `3 min`, `2 h`, `5 d`.
    package static func age(_ span: Span) -> String {
        let seconds = max(0, span.seconds)
        if seconds < 60 { return "\(Int(seconds)) s" }
        if seconds < 3600 { return "\(Int(seconds / 60)) min" }
        if seconds < 86_400 { return "\(Int(seconds / 3600)) h" }
        return "\(Int(seconds / 86_400)) d"
    }

    /// `3 min ago`.
    package static func ago(_ instant: Instant, _ now: Instant) -> String { "\(age(now - instant)) ago" }

    /// Time left, as a clock counts it down: `3:59:04`, `4:03`.
    package static func countdown(_ span: Span) -> String {
        let seconds = max(0, Int(span.seconds.rounded(.up)))
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        let rest = padded(seconds % 60, 2)
        return hours > 0 ? "\(hours):\(padded(minutes, 2)):\(rest)" : "\(minutes):\(rest)"
    }

    /// The UTC time of day, `03:12`; with the date where that is not today, `11-23 03:12`.
    package static func time(_ instant: Instant, _ now: Instant) -> String {
        let text = instant.iso8601Seconds
        if text.prefix(10) == now.iso8601Seconds.prefix(10) { return String(text.dropFirst(11).prefix(5)) }
        return String(text.dropFirst(5).prefix(11).map { $0 == "T" ? " " : $0 })
    }

    /// `amount` rounded to `digits` places, never in scientific notation. `?` if it is not a number or at least 1e12.
    package static func decimal(_ amount: Double, digits: Int) -> String {
        guard amount.isFinite, abs(amount) < 1e12 else { return "?" }
        let scale = (0..<digits).reduce(Int64(1)) { product, _ in product * 10 }
        guard abs(amount) * Double(scale) < 9e18 else { return decimal(amount, digits: max(0, digits - 1)) }
        let scaled = Int64((abs(amount) * Double(scale)).rounded())
        let sign = amount < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + String(scaled) }
        return "\(sign)\(scaled / scale).\(padded(scaled % scale, digits))"
    }

    /// With zeros in front, up to `width` digits.
    static func padded(_ number: some BinaryInteger, _ width: Int, radix: Int = 10) -> String {
        let digits = String(number, radix: radix)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
