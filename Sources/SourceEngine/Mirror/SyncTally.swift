import Basics
import SourceFetch

/// Adds up what the windows of one sync read, and reports it page by page.
final class SyncTally: Sendable {
    private let progress: Lock<SyncProgress>
    private let tell: @Sendable (SyncProgress) -> Void

    init(_ table: QualifiedName, tell: @escaping @Sendable (SyncProgress) -> Void) {
        progress = Lock(SyncProgress(table: table, windowsDone: 0, windowsPlanned: 0, rows: 0, calls: 0))
        self.tell = tell
    }

    func plan(done: Int, planned: Int) { change { ($0.windowsDone, $0.windowsPlanned) = (done, planned) } }

    func add(rows: Int, calls: Int) {
        change {
            $0.rows += rows
            $0.calls += calls
        }
    }

    private func change(_ body: (inout SyncProgress) -> Void) {
        tell(
            progress.withLock { progress in
                body(&progress)
                return progress
            })
    }
}
