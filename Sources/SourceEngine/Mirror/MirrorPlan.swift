import Basics
import SourceFetch
import SourceSpec

/// Decides which windows of a mirrored table to read: the head after the watermark, then the missing ones.
struct MirrorPlan {
    /// No window is divided below this.
    static let shortestWindow = Span.minutes(1)
    /// Of a table with many rows the newest hours are read first, then the rest of a day that detectors judge.
    static let ladder = [Span.hours(2), .hours(26)]
    /// A stretch that is expected to have no more rows than one page is read at once.
    private static let fewRows = 1000.0

    let mirror: MirrorSpec
    var coverage = IntervalSet()
    /// The start of the last complete sync: a head that was read since then does not shorten the overlap.
    var syncedAt: Instant?
    /// Nil where it is not known.
    var rowsPerHour: Double?

    /// The oldest time to read: the start of an hour, so that no hourly sum covers a part of its hour.
    func horizon(now: Instant, since: Instant? = nil, retention: Span) -> Instant {
        max(since ?? now - mirror.backfill, now - retention).startOfHour
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

    /// The windows to read, newest first; `end` is what "now" is at the provider. `more` is read again although it is covered.
    func windows(from horizon: Instant, to end: Instant, more: [Interval] = []) -> [Interval] {
        guard horizon < end else { return [] }
        var wanted = IntervalSet(coverage.gaps(in: Interval(from: horizon, to: end)))
        let watermark = min(coverage.end ?? horizon, syncedAt ?? end, end)
        wanted.insert(Interval(from: max(horizon, watermark - mirror.overlap), to: end))
        for rows in more where rows.from >= horizon { wanted.insert(rows) }
        guard case .between = mirror.bounds.window else {
            // Without an upper bound every chain starts now, so there is but one.
            return [Interval(from: wanted.start ?? horizon, to: end)]
        }
        return wanted.intervals.reversed().flatMap { pieces(of: $0, end: end) }
    }

    private func pieces(of stretch: Interval, end: Instant) -> [Interval] {
        guard mirror.rollups else { return stretch.slices(of: mirror.slice) }
        if let rowsPerHour, rowsPerHour * stretch.length.seconds / 3600 <= Self.fewRows { return [stretch] }
        var (rest, pieces) = (stretch, [Interval]())
        for step in Self.ladder where rest.from < end - step && rest.to > end - step {
            pieces += Interval(from: end - step, to: rest.to).slices(of: mirror.slice)
            rest.to = end - step
        }
        return pieces + rest.slices(of: mirror.slice)
    }

    /// The newest hours are needed first; what was covered a moment ago and its continuation are routine, the rest is history.
    func priority(of window: Interval, end: Instant, routine: RequestPriority) -> RequestPriority {
        let watermark = coverage.end ?? end
        if window.from >= end - Self.ladder[0] { return min(routine, .detection) }
        return window.to > watermark - mirror.overlap ? routine : .history
    }

    /// A part of the window can be read on its own.
    func isDivisible(_ window: Interval) -> Bool {
        guard case .between = mirror.bounds.window else { return false }
        return window.length > Self.shortestWindow
    }

    /// Two windows for one that was truncated, newest first; nil if it cannot be halved.
    func halves(of window: Interval) -> [Interval]? {
        guard isDivisible(window), window.length.milliseconds >= 2 * Self.shortestWindow.milliseconds else {
            return nil
        }
        let middle = window.from + .milliseconds(window.length.milliseconds / 2)
        return [Interval(from: middle, to: window.to), Interval(from: window.from, to: middle)]
    }
}
