/// Finds the most likely intended word for a misspelt one.
package enum Suggestion {
    /// The candidate with the fewest edits from `word`, if at most a third of its letters differ; the first one on a tie.
    package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let letters = Array(word.lowercased())
        let most = max(1, letters.count / 3)
        var best: (candidate: String, edits: Int)?
        for candidate in candidates {
            let edits = self.edits(letters, Array(candidate.lowercased()))
            if edits <= most, edits < best?.edits ?? .max { best = (candidate, edits) }
        }
        return best?.candidate
    }

    /// The number of insertions, deletions, substitutions and adjacent swaps (optimal string alignment).
    private static func edits(_ left: [Character], _ right: [Character]) -> Int {
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
