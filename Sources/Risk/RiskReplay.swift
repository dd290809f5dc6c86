package import Basics
package import OnCallModel

/// Replays a history: the scores of each change before it was merged, against whether a fix followed.
///
/// A change is followed by a fix if, within the horizon, a change whose title says that it is a fix touches one of its files, and
/// no other change touched that file in between (docs/decisions/0031). The first tenth of the changes only teaches, and changes whose horizon is not over are not judged.
package struct RiskReplay: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        package var name: String
        package var area: RankedArea
        /// Of the tenth of the changes with the highest scores, the share that a fix followed.
        package var topTenth: Double
    }

    package let changes: Int
    package let judged: Int
    package let followed: Int
    package let horizon: Span
    /// The original score first, then the calibrated one, then parts of it.
    package let lines: [Line]

    package var baseRate: Double { Double(followed) / Double(max(1, judged)) }

    /// 30 days, or a third of a history of less than 90 days.
    package static func horizon(of history: [CodeChange]) -> Span {
        guard let first = history.first, let last = history.last else { return .days(30) }
        return min(.days(30), .milliseconds((last.at - first.at).milliseconds / 3))
    }

    /// Nil if no change or every change that can be judged was followed by a fix.
    package init?(_ history: [CodeChange], horizon given: Span? = nil) {
        guard let end = history.last?.at else { return nil }
        let horizon = given ?? Self.horizon(of: history)
        var past = ChangeHistory(horizon: horizon)
        var features: [ChangeFeatures] = []
        for change in history {
            features.append(past.features(of: change))
            past.add(change)
        }
        let known = history.indices.dropFirst(history.count / 10).filter { end - history[$0].at >= horizon }
        let labels = known.map { past.isFollowed[$0] }
        func line(_ name: String, _ score: (ChangeFeatures) -> Double) -> Line? {
            let scores = known.map { score(features[$0]) }
            guard let area = RankedArea(scores, isHit: labels) else { return nil }
            let top = zip(scores, labels).sorted { $0.0 > $1.0 }.prefix(max(1, labels.count / 10))
            return Line(name: name, area: area, topTenth: Double(top.count(where: \.1)) / Double(top.count))
        }
        let lines = [
            // Telemetry of the past is not in a clone, so each earlier fix counts as an error, as in the study.
            line("original") { Double(RiskScore.original(errors: $0.priorFixes, cost: 0)) },
            line("calibrated") { RiskScore.calibrated($0) },
            line("lines added alone") { Double($0.added) },
            line("decayed fixes alone") { $0.decayedFixes },
        ].compactMap { $0 }
        guard lines.count == 4 else { return nil }
        self.lines = lines
        (changes, judged, followed) = (history.count, known.count, labels.count(where: { $0 }))
        self.horizon = horizon
    }

    package var gain: (gain: Double, interval: ClosedRange<Double>) { lines[1].area.gain(over: lines[0].area) }
}
