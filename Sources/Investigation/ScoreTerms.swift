import Basics

/// The terms of a score, each with its points and a phrase for people.
struct ScoreTerms {
    private(set) var list: [(points: Double, phrase: String)] = []

    mutating func add(_ points: Double, _ phrase: String) { list.append((points, phrase)) }

    var sum: Double { list.reduce(0) { $0 + $1.points } }

    /// The sum with two decimals, as it is stored and shown.
    var rounded: Double { (sum * 100).rounded() / 100 }

    /// "+2.5 raises max_tokens from 500 to 4096", the largest first.
    var why: [String] {
        list.sorted { abs($0.points) > abs($1.points) }.map { term in
            "\(term.points < 0 ? "" : "+")\(Format.decimal(term.points, digits: 1)) \(term.phrase)"
        }
    }
}
