import Basics
import SourceFetch

/// What callers need of a running sync. A later caller may need more, and more urgently.
final class SyncDemand: Sendable {
    private struct Need {
        /// Rows from here on are waited for.
        var since: Instant
        var priority: RequestPriority
    }

    private let needs = Lock<[Need]>([])

    func add(since: Instant, _ priority: RequestPriority) {
        needs.withLock { $0.append(Need(since: since, priority: priority)) }
    }

    /// The priority of the most urgent caller who needs the window.
    func priority(of window: Interval) -> RequestPriority? {
        needs.withLock { needs in needs.filter { $0.since < window.to }.map(\.priority).min() }
    }
}
