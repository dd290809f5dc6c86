package import Basics

/// Hours in which only critical incidents are notified. Other notices are sent when they end.
package struct QuietHours: SettingRow {
    package var from = ""
    package var until = ""
    package var zone = "UTC"
    package var days: [String] = []

    package init() {}

    package static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    package static let columns: [SettingColumn<QuietHours>] = [
        .init("from", .text(5), "The local time at which they begin, as 22:00.", \.from, isRequired: true),
        .init(
            "until", .text(5), "The local time at which they end; it may be on the next day.", \.until, isRequired: true
        ),
        .init("zone", .text(64), "The time zone, as Europe/Berlin; default UTC.", \.zone),
        .init("days", .texts(3), "The days on which they begin, as mon; every day without it.", \.days),
    ]

    package static func problem(in rows: [QuietHours]) -> String? {
        for (index, row) in rows.enumerated() {
            let name = "quiet_hours[\(index)]"
            for (key, text) in [("from", row.from), ("until", row.until)] where minute(text) == nil {
                return "\(name).\(key) must be a time such as 22:00, not \"\(text)\"."
            }
            if ZoneInfo(named: row.zone) == nil {
                return "\(name).zone must be a time zone such as Europe/Berlin, not \"\(row.zone)\"."
            }
            if let day = row.days.first(where: { !weekdays.contains($0) }) {
                return "\(name).days must be of \(weekdays.joined(separator: ", ")), not \"\(day)\"."
            }
        }
        return nil
    }

    /// When they end, if they have begun; nil outside of them.
    package func end(at now: Instant) -> Instant? {
        guard let from = Self.minute(from), let until = Self.minute(until), let zone = ZoneInfo(named: zone) else {
            return nil
        }
        let local = now + zone.offset(at: now)
        let day = Int64(86_400_000)
        let today = local.milliseconds >= 0 ? local.milliseconds / day : (local.milliseconds - day + 1) / day
        let length = Span.minutes(Double(until > from ? until - from : until - from + 24 * 60))
        for date in [today, today - 1] {
            let start = Instant(milliseconds: date * day) + .minutes(Double(from))
            // 1 January 1970 was a Thursday.
            let weekday = Self.weekdays[Int(((date + 3) % 7 + 7) % 7)]
            guard days.isEmpty || days.contains(weekday), start <= local, local < start + length else { continue }
            return zone.instant(ofLocal: start + length)
        }
        return nil
    }

    /// Minutes after midnight.
    private static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }
}
