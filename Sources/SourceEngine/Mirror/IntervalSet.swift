import Basics

/// A half-open stretch of time: `from` belongs to it, `to` does not.
struct Interval: Hashable, Sendable {
    var from: Instant
    var to: Instant

    var isEmpty: Bool { to <= from }
    var length: Span { to - from }

    /// Cut into pieces of `length` at most, newest first.
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

/// Which stretches of time are covered: disjoint, not touching, oldest first.
struct IntervalSet: Hashable, Sendable {
    private(set) var intervals: [Interval] = []

    init(_ intervals: some Sequence<Interval> = []) {
        for interval in intervals { insert(interval) }
    }

    var end: Instant? { intervals.last?.to }
    var start: Instant? { intervals.first?.from }

    mutating func insert(_ interval: Interval) {
        guard !interval.isEmpty else { return }
        var merged = interval
        var result: [Interval] = []
        for known in intervals {
            if known.to < merged.from || known.from > merged.to {
                result.append(known)
            } else {
                merged = Interval(from: min(known.from, merged.from), to: max(known.to, merged.to))
            }
        }
        let position = result.firstIndex { $0.from > merged.from } ?? result.endIndex
        result.insert(merged, at: position)
        intervals = result
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

    /// What of `interval` is not covered, oldest first.
    func gaps(in interval: Interval) -> [Interval] {
        var rest = IntervalSet([interval])
        for known in intervals { rest.remove(known) }
        return rest.intervals
    }
}
