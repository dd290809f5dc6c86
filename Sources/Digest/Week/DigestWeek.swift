package import Basics

/// A week from Monday 00:00 to Monday 00:00 in a time zone: 167 or 169 hours where the clock changes.
package struct DigestWeek: Hashable, Sendable {
    package let calendar: LocalCalendar
    /// As ``LocalCalendar`` counts days.
    package let monday: Int64

    private init(_ calendar: LocalCalendar, monday: Int64) {
        (self.calendar, self.monday) = (calendar, monday)
    }

    package init(containing instant: Instant, in zone: ZoneInfo) {
        let calendar = LocalCalendar(zone)
        let day = calendar.day(of: instant)
        self.init(calendar, monday: day - Int64(LocalCalendar.weekday(ofDay: day)))
    }

    /// Reads `2026-W48`; nil if there is no such week.
    package init?(named name: String, in zone: ZoneInfo) {
        let parts = name.uppercased().split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 4, parts[1].count == 3, parts[1].first == "W",
            let year = Int(parts[0]), year >= 1970, let number = Int(parts[1].dropFirst()), (1...53).contains(number)
        else { return nil }
        // ISO 8601: 4 January is in the first week.
        let fourth = CivilTime(year: year, month: 1, day: 4).milliseconds / 86_400_000
        let first = fourth - Int64(LocalCalendar.weekday(ofDay: fourth))
        self.init(LocalCalendar(zone), monday: first + Int64(number - 1) * 7)
        guard self.name == name.uppercased() else { return nil }
    }

    /// `2026-W48`. The year is that of the week's Thursday.
    package var name: String {
        let thursday = calendar.date(ofDay: monday + 3)
        let first = CivilTime(year: thursday.year, month: 1, day: 1).milliseconds / 86_400_000
        let number = Int(monday + 3 - first) / 7 + 1
        return "\(thursday.year)-W\(number < 10 ? "0" : "")\(number)"
    }

    package var from: Instant { calendar.start(ofDay: monday) }
    package var until: Instant { calendar.start(ofDay: monday + 7) }
    package var previous: DigestWeek { DigestWeek(calendar, monday: monday - 7) }

    /// When its digest is made: 09:00 on the Monday after it.
    package var publication: Instant { calendar.start(ofDay: monday + 7, hour: 9) }

    /// The next Monday at 09:00.
    package static func nextPublication(after now: Instant, in zone: ZoneInfo) -> Instant {
        let week = DigestWeek(containing: now, in: zone)
        let today = week.previous.publication
        return today > now ? today : week.publication
    }

    /// `Mon 23 Nov to Sun 29 Nov 2026`.
    package var span: String {
        "\(calendar.name(ofDay: monday)) to \(calendar.name(ofDay: monday + 6)) "
            + String(calendar.date(ofDay: monday + 6).year)
    }

    package func contains(_ instant: Instant) -> Bool { from <= instant && instant < until }
}
