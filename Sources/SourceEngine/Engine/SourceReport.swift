package import Basics

/// The state of one source, or of the part of it that a statement reads.
package struct SourceReport: Hashable, Sendable {
    package enum State: String, CaseIterable, Hashable, Sendable {
        case ok
        /// Some windows or tables are missing; the rest is served.
        case partial
        case down
        case notConfigured = "not configured"
        /// Answers, but gave no rows where it gave rows before.
        case noData = "no data"
        /// The first read of its history is under way.
        case syncing

        package var isIncomplete: Bool {
            switch self {
            case .partial, .down, .notConfigured, .syncing: true
            case .ok, .noData: false
            }
        }
    }

    package var source: String
    package var state: State
    /// Everything before this moment is stored; nil when nothing ever was.
    package var asOf: Instant?
    /// HTTP calls since ``SourceEngine/resetCallCounts()``.
    package var calls = 0
    /// Why it is not `ok`, and what to do, in sentences. Never a secret.
    package var message: String?
    /// Rows stored by all mirrors of the source in this process.
    package var rows = 0
    /// The provider's clock minus ours, as its last answer showed it.
    package var clockSkew: Span?
    /// Values of the last read that did not fit their columns and became NULL, or members that were no rows: the
    /// provider has changed.
    package var schemaWarnings = 0
}

/// How far the sync of one table has come.
package struct SyncProgress: Hashable, Sendable {
    package var table: QualifiedName
    package var windowsDone: Int
    package var windowsPlanned: Int
    package var rows: Int
    package var calls: Int
}
