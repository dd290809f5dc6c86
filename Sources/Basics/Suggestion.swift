/// Finds the most likely intended word for a misspelt one.
package enum Suggestion {
    /// The candidate with the fewest edits from `word`, if at most a third of its letters differ; the first one on a tie.
    package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        candidates.map { ($0, edits(from: word, to: $0)) }.filter { $0.1 <= max(1, word.count / 3) }
            .min { $0.1 < $1.1 }?.0
    }

    /// The number of insertions, deletions, substitutions and adjacent swaps (optimal string alignment), whatever their case.
    package static func edits(from left: String, to right: String) -> Int {
        let (left, right) = (Array(left.lowercased().prefix(64)), Array(right.lowercased().prefix(64)))
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
