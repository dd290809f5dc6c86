import Basics

extension Instant {
    /// `03:12:05`, in UTC.
    var timeOfDay: String { String(iso8601Seconds.dropFirst(11).prefix(8)) }

    /// `2026-11-24 03:12:05 UTC`.
    var readable: String { "\(iso8601Seconds.prefix(10)) \(timeOfDay) UTC" }
}

/// `1 step`, `3 steps`.
func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}
