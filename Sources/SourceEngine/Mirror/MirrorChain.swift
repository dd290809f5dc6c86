import Basics
import SourceFetch
import SourceSpec

/// Reads the pages of one window. Coverage is written with its last rows, so an interrupted chain is not recorded as read.
struct MirrorChain: Sendable {
    let table: MirrorTable
    let file: MirrorFile
    let pages: any PageSource
    let clock: WallClock
    let window: Interval
    /// The time of the read, if the window goes up to it.
    let headAt: Instant?
    let usesFallback: Bool
    let priority: RequestPriority
    /// After a time-out the window is read in parts.
    var isDivisible = false
    /// Only the rows of this trace are read, so nothing is covered.
    var trace: String?
    var maxWait: Span? = MirrorSync.maxWait
    var onRetryPause: @Sendable (RetryPause) async -> Void = { _ in }
    /// Receives the rows and calls of each page.
    var onPage: @Sendable (_ rows: Int, _ calls: Int) -> Void = { _, _ in }

    private struct Gathered {
        var rows: [[Value]] = []
        var count = 0
        var calls = 0
        var serverDate: Instant?
        var isStopped = false
    }

    func read() async -> WindowReading {
        let gathered = Lock(Gathered())
        var reading = WindowReading(window: window)
        do {
            var scan = table.scan(window, usesFallback: usesFallback)
            (scan.priority, scan.maxWait) = (priority, maxWait)
            scan.isDivisible = isDivisible
            if let trace { scan.filters[MirrorTable.traceColumn] = .text(trace) }
            let result = try await pages.scan(scan, onRetryPause: onRetryPause) { try await take($0, gathered) }
            let rest = gathered.withLock { $0 }
            (reading.rows, reading.calls, reading.warnings) = (rest.count, result.calls, result.schemaWarnings)
            reading.isComplete = rest.isStopped || !result.isTruncated
            let serverDate = rest.serverDate ?? result.serverDate
            reading.skew = serverDate.map { $0 - clock.now() }
            // What the provider's clock has not reached yet cannot be covered.
            let answered = Interval(from: window.from, to: min(window.to, serverDate ?? window.to))
            let answer = WindowAnswer(window: answered, isEmpty: rest.count == 0, headAt: headAt)
            let written = try await file.write(
                rest.rows, answer: reading.isComplete && trace == nil ? answer : nil, to: table.name, at: clock.now())
            reading.warnings += written.rejected
            reading.isBelieved = written.covered == answered
        } catch {
            let read = gathered.withLock { $0 }
            reading.calls = max(read.calls, (error as? SourceError)?.calls ?? 0)
            reading.failure = error
        }
        return reading
    }

    @Sendable private func take(_ page: Page, _ gathered: Lock<Gathered>) async throws -> ScanProgress {
        let isOlder = isOlderThanWindow(page)
        let full = gathered.withLock { state -> [[Value]]? in
            state.rows += page.rows
            state.count += page.rows.count
            state.calls += page.calls
            state.serverDate = state.serverDate ?? page.serverDate
            state.isStopped = isOlder
            guard state.rows.count >= MirrorSync.batchRows else { return nil }
            defer { state.rows.removeAll() }
            return state.rows
        }
        onPage(page.rows.count, page.calls)
        if let full { _ = try await file.write(full, answer: nil, to: table.name, at: clock.now()) }
        return isOlder ? .stop : .more
    }

    /// Where the API lists newest first and takes no bound, the first older row ends the window.
    private func isOlderThanWindow(_ page: Page) -> Bool {
        guard case .newestFirst = table.mirror.bounds.window,
            let last = page.rows.last(where: { !$0[table.timePosition].isNull }),
            let time = TimeText.instant(last[table.timePosition])
        else { return false }
        return time < window.from
    }
}

/// What reading one window gave.
struct WindowReading: Sendable {
    let window: Interval
    var rows = 0
    var calls = 0
    var warnings = 0
    /// The provider's clock minus ours.
    var skew: Span?
    /// False if the provider truncated the window.
    var isComplete = false
    /// False where the source may have rows of the window that it did not return.
    var isBelieved = false
    var failure: (any Error)?
}
