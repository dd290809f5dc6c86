/// The candidate that no commit is to blame, with its score and every term of it.
package struct NoCodeCause: Hashable, Sendable {
    package var score: Double
    /// One phrase for each term: "+2.0 volume is ×6.8 at an unchanged unit price".
    package var why: [String]

    package init(score: Double, why: [String]) {
        self.score = score
        self.why = why
    }
}
