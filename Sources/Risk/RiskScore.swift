package import Basics
package import Investigation
package import OnCallModel

/// The two scores of a change.
package enum RiskScore {
    /// The original score, 0 to 100: `min(100, errors × 4 + min(cost × 10, 50))`, rounded down. `errors` and `cost` (US dollars)
    /// are the sums of the deltas of the earlier changes of its files.
    package static func original(errors: Int, cost: Double) -> Int {
        let money = cost.isFinite ? min(max(0, cost) * 10, 50) : 0
        return Int(min(100, Double(max(0, min(errors, 1000))) * 4 + money))
    }

    package static func original(_ features: ChangeFeatures) -> Int {
        original(errors: features.errors, cost: features.cost)
    }

    /// `log(1 + lines added) + 0.5 × log(1 + decayed fixes) + terms`: a number that only orders changes. The first two terms are
    /// those of the study in docs/RISK.md. The other terms are not fitted: see ``termWeight``.
    package static func calibrated(_ features: ChangeFeatures, terms: Int = 0) -> Double {
        Exponential.log(1 + Double(max(0, features.added))) + 0.5 * Exponential.log(1 + features.decayedFixes)
            + termWeight * Double(min(terms, maxTerms))
    }

    /// What each kind of change to how models are called adds: as much as 1.5 times the lines. No public history is labelled
    /// with such changes, so this is a choice, and its sum is limited.
    package static let termWeight = 0.4
    package static let maxTerms = 3

    /// One for each kind, of all files of a change.
    package static func signs(in files: [ChangedFile]) -> [DiffSign] {
        var signs: [DiffSign] = []
        for sign in files.flatMap(DiffSign.of) where !signs.contains(where: { $0.kind == sign.kind }) {
            signs.append(sign)
        }
        return signs.sorted { $0.kind.rawValue < $1.kind.rawValue }
    }
}

/// Where a score lies among those of recent changes, and how often such changes were followed by a fix.
package struct RiskRanking: Hashable, Sendable {
    private let scores: [Double]
    private let steps: [(from: Double, share: Double)]
    /// The share of changes that a fix of one of their files followed; nil if none is old enough to tell.
    package let baseRate: Double?
    /// How many changes are compared with, and of how many of them it is known whether a fix followed.
    package let count: Int
    package let labelled: Int

    /// Changes that a ranking needs.
    package static let minCount = 20
    package static let maxCount = 500
    /// The share of the study's changes that a fix followed (docs/RISK.md), for a repository without history.
    package static let publishedBaseRate = 0.26
    /// So many changes of the base rate are added to each step, so that few changes do not give an extreme share.
    private static let prior = 10.0

    package static func == (left: RiskRanking, right: RiskRanking) -> Bool {
        left.scores == right.scores && left.steps.elementsEqual(right.steps, by: ==)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(scores) }

    /// - Parameter peers: the score of each change, and whether a fix followed; nil while that is not known.
    package init(_ peers: [(score: Double, isFollowed: Bool?)]) {
        scores = peers.map(\.score).sorted()
        count = peers.count
        let known = peers.compactMap { peer in peer.isFollowed.map { (peer.score, $0) } }.sorted { $0.0 < $1.0 }
        labelled = known.count
        let base = known.isEmpty ? nil : Double(known.count(where: \.1)) / Double(known.count)
        baseRate = known.count < Self.minCount ? nil : base
        steps = Self.rising(known, base: base ?? 0)
    }

    /// The recent changes of a history, each with the score that it had before it was merged.
    package init(_ history: [CodeChange], now: Instant, horizon: Span = .days(30)) {
        var past = ChangeHistory(horizon: horizon)
        var scores: [Double] = []
        for change in history {
            scores.append(RiskScore.calibrated(past.features(of: change), terms: change.terms))
            past.add(change)
        }
        let peers = history.indices.suffix(Self.maxCount).map { index -> (Double, Bool?) in
            // Of a younger change only a fix that followed is known, and not that none does, which would raise the base rate.
            (scores[index], now - history[index].at > horizon ? past.isFollowed[index] : nil)
        }
        self.init(peers)
    }

    /// The percentage of the changes with a lower score, half of those with the same one included. Nil with too few changes.
    package func percentile(of score: Double) -> Double? {
        guard count >= Self.minCount else { return nil }
        let below = scores.count { $0 < score }
        let same = scores.count { $0 == score }
        return (Double(below) + Double(same) / 2) / Double(count) * 100
    }

    /// The share of earlier changes with such a score that a fix followed. It never falls when the score rises.
    package func chance(of score: Double) -> Double? {
        guard baseRate != nil else { return nil }
        return (steps.last { $0.from <= score } ?? steps.first)?.share
    }

    /// Pools neighbours until the shares rise with the score (Ayer et al., 1955).
    private static func rising(_ known: [(Double, Bool)], base: Double) -> [(from: Double, share: Double)] {
        var blocks: [(from: Double, hits: Double, count: Double)] = []
        for (score, isHit) in known {
            blocks.append((score, isHit ? 1 : 0, 1))
            while blocks.count > 1 {
                let (last, before) = (blocks[blocks.count - 1], blocks[blocks.count - 2])
                guard last.hits / last.count <= before.hits / before.count || last.from == before.from else { break }
                blocks.removeLast(2)
                blocks.append((before.from, before.hits + last.hits, before.count + last.count))
            }
        }
        var highest = 0.0
        return blocks.map { block in
            highest = max(highest, (block.hits + prior * base) / (block.count + prior))
            return (block.from, highest)
        }
    }
}
