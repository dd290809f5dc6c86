import Basics

/// Tells a list that goes on from one whose pages name ever further ones and bring nothing new.
struct RowProgress: Sendable {
    /// Rows may shift by a whole page between two requests once, but not twice.
    static let mostEqualPages = 3
    /// An empty page is no end of a list (Langfuse, Slack), so many of them are.
    static let mostEmptyPages = 50

    private var last: [[Value]] = []
    private var equal = 1
    private var empty = 0

    /// What the provider did, as a predicate, when the page is one too many; nil while the list goes on.
    mutating func standstill(after rows: [[Value]]) -> String? {
        guard !rows.isEmpty else {
            empty += 1
            return empty < Self.mostEmptyPages ? nil : "returned \(empty) pages without rows"
        }
        empty = 0
        equal = rows == last ? equal + 1 : 1
        last = rows
        return equal < Self.mostEqualPages ? nil : "returned the same rows \(equal) times in a row"
    }
}
