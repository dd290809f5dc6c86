import Basics

/// A half-open interval of time: `from` belongs to it, `to` does not.
struct Interval: Hashable, Sendable {
    var from: Instant
    var to: Instant

    var isEmpty: Bool { to <= from }
    var length: Span { to - from }

    /// In pieces of at most `length`, newest first.
    func slices(of length: Span) -> [Interval] {
        var result: [Interval] = []
        var end = to
        while end > from {
            let start = max(from, end - length)
            result.append(Interval(from: start, to: end))
            end = start
        }
        return result
    }
}

/// The covered intervals: disjoint, not touching, oldest first.
struct IntervalSet: Hashable, Sendable {
    private(set) var intervals: [Interval] = []

    init(_ intervals: some Sequence<Interval> = []) {
        for interval in intervals { insert(interval) }
    }

    var end: Instant? { intervals.last?.to }
    var start: Instant? { intervals.first?.from }

    /// Nothing is missing between `start` and the end.
    func isComplete(from start: Instant) -> Bool {
        guard let end, end > start else { return false }
        return gaps(in: Interval(from: start, to: end)).isEmpty
    }

    mutating func insert(_ interval: Interval) {
        guard !interval.isEmpty else { return }
        var merged = interval
        intervals.removeAll { known in
            if known.to < merged.from || known.from > merged.to { return false }
            merged = Interval(from: min(known.from, merged.from), to: max(known.to, merged.to))
            return true
        }
        intervals.insert(merged, at: intervals.firstIndex { $0.from > merged.from } ?? intervals.endIndex)
    }

    mutating func remove(_ interval: Interval) {
        guard !interval.isEmpty else { return }
        intervals = intervals.flatMap { known in
            [
                Interval(from: known.from, to: min(known.to, interval.from)),
                Interval(from: max(known.from, interval.to), to: known.to),
            ].filter { !$0.isEmpty }
        }
    }

    /// The parts of `interval` that are not covered, oldest first.
    func gaps(in interval: Interval) -> [Interval] {
        var rest = IntervalSet([interval])
        for known in intervals { rest.remove(known) }
        return rest.intervals
    }
}
