/// An instant in UTC, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Stored and printed as ISO 8601 with milliseconds and `Z`, so texts sort by time.
package struct Instant: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package init(seconds: Double) {
        milliseconds = Int64((seconds * 1000).rounded())
    }

    package var seconds: Double { Double(milliseconds) / 1000 }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.milliseconds < right.milliseconds
    }

    package static func + (instant: Instant, span: Span) -> Instant {
        Instant(milliseconds: instant.milliseconds + span.milliseconds)
    }

    package static func - (instant: Instant, span: Span) -> Instant {
        Instant(milliseconds: instant.milliseconds - span.milliseconds)
    }

    package static func - (later: Instant, earlier: Instant) -> Span {
        .milliseconds(later.milliseconds - earlier.milliseconds)
    }

    /// The start of the UTC hour of this instant.
    package var startOfHour: Instant { floored(to: .hours(1)) }

    /// The latest multiple of `step` since the epoch that is not after this instant.
    package func floored(to step: Span) -> Instant {
        let remainder = milliseconds % step.milliseconds
        return Instant(milliseconds: milliseconds - (remainder < 0 ? remainder + step.milliseconds : remainder))
    }
}

/// A duration in milliseconds.
package struct Span: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package static func milliseconds(_ count: Int64) -> Span { Span(milliseconds: count) }
    package static func seconds(_ count: Double) -> Span { Span(milliseconds: Int64((count * 1000).rounded())) }
    package static func minutes(_ count: Double) -> Span { .seconds(count * 60) }
    package static func hours(_ count: Double) -> Span { .seconds(count * 3600) }
    package static func days(_ count: Double) -> Span { .seconds(count * 86400) }

    package var seconds: Double { Double(milliseconds) / 1000 }
    package var duration: Duration { .milliseconds(milliseconds) }

    package static func < (left: Span, right: Span) -> Bool { left.milliseconds < right.milliseconds }
    package static func + (left: Span, right: Span) -> Span {
        Span(milliseconds: left.milliseconds + right.milliseconds)
    }
    package static func - (left: Span, right: Span) -> Span {
        Span(milliseconds: left.milliseconds - right.milliseconds)
    }
}
