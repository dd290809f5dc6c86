import Basics

/// How many steps the runs of one name usually take.
struct UsualLength: Hashable {
    /// How many runs took how many steps, the shortest first.
    private let counts: [Count]
    let runs: Int

    /// With fewer runs, nothing is judged.
    private static let minRuns = 20
    /// With fewer runs, the 99th percentile is the longest.
    private static let many = 100

    init?(_ rows: RowSet) {
        counts = rows.records.compactMap { row in
            guard let steps = row["steps"].integer, let runs = row["runs"].integer, runs > 0 else { return nil }
            return Count(steps: steps, runs: runs)
        }.sorted { $0.steps < $1.steps }
        runs = counts.reduce(0) { $0 + $1.runs }
        guard runs >= Self.minRuns else { return nil }
    }

    /// The 99th percentile by nearest rank; of fewer than 100 runs the longest.
    var maxSteps: Int {
        var left = (runs * 99 + 99) / 100
        for count in counts {
            left -= count.runs
            if left <= 0 { return count.steps }
        }
        return counts.last?.steps ?? 0
    }

    /// "longer than 99 % of 340 runs of nightly-export"; nil for a usual length.
    func phrase(for length: Int, of name: String) -> String? {
        guard length > maxSteps else { return nil }
        return runs >= Self.many
            ? "longer than 99 % of \(runs) runs of \(name)" : "longer than all \(runs) runs of \(name)"
    }

    private struct Count: Hashable {
        var steps: Int
        var runs: Int
    }
}
