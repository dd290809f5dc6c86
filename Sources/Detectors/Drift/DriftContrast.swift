import Basics
import OnCallModel

typealias DriftContrast = SchemaDriftFacts.Contrast

extension DriftContrast {
    /// A contrast with a greater probability is chance and not reported.
    private static let significance = 0.001
    /// A cause by itself: nearly all fail with it, hardly any without.
    var isStrong: Bool {
        p < 1e-4 && Double(failing) >= 0.5 * Double(of) && Double(othersFailing) <= 0.1 * Double(othersOf)
    }

    /// The labels by which failing and passing outputs differ, the most significant first.
    static func all(_ outputs: [(origin: DriftOrigin, fails: Bool)]) -> [DriftContrast] {
        let failing = outputs.count(where: \.fails)
        let labels = Array(DriftOrigin.Label.allCases)
        var found: [(place: Int, contrast: DriftContrast)] = []
        for (place, label) in labels.enumerated() {
            let groups = Dictionary(grouping: outputs.filter { $0.origin[label] != nil }) { $0.origin[label] ?? "" }
            let passing = groups.mapValues { $0.count { !$0.fails } }.filter { $0.value > 0 }
            for (value, group) in groups {
                let hits = group.count(where: \.fails)
                let others = Share(hits: failing - hits, of: outputs.count - group.count)
                let p = FisherExact.p(hits, of: group.count, against: others.hits, of: others.of)
                guard p < significance else { continue }
                let contrast = DriftContrast.with { contrast in
                    (contrast.label, contrast.value, contrast.p) = (label, value, p)
                    (contrast.failing, contrast.of) = (hits, group.count)
                    (contrast.othersFailing, contrast.othersOf) = (others.hits, others.of)
                    contrast.before = passing.top == value ? nil : passing.top
                }
                found.append((place, contrast))
            }
        }
        return found.sorted { ($0.1.p, $0.0, $0.1.value) < ($1.1.p, $1.0, $1.1.value) }.map(\.contrast)
    }

    /// "support-bot v14: 17 of 20 fail, support-bot v13: 0 of 40 (p < 1e-9)", or "the others".
    var sentence: String {
        let rest = before ?? "the others"
        return "\(value): \(failing) of \(of) fail, \(rest): \(othersFailing) of \(othersOf) (\(Phrase.probability(p)))"
    }
}
