/// The candidate that no commit is to blame, with its score and every term of it.
package struct NoCodeCause: JSONRecord {
    package var score = 0.0
    /// One phrase for each term: "+2.0 volume is ×6.8 at an unchanged unit price".
    package var why: [String] = []

    package init() {}

    package init(score: Double, why: [String]) {
        self.score = score
        self.why = why
    }

    package static let members: [JSONMember<NoCodeCause>] = [
        .init("score", \.score, isRequired: true), .init("why", \.why),
    ]
}
