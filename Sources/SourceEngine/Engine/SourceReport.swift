package import Basics

/// The state of one source, or of its tables in one statement.
package struct SourceReport: Hashable, Sendable {
    package enum State: String, CaseIterable, Hashable, Sendable {
        case ok
        /// Some windows or tables are missing; the rest is served.
        case partial
        case down
        /// The provider rejects the key.
        case refused
        /// The provider allows no call now, and no row is stored.
        case waiting
        /// It is configured, and was never asked.
        case notChecked = "not checked"
        case notConfigured = "not configured"
        /// It returns no rows although it did before.
        case noData = "no data"
        /// The first read of its history is under way.
        case syncing

        package var isIncomplete: Bool {
            switch self {
            case .partial, .down, .refused, .waiting, .notConfigured, .syncing: true
            case .ok, .noData, .notChecked: false
            }
        }
    }

    package var source: String
    package var state: State
    /// All rows before this time are stored; nil if none ever were.
    package var asOf: Instant?
    /// HTTP calls since ``SourceEngine/resetCallCounts()``.
    package var calls = 0
    /// Why it is not `ok`, and what to do, in sentences. Never a secret.
    package var message: String?
    /// Rows stored by all mirrors of the source in this process.
    package var rows = 0
    /// The provider's clock minus ours, from its last response.
    package var clockSkew: Span?
    /// The number of values of the last read that did not match their columns and became NULL, or elements that were not rows: the
    /// provider's API has changed.
    package var schemaWarnings = 0
}

/// The progress of the sync of one table.
package struct SyncProgress: Hashable, Sendable {
    package var table: QualifiedName
    package var windowsDone: Int
    package var windowsPlanned: Int
    package var rows: Int
    package var calls: Int

    func adding(rows: Int, calls: Int) -> SyncProgress {
        var progress = self
        progress.rows += rows
        progress.calls += calls
        return progress
    }
}
