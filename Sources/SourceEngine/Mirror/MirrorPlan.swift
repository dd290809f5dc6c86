import Basics
import SourceSpec

/// Decides which windows of a mirrored table to read: the head after the watermark, then the missing ones.
struct MirrorPlan {
    /// No window is halved below this.
    static let shortestWindow = Span.minutes(1)

    let mirror: MirrorSpec
    let coverage: IntervalSet

    /// The oldest time to read: the start of an hour, so that no hourly sum covers a part of its hour.
    func horizon(now: Instant, since: Instant? = nil, retention: Span) -> Instant {
        max(since ?? now - mirror.backfill, now - retention).startOfHour
    }

    /// Nothing is missing between the horizon and the watermark.
    func isWhole(from horizon: Instant) -> Bool {
        guard let end = coverage.end, end > horizon else { return false }
        return coverage.gaps(in: Interval(from: horizon, to: end)).isEmpty
    }

    /// How often a row without an end is read again after the overlap: at each doubling of its age; with an overlap of 15 minutes, for
    /// eight hours.
    private static let recalls = 6

    /// The start of the rows whose age reached the overlap, or two, four, … times the overlap, between two syncs.
    func recalls(since last: Instant, now: Instant) -> [Interval] {
        guard case .between = mirror.bounds.window, last < now else { return [] }
        return (0..<Self.recalls).map { doublings in
            let age = Span.milliseconds(mirror.overlap.milliseconds << doublings)
            return Interval(from: last - age, to: now - age)
        }
    }

    /// The windows to read, newest first; `end` is what "now" is at the provider. `open` are rows that had not ended.
    func windows(from horizon: Instant, to end: Instant, open: [Interval] = []) -> [Interval] {
        guard horizon < end else { return [] }
        var wanted = IntervalSet(coverage.gaps(in: Interval(from: horizon, to: end)))
        let watermark = min(coverage.end ?? horizon, end)
        wanted.insert(Interval(from: max(horizon, watermark - mirror.overlap), to: end))
        for rows in open where rows.from >= horizon { wanted.insert(rows) }
        guard case .between = mirror.bounds.window else {
            // Without an upper bound every chain starts now, so there is but one.
            return [Interval(from: wanted.start ?? horizon, to: end)]
        }
        return wanted.intervals.reversed().flatMap { $0.slices(of: mirror.slice) }
    }

    /// Two windows for one whose answer was cut off or refused as too much, newest first; nil when it cannot be less.
    func halves(of window: Interval) -> [Interval]? {
        guard case .between = mirror.bounds.window, window.length.milliseconds >= 2 * Self.shortestWindow.milliseconds
        else { return nil }
        let middle = window.from + .milliseconds(window.length.milliseconds / 2)
        return [Interval(from: middle, to: window.to), Interval(from: window.from, to: middle)]
    }
}
