import Basics
import OnCallModel

/// Phrases of several classes' sentences.
enum Phrase {
    /// `p < 1e-9`, the power of ten that it is below; `p = 0.004` from a thousandth on.
    static func probability(_ p: Double) -> String {
        guard p < 0.001 else { return "p = \(Format.decimal(p, digits: 3))" }
        var (exponent, bound) = (3, 0.001)
        while exponent < 99, p < bound / 10 { (exponent, bound) = (exponent + 1, bound / 10) }
        return "p < 1e-\(exponent)"
    }

    /// `03:12`, in UTC.
    static func clock(_ instant: Instant) -> String { Format.time(instant, instant) }

    /// `14 traces`.
    static func traces(_ count: Int) -> String { "\(count) trace\(count == 1 ? "" : "s")" }
}

extension Dictionary where Key: Comparable, Value: Comparable {
    /// The key of the greatest value; of equal ones the first.
    var top: Key? { self.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key }
}

extension Sequence<String> {
    /// How often each text that is not empty comes.
    var counts: [String: Int] { filter { !$0.isEmpty }.reduce(into: [:]) { $0[$1, default: 0] += 1 } }

    /// The first of them in order, without empty ones.
    func first(_ count: Int) -> Set<String> { Set(Set(self).subtracting([""]).sorted().prefix(count)) }
}

extension [Finding] {
    var worstFirst: [Finding] {
        sorted { ($0.severity, $0.costPerHour, $1.subject) > ($1.severity, $1.costPerHour, $0.subject) }
    }
}

extension Instant {
    /// Before everything.
    static let distantPast = Instant(milliseconds: 0)
}
