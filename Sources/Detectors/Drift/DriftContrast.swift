import Basics
import OnCallModel

/// By which label failing and passing outputs differ, and how surely: "support-bot v14: 17 of 20 fail, the others 0 of 40".
struct DriftContrast: Hashable, Sendable {
    var label: DriftOrigin.Label
    var value: String
    var failing: Int
    var of: Int
    var othersFailing: Int
    var othersOf: Int
    /// The most frequent value among the passing ones; nil where none has one.
    var before: String?
    var p: Double

    /// What chance explains is not said.
    static let significance = 0.001
    /// A cause by itself: nearly all fail with it, hardly any without.
    var isStrong: Bool {
        p < 1e-4 && Double(failing) >= 0.5 * Double(of) && Double(othersFailing) <= 0.1 * Double(othersOf)
    }

    /// `outputs` with whether each fails; the surest contrast first.
    static func all(_ outputs: [(origin: DriftOrigin, fails: Bool)]) -> [DriftContrast] {
        let failing = outputs.count(where: \.fails)
        var found: [DriftContrast] = []
        for label in DriftOrigin.Label.allCases {
            let counts = outputs.reduce(into: [String: (failing: Int, of: Int)]()) { known, output in
                guard let value = output.origin[label] else { return }
                known[value, default: (0, 0)].of += 1
                if output.fails { known[value]?.failing += 1 }
            }
            let passing = counts.map { ($0.key, $0.value.of - $0.value.failing) }.filter { $0.1 > 0 }
            let usual = passing.max { ($0.1, $1.0) < ($1.1, $0.0) }?.0
            for (value, count) in counts {
                let others = outputs.count - count.of
                let p = FisherExact.p(count.failing, of: count.of, against: failing - count.failing, of: others)
                guard p < significance else { continue }
                found.append(
                    DriftContrast(
                        label: label, value: value, failing: count.failing, of: count.of,
                        othersFailing: failing - count.failing, othersOf: others,
                        before: usual == value ? nil : usual, p: p))
            }
        }
        let order = Dictionary(uniqueKeysWithValues: zip(DriftOrigin.Label.allCases, 0...))
        return found.sorted { ($0.p, order[$0.label] ?? 0, $0.value) < ($1.p, order[$1.label] ?? 0, $1.value) }
    }

    /// "support-bot v14: 17 of 20 fail, support-bot v13: 0 of 40 (p < 1e-9)". Others than one are "the others".
    var sentence: String {
        let rest = before ?? "the others"
        return "\(value): \(failing) of \(of) fail, \(rest): \(othersFailing) of \(othersOf) (\(Self.spell(p)))"
    }

    /// `p < 1e-9`, `p = 0.0004`.
    static func spell(_ p: Double) -> String {
        guard p < 0.001 else { return "p = \(Format.decimal(p, digits: 3))" }
        var (exponent, bound) = (3, 0.001)
        while exponent < 30, p < bound / 10 { (exponent, bound) = (exponent + 1, bound / 10) }
        return "p < 1e-\(exponent)"
    }

    var fact: SchemaDriftFacts.Contrast {
        .with { fact in
            (fact.label, fact.value, fact.before) = (label, value, before)
            (fact.failing, fact.of) = (failing, of)
            (fact.othersFailing, fact.othersOf, fact.p) = (othersFailing, othersOf, p)
        }
    }
}
