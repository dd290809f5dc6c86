import Basics

/// The windows of one sync, newest first: one at a time until one had rows, so that it is known where the rows end, then several.
struct WindowQueue: Hashable, Sendable {
    private(set) var pending: [Interval]
    private(set) var reading: [Interval] = []
    private(set) var done = 0
    private let width: Int
    /// Where rows end is known, and which API answers.
    private var isSettled = false
    /// Windows that had no rows, before any had.
    private var empty = 0
    private var length = WindowLength()

    init(_ windows: [Interval], width: Int) {
        pending = windows
        self.width = max(1, width)
    }

    var planned: Int { done + reading.count + pending.count }

    /// The next window to read; nil when enough are being read, or none is left.
    mutating func next() -> Interval? {
        guard reading.count < (isSettled && length.isProven ? width : 1), !pending.isEmpty else { return nil }
        var window = pending.removeFirst()
        // What has no rows so far may have none at all, and is not worth many calls.
        while empty >= 2, let older = pending.first, older.to == window.from {
            window.from = older.from
            pending.removeFirst()
        }
        if let limit = length.limit, window.length > limit {
            pending.insert(Interval(from: window.from, to: window.to - limit), at: 0)
            window.from = window.to - limit
        }
        reading.append(window)
        return window
    }

    /// `settles`: it had rows, or rows do not matter.
    mutating func answered(_ window: Interval, settles: Bool) {
        remove(window)
        length.answered(window)
        done += 1
        isSettled = isSettled || settles
        empty = isSettled ? 0 : empty + 1
    }

    /// A window failed that a shorter one may not; false if its length is not the reason.
    mutating func failed(_ window: Interval, isSure: Bool) -> Bool {
        guard length.failed(window, isSure: isSure) == .shorten else { return false }
        putBack(window, as: [window])
        return true
    }

    /// A window is to be read again, as these parts.
    mutating func putBack(_ window: Interval, as parts: [Interval]) {
        remove(window)
        for part in parts {
            pending.insert(part, at: pending.firstIndex { $0.to <= part.from } ?? pending.endIndex)
        }
    }

    /// No other window is started.
    mutating func stop() { pending.removeAll() }

    private mutating func remove(_ window: Interval) {
        if let place = reading.firstIndex(of: window) { reading.remove(at: place) }
    }
}
