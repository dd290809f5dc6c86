/// How urgent a request to a source is, the most urgent first: a request never waits for one of a later case.
package enum RequestPriority: Int, Comparable, CaseIterable, Hashable, Sendable {
    /// The proof of a kill, and active loops.
    case urgent
    /// What the current detection or a person's statement needs.
    case detection
    /// Routine windows.
    case routine
    /// History, bodies for drift and tools, learning.
    case history

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
