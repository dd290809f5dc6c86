import Basics

/// Detects lists that never end: each page names another one but has no new rows.
struct RowProgress: Sendable {
    /// Rows may shift by one page between two requests once, but not twice.
    static let maxEqualPages = 3
    /// One empty page is not the end of a list (Langfuse, Slack), but several are.
    static let maxEmptyPages = 50

    private var last: [[Value]] = []
    private var equal = 1
    private var empty = 0

    /// The reason to stop, as a predicate; nil while the list continues.
    mutating func standstill(after rows: [[Value]]) -> String? {
        guard !rows.isEmpty else {
            empty += 1
            return empty < Self.maxEmptyPages ? nil : "returned \(empty) pages without rows"
        }
        empty = 0
        equal = rows == last ? equal + 1 : 1
        last = rows
        return equal < Self.maxEqualPages ? nil : "returned the same rows \(equal) times in a row"
    }
}
