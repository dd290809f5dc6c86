package import Basics

/// Days and months in a time zone. A day is counted from 1970-01-01, by the local date.
package struct LocalCalendar: Hashable, Sendable {
    package let zone: ZoneInfo

    private static let day = Int64(86_400_000)

    package init(_ zone: ZoneInfo) { self.zone = zone }

    package func day(of instant: Instant) -> Int64 {
        (instant + zone.offset(at: instant)).floored(to: .days(1)).milliseconds / Self.day
    }

    /// Midnight, or the end of the gap where a change of the clock skips midnight.
    package func start(ofDay day: Int64, hour: Int = 0) -> Instant {
        zone.instant(ofLocal: Instant(milliseconds: day * Self.day) + .hours(Double(hour)))
    }

    package func date(ofDay day: Int64) -> CivilTime { CivilTime(milliseconds: day * Self.day) }

    /// 0 is Monday. 1 January 1970 was a Thursday.
    package static func weekday(ofDay day: Int64) -> Int { Int(((day + 3) % 7 + 7) % 7) }

    /// The first day of the month of a day, and of the next month.
    package func month(ofDay day: Int64) -> Range<Int64> {
        let date = date(ofDay: day)
        let first = CivilTime(year: date.year, month: date.month, day: 1)
        let isLast = date.month == 12
        let next = CivilTime(year: isLast ? date.year + 1 : date.year, month: isLast ? 1 : date.month + 1, day: 1)
        return first.milliseconds / Self.day..<next.milliseconds / Self.day
    }

    /// `Tue 24 Nov`.
    package func name(ofDay day: Int64) -> String {
        let date = date(ofDay: day)
        let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        return "\(weekdays[Self.weekday(ofDay: day)]) \(date.day) \(Self.months[date.month - 1])"
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
