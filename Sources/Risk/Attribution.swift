package import Basics

/// A quantity by the hour: the cost of all model calls, or how many Sentry issues began.
package struct HourlySeries: Hashable, Sendable {
    private let hours: [Instant: Double]
    private let events: [Instant]
    /// The time in which an hour without a value is known to be 0. Nil if nothing is known.
    package let known: Range<Instant>?

    package init(_ hours: [Instant: Double], known: Range<Instant>?) {
        (self.hours, events, self.known) = (hours, [], known)
    }

    /// What happened at exact times; each counts 1.
    package init(events: [Instant], known: Range<Instant>?) {
        (hours, self.events, self.known) = ([:], events, known)
    }

    /// The sum from one moment to another; of an hour that is only partly inside, that part. Nil if it is not all known.
    package func sum(from: Instant, to: Instant) -> Double? {
        guard let known, from >= known.lowerBound, to <= known.upperBound else { return nil }
        var (sum, hour) = (Double(events.count { $0 >= from && $0 < to }), from.startOfHour)
        while hour < to {
            let next = hour + .hours(1)
            let inside = min(to, next) - max(from, hour)
            sum += (hours[hour] ?? 0) * Double(inside.milliseconds) / 3_600_000
            hour = next
        }
        return sum
    }
}

/// How much of a rise after a change is attributed to it.
///
/// The time after a change ends after 24 hours, or when the next change is merged: what happens then is the next one's. So each
/// hour belongs to one change, and cost and errors are attributed once. The delta is the sum over that time, minus what the 24
/// hours before the change would give for as long a time; a fall counts 0.
package struct Attribution: Hashable, Sendable {
    package static let window = Span.hours(24)

    /// From the change to the end of its time.
    package let after: Range<Instant>
    package let before: Range<Instant>

    /// - Parameter next: when the next change was merged.
    package init(mergedAt: Instant, next: Instant?) {
        let end = min(mergedAt + Self.window, max(mergedAt, next ?? mergedAt + Self.window))
        (after, before) = (mergedAt..<end, (mergedAt - Self.window)..<mergedAt)
    }

    /// Nil while the time after the change, or that before it, is not known.
    package func delta(of series: HourlySeries) -> Double? {
        guard let later = series.sum(from: after.lowerBound, to: after.upperBound),
            let earlier = series.sum(from: before.lowerBound, to: before.upperBound)
        else { return nil }
        let share = Double((after.upperBound - after.lowerBound).milliseconds) / Double(Self.window.milliseconds)
        return max(0, later - earlier * share)
    }
}
