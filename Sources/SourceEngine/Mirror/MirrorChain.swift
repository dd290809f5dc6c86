import Basics
import SourceFetch
import SourceSpec

/// Reads the pages of one window. Coverage is written with its last rows, so an interrupted chain is not recorded as read.
struct MirrorChain: Sendable {
    let sync: MirrorSync
    let plan: MirrorPlan
    let window: Interval
    /// The progress of the sync before this window, and the receiver of updates.
    let told: SyncProgress
    let tell: @Sendable (SyncProgress) -> Void

    private struct Gathered {
        var rows: [[Value]] = []
        var count = 0
        var calls = 0
        var serverDate: Instant?
        var isStopped = false
    }

    /// Adds what was read to `outcome`, also when it throws. Answers false when the provider cut the window off.
    func read(_ usesFallback: Bool, _ outcome: inout SyncOutcome) async throws -> Bool {
        let gathered = Lock(Gathered())
        let scan = sync.table.scan(window, usesFallback: usesFallback)
        do {
            let result = try await sync.pages.scan(scan, onRetryPause: sync.onRetryPause) { page in
                try await take(page, gathered)
            }
            let rest = gathered.withLock { $0 }
            outcome.calls += result.calls
            outcome.warnings += result.schemaWarnings
            outcome.rows += rest.count
            let isWhole = rest.isStopped || !result.isTruncated
            let serverDate = rest.serverDate ?? result.serverDate
            if let serverDate { outcome.skew = serverDate - sync.clock.now() }
            // What the provider's clock has not reached yet cannot be covered.
            let covered = Interval(from: window.from, to: min(window.to, serverDate ?? window.to))
            outcome.warnings += try await sync.file.write(
                MirrorBatch(rows: rest.rows, covered: isWhole ? covered : nil), to: sync.table.name,
                at: sync.clock.now())
            return isWhole
        } catch {
            let read = gathered.withLock { $0 }
            outcome.calls += max(read.calls, (error as? SourceError)?.calls ?? 0)
            throw error
        }
    }

    @Sendable private func take(_ page: Page, _ gathered: Lock<Gathered>) async throws -> ScanProgress {
        let isOlder = isOlderThanWindow(page)
        let full = gathered.withLock { state -> [[Value]]? in
            defer { tellOfPage(state) }
            state.rows += page.rows
            state.count += page.rows.count
            state.calls += page.calls
            state.serverDate = state.serverDate ?? page.serverDate
            state.isStopped = isOlder
            guard state.rows.count >= MirrorSync.batchRows else { return nil }
            defer { state.rows.removeAll() }
            return state.rows
        }
        if let full {
            _ = try await sync.file.write(
                MirrorBatch(rows: full, covered: nil), to: sync.table.name, at: sync.clock.now())
        }
        return isOlder ? .stop : .more
    }

    private func tellOfPage(_ gathered: Gathered) {
        var progress = told
        progress.rows += gathered.count
        progress.calls += gathered.calls
        tell(progress)
    }

    /// Where the API lists newest first and takes no bound, the first older row ends the window.
    private func isOlderThanWindow(_ page: Page) -> Bool {
        guard case .newestFirst = plan.mirror.bounds.window,
            let last = page.rows.last(where: { !$0[sync.table.timePosition].isNull }),
            let time = TimeText.instant(last[sync.table.timePosition])
        else { return false }
        return time < window.from
    }
}
