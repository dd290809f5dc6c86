import Basics
import OnCallModel

/// The values of one score of one feature: of the last 24 hours, and of the six days before.
struct ScoreDrift: Hashable, Sendable {
    var feature: String
    var score: String
    var now: [Double: Int] = [:]
    var before: [Double: Int] = [:]

    /// With fewer values on either side, nothing is judged.
    private static let minCount = 10
    /// With fewer values, a fall must be twice as deep, and a greater probability is accepted.
    private static let enough = 30
    private static let significance = 0.001
    private static let earlySignificance = 0.005

    var count: Int { Self.count(now) }
    var countBefore: Int { Self.count(before) }
    var mean: Double { Self.mean(now) }
    var meanBefore: Double { Self.mean(before) }
    var drop: Double { meanBefore - mean }
    var isJudged: Bool { count >= Self.minCount && countBefore >= Self.minCount }
    var p: Double { MannWhitney.p(lower: now, than: before) }
    var fingerprint: Fingerprint { .scoreDrift(of: feature, score: score) }

    private static func count(_ values: [Double: Int]) -> Int { values.values.reduce(0, +) }

    private static func mean(_ values: [Double: Int]) -> Double {
        let count = count(values)
        return count == 0 ? 0 : values.reduce(0) { $0 + $1.key * Double($1.value) } / Double(count)
    }

    /// The range of the values, at least 1. The drop is compared with it: half a point on a scale of five is not half of one.
    var scale: Double {
        let values = Set(now.keys).union(before.keys)
        guard let low = values.min(), let high = values.max() else { return 1 }
        return max(1, high - low)
    }

    func isDrift(_ settings: Settings) -> Bool {
        guard settings.driftRequiresContrast else {
            return count > 0 && countBefore > 0 && drop > settings.scoreDrop
        }
        guard isJudged, drop > settings.scoreDrop * scale else { return false }
        let hasEnough = count >= Self.enough && countBefore >= Self.enough
        return hasEnough ? p < Self.significance : drop > 2 * settings.scoreDrop * scale && p < Self.earlySignificance
    }

    /// Rows: feature, score, value, is_now, scores. A value that is not a number is skipped and counted.
    static func read(_ rows: RowSet) -> (pairs: [ScoreDrift], unreadable: Int) {
        var pairs: [[String]: ScoreDrift] = [:]
        var unreadable = 0
        for row in rows.records {
            guard let feature = row["feature"].text, let score = row["score"].text, let count = row["scores"].integer
            else { continue }
            guard let value = row["value"].real, value.isFinite else {
                unreadable += count
                continue
            }
            let values = row["is_now"].integer == 1 ? \ScoreDrift.now : \.before
            let new = ScoreDrift(feature: feature, score: score)
            pairs[[feature, score], default: new][keyPath: values][value, default: 0] += count
        }
        return (pairs.values.sorted { ($0.feature, $0.score) < ($1.feature, $1.score) }, unreadable)
    }

    /// The minute from which the mean is lower, as two levels fit the minutes best; nil if there is none.
    ///
    /// - Parameter rows: minute, mean and number of scores, in any order.
    func onset(in rows: RowSet) -> Instant? {
        let points = rows.records.compactMap { row -> (minute: Instant, mean: Double, count: Double)? in
            guard let minute = row["minute"].instant, let mean = row["mean"].real, mean.isFinite,
                let count = row["scores"].integer, count > 0
            else { return nil }
            return (minute, mean, Double(count))
        }.sorted { $0.minute < $1.minute }
        return ChangePoint.cut(of: points.map { ($0.mean, $0.count) }) { $0 < 0 }.map { points[$0].minute }
    }

    // MARK: as a finding

    func finding(onset: Instant, now: Instant, sql: String) -> Finding {
        Finding(
            facts: .drift(.score(facts(onset))), severity: .medium, fingerprint: fingerprint, subject: feature,
            description: """
                \(feature): the score \(score) fell from \(Format.decimal(meanBefore, digits: 2)) (mean of \(countBefore) \
                in six days) to \(Format.decimal(mean, digits: 2)) (mean of \(count) in the last 24 h; \
                \(Phrase.probability(p))); since about \(onset.iso8601Seconds).
                """,
            sql: sql, onset: onset, lastSeen: now, costPerHour: 0,
            links: FindingLinks(features: [feature]))
    }

    func event(onset: Instant, now: Instant) -> DriftEvent {
        DriftEvent(
            id: 0, feature: feature, at: now, facts: .score(facts(onset)), severity: .medium, failRate: nil)
    }

    private func facts(_ onset: Instant) -> ScoreDriftFacts {
        .with { facts in
            facts.score = String(score.prefix(120))
            (facts.mean, facts.meanBefore, facts.drop) = (mean, meanBefore, drop)
            (facts.scores, facts.scoresBefore) = (count, countBefore)
            (facts.p, facts.onset) = (p, onset)
        }
    }
}
