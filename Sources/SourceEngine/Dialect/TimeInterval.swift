import Basics

/// `INTERVAL '1 day 2 hours'`: months, which have no fixed length, and milliseconds. Both are smaller than the whole calendar.
struct TimeInterval: Hashable, Sendable {
    var months = 0
    var milliseconds: Int64 = 0

    init?(_ text: String) {
        var number: Double?
        var hasAny = false
        for word in Self.words(of: text) {
            if let value = Double(word) {
                guard number == nil, abs(value) < Self.maximum else { return nil }
                number = value
                continue
            }
            guard let count = number, add(count, word) else { return nil }
            number = nil
            hasAny = true
        }
        if let seconds = number, !hasAny {
            milliseconds = Int64((seconds * 1000).rounded())
            hasAny = true
            number = nil
        }
        guard hasAny, number == nil, abs(milliseconds) < Int64(Self.maximum), abs(months) < Self.maximumMonths else {
            return nil
        }
    }

    /// More milliseconds, and more months, than the calendar has.
    private static let maximum = 1e15
    private static let maximumMonths = 120_000

    /// Parts numbers from units: `90min` as `90 min`.
    private static func words(of text: String) -> [String] {
        var words: [String] = []
        for character in text.lowercased() {
            let isNumeric = character.isNumber || "+-.".contains(character)
            if character.isWhitespace {
                words.append("")
            } else if let last = words.last, let end = last.last,
                (end.isNumber || "+-.".contains(end)) == isNumeric
            {
                words[words.count - 1].append(character)
            } else {
                words.append(String(character))
            }
        }
        return words.filter { !$0.isEmpty }
    }

    private mutating func add(_ count: Double, _ unit: String) -> Bool {
        // So few that their sum stays far from what a number holds, however many there are.
        guard abs(count) < 1e9, abs(milliseconds) < Int64(Self.maximum), abs(months) < Self.maximumMonths else {
            return false
        }
        let singular = unit.count > 1 && unit.hasSuffix("s") && unit != "ms" ? String(unit.dropLast()) : unit
        let factors: [String: Double] = [
            "millisecond": 1, "ms": 1, "second": 1000, "sec": 1000, "s": 1000, "minute": 60_000, "min": 60_000,
            "m": 60_000, "hour": 3_600_000, "hr": 3_600_000, "h": 3_600_000, "day": 86_400_000, "d": 86_400_000,
            "week": 604_800_000, "w": 604_800_000,
        ]
        let monthCounts: [String: Double] = ["month": 1, "mon": 1, "year": 12, "y": 12]
        if let factor = factors[singular] {
            milliseconds += Int64((count * factor).rounded())
        } else if let factor = monthCounts[singular] {
            months += Int(count * factor)
        } else {
            return false
        }
        return true
    }

    /// The moment this much later, or earlier when `sign` is -1; nil where the calendar ends before it. The day is cut to
    /// the month's length.
    func added(to instant: Instant, sign: Int64) -> Instant? {
        var moment = instant
        if months != 0 {
            var civil = moment.civil
            let total = civil.year * 12 + civil.month - 1 + Int(sign) * months
            civil.year = total >= 0 ? total / 12 : (total - 11) / 12
            civil.month = total - civil.year * 12 + 1
            let next = CivilTime(
                year: civil.month == 12 ? civil.year + 1 : civil.year, month: civil.month % 12 + 1, day: 1)
            let first = CivilTime(year: civil.year, month: civil.month, day: 1)
            civil.day = min(civil.day, Int((next.milliseconds - first.milliseconds) / 86_400_000))
            moment = Instant(milliseconds: civil.milliseconds)
        }
        moment = moment + .milliseconds(sign * milliseconds)
        return Instant.calendar.contains(moment) ? moment : nil
    }
}
