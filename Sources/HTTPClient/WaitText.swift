package import Basics

/// The ways in which providers write how long to wait, or until when.
package enum WaitText {
    /// The wait that a header's value asks for, seen at `now`; never negative.
    ///
    /// A number below a thousand million is seconds, a larger one an epoch in seconds, a still larger one in
    /// milliseconds. Else a Go duration (`2m59.56s`), an HTTP date, a JavaScript date or ISO 8601.
    package static func span(_ text: String, at now: Instant) -> Span? {
        let text = text.split(separator: " ").joined(separator: " ")
        if let number = Double(text), number.isFinite {
            if number < 1e9 { return .seconds(max(0, number)) }
            guard number < 1e15 else { return nil }
            return until(Instant(seconds: number < 1e11 ? number : number / 1000), at: now)
        }
        if let duration = goDuration(text) { return duration }
        return (date(text) ?? Instant(iso8601: text)).map { until($0, at: now) }
    }

    private static func until(_ moment: Instant, at now: Instant) -> Span {
        max(.milliseconds(0), moment - now)
    }

    /// `2m59.56s`, `10.33s`, `26ms`.
    private static func goDuration(_ text: String) -> Span? {
        var seconds = 0.0
        var rest = text[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest = rest[number.endIndex...]
            let unit = rest.prefix { !($0.isASCII && $0.isNumber || $0 == ".") }
            rest = rest[unit.endIndex...]
            let scale: Double? =
                switch unit {
                case "h": 3600
                case "m": 60
                case "s": 1
                case "ms": 1e-3
                case "us", "µs", "μs": 1e-6
                case "ns": 1e-9
                default: nil
                }
            guard let count = Double(number), let scale else { return nil }
            seconds += count * scale
        }
        return .seconds(seconds)
    }

    /// `Wed, 21 Oct 2015 07:28:00 GMT` of HTTP, and `Mon Nov 23 2026 16:30:07 GMT+0000 (…)` of JavaScript.
    package static func date(_ text: String) -> Instant? {
        let words = text.split { $0 == " " || $0 == "," }
        guard words.count >= 6, let year = Int(words[3]), words[3].count == 4,
            let clock = clock(words[4]), let offset = offset(words[5])
        else { return nil }
        let isHTTP = Int(words[1]) != nil
        let (dayWord, monthWord) = isHTTP ? (words[1], words[2]) : (words[2], words[1])
        guard let day = Int(dayWord), (1...31).contains(day), let month = months.firstIndex(of: monthWord.lowercased())
        else { return nil }
        var moment = CivilTime(year: year, month: month + 1, day: day)
        (moment.hour, moment.minute, moment.second) = clock
        return Instant(milliseconds: moment.milliseconds) - offset
    }

    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    private static func clock(_ word: Substring) -> (Int, Int, Int)? {
        let parts = word.split(separator: ":").compactMap { Int($0) }
        guard parts.count == 3, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]), (0...60).contains(parts[2])
        else { return nil }
        return (parts[0], parts[1], parts[2])
    }

    private static func offset(_ word: Substring) -> Span? {
        guard word.hasPrefix("GMT") || word.hasPrefix("UTC") else { return nil }
        let digits = word.dropFirst(3)
        guard let sign = digits.first else { return .milliseconds(0) }
        guard digits.count == 5, sign == "+" || sign == "-", let number = Int(digits.dropFirst()) else { return nil }
        let minutes = number / 100 * 60 + number % 100
        return .minutes(Double(sign == "-" ? -minutes : minutes))
    }
}
