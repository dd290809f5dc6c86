package import Basics

/// Why a duration cannot be read, with the accepted forms.
package struct InvalidDuration: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String

    init(_ description: String) { self.description = description }
}

/// Reads how long a snooze or a silence lasts, as people type it: `2h`, `1h30m`, `until 09:00`, `2026-11-24T09:00Z`.
/// Times are in UTC.
package enum MuteDuration {
    package static let longest = Span.days(30)
    private static let forms = "Use 30m, 4h, 2d, until 09:00 (UTC) or 2026-11-24T09:00Z."

    /// The end of what starts at `start`.
    package static func end(_ text: String, from start: Instant) throws(InvalidDuration) -> Instant {
        let plain = unprefixed(words(text))
        guard !plain.isEmpty else { throw InvalidDuration("Missing duration. \(forms)") }
        let end: Instant
        if let span = try span(plain) { end = start + span } else { end = try moment(plain, after: start) }
        guard end > start else {
            throw InvalidDuration("\(end.iso8601Seconds) is not after the start, \(start.iso8601Seconds).")
        }
        guard end - start <= longest else {
            throw InvalidDuration("\"\(shown(plain))\" is longer than the maximum of 30 days.")
        }
        return end
    }

    /// When something starts: `now`, a duration from now, a time of day or a future date.
    package static func start(_ text: String, now: Instant) throws(InvalidDuration) -> Instant {
        let plain = words(text)
        if plain.isEmpty || plain == "now" { return now }
        let start: Instant
        if let span = try span(plain) { start = now + span } else { start = try moment(plain, after: now) }
        guard start >= now - .minutes(1) else {
            throw InvalidDuration("\(start.iso8601Seconds) is in the past. Omit --from to start now.")
        }
        return max(start, now)
    }

    /// Splits `4h while we migrate` into its time and the rest.
    package static func split(_ text: String) -> (time: String, rest: String) {
        let parts = text.split(whereSeparator: \.isWhitespace)
        let known = [3, 2, 1].first { $0 <= parts.count && isTime(parts.prefix($0).joined(separator: " ")) }
        let count = known ?? (parts.first?.lowercased() == "until" ? 2 : 1)
        return (parts.prefix(count).joined(separator: " "), parts.dropFirst(count).joined(separator: " "))
    }

    private static func isTime(_ text: String) -> Bool {
        let plain = unprefixed(words(text))
        return (try? span(plain)) != nil || (try? moment(plain, after: Instant(milliseconds: 0))) != nil
    }

    // MARK: reading

    /// One blank between words, none around them, in small letters but for the letters of a date.
    private static func words(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    }

    private static func unprefixed(_ text: String) -> String {
        text.hasPrefix("until ") ? String(text.dropFirst(6)) : text
    }

    private static func shown(_ text: String) -> String { String(text.prefix(40)) }

    private static let units: [(names: Set<String>, span: Span)] = [
        (["m", "min", "mins", "minute", "minutes"], .minutes(1)), (["h", "hour", "hours"], .hours(1)),
        (["d", "day", "days"], .days(1)), (["w", "week", "weeks"], .days(7)),
    ]

    /// Nil if the text is not a duration.
    private static func span(_ text: String) throws(InvalidDuration) -> Span? {
        var rest = Substring(text.filter { $0 != " " })
        if rest.hasPrefix("-") { throw InvalidDuration("\"\(shown(text))\" is in the past.") }
        var total = Span.milliseconds(0)
        var isFirst = true
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            let name = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard let count = Double(number), count.isFinite else {
                if isFirst { return nil }
                throw InvalidDuration("\"\(shown(text))\" is not a duration or a time. \(forms)")
            }
            if name.isEmpty, isFirst, rest.isEmpty { throw InvalidDuration("\"\(shown(text))\" has no unit. \(forms)") }
            if name.isEmpty, isFirst { return nil }
            guard let unit = units.first(where: { $0.names.contains(String(name)) }) else {
                throw InvalidDuration("\"\(shown(text))\" has an unknown unit. \(forms)")
            }
            guard count * unit.span.seconds <= longest.seconds else {
                throw InvalidDuration("\"\(shown(text))\" is longer than the maximum of 30 days.")
            }
            total = total + .seconds(count * unit.span.seconds)
            isFirst = false
        }
        if isFirst { return nil }
        guard total >= .seconds(1) else { throw InvalidDuration("Duration must be at least 1 second.") }
        return total
    }

    /// A time of day, its next one; or a date with its time.
    private static func moment(_ text: String, after start: Instant) throws(InvalidDuration) -> Instant {
        if let minutes = minutesOfDay(text) {
            let today = start.floored(to: .days(1)) + .minutes(Double(minutes))
            return today > start ? today : today + .days(1)
        }
        guard let moment = Instant(iso8601: text.uppercased()) else {
            throw InvalidDuration("\"\(shown(text))\" is not a duration or a time. \(forms)")
        }
        return moment
    }

    private static func minutesOfDay(_ text: String) -> Int? {
        let plain = text.hasSuffix("z") ? text.dropLast() : text[...]
        let parts = plain.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].count), parts[1].count == 2,
            parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }
}
