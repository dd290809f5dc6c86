import Basics
import OnCallModel

/// One way in which outputs fail, counted in the latest outputs and in the tool's own past.
struct ToolSign: Hashable {
    typealias Name = ToolOutputFacts.Sign.Kind

    struct Kind: Hashable {
        var name: Name
        /// Of a missing value or a changed type.
        var deviation: Deviation?

        init(_ name: Name) { self.name = name }

        init(_ deviation: Deviation) {
            (name, self.deviation) = (deviation.what == .missing ? .missing : .typeChanged, deviation)
        }

        /// The original system's names: A is the schema, C the length.
        var strategy: String { name == .empty || name == .short ? "C" : "A" }

        /// Of equally significant signs, the first is reported.
        var rank: Int {
            let names: [Name] = [.error, .page, .form, .empty, .missing, .short, .repeated]
            return names.firstIndex(of: name == .typeChanged ? .missing : name) ?? names.count
        }

        /// Orders the deviations.
        var place: String { deviation.map { "\($0.path) \(name == .missing ? "" : $0.word)" } ?? "" }
    }

    var kind: Kind
    var now: Share
    var past: Share
    /// Fisher's exact test, one-sided.
    var p: Double

    /// Fewer failing outputs are not reported.
    static let minHits = 3
    /// The limits for failures that the past never had, and for known ones: outputs that fail on their own account come in
    /// bursts, which the test takes for more than chance.
    static let maxChanceOfNew = 1e-4
    static let maxChanceOfKnown = 1e-6
    static let minRatio = 3.0
    /// An output of less than this share of the median is short, if the median is at least this long.
    fileprivate static let shortShare = 0.2
    private static let minMedian = 50

    private init(_ kind: Kind, now: Share, past: Share) {
        (self.kind, self.now, self.past) = (kind, now, past)
        p = FisherExact.p(now.hits, of: now.of, against: past.hits, of: past.of)
    }

    /// More than chance, and at least three times the past's rate.
    var isReal: Bool {
        now.hits >= Self.minHits && past.of >= ToolProfile.minPast
            && p < (past.hits == 0 ? Self.maxChanceOfNew : Self.maxChanceOfKnown)
            && now.rate >= Self.minRatio * past.rate
    }

    /// Rare in the past: after even one, nothing is learnt until more outputs are known.
    var isSuspicious: Bool { now.hits > 0 && past.of >= ToolProfile.minPast && past.rate <= 0.05 }

    /// Whether an output has the sign; nil where it could not. `median` is the past's usual length.
    static func has(
        _ kind: Kind, _ output: ToolOutput, after earlier: ArraySlice<ToolOutput>, median: Double
    ) -> Bool? {
        switch (kind.name, output.form) {
        case (.error, .error): return true
        case (.error, _): return false
        case (.empty, .error): return nil
        case (.empty, let form): return form == .empty
        case (_, .error), (_, .empty): return nil
        case (.page, let form): return form == .page
        case (.form, .document): return false
        case (.form, _): return true
        case (.missing, .document), (.typeChanged, .document):
            guard let deviation = kind.deviation, deviation.isPossible(in: output.places) else { return nil }
            return deviation.holds(in: output.places)
        case (.missing, _), (.typeChanged, _): return nil
        case (.short, _): return Double(output.length) < median * shortShare
        case (.repeated, _): return output.repeats(earlier)
        }
    }

    /// Every sign that one of the outputs from `start` on has, compared with the past.
    static func all(in rows: [ToolOutput], from start: Int, against past: ToolProfile) -> [ToolSign] {
        var names: Set<Name> = [.error, .page, .empty, .repeated]
        if past.documents * 2 >= past.profile.samples, past.documents > 0 { names.insert(.form) }
        if past.medianLength > minMedian { names.insert(.short) }
        let median = Double(past.medianLength)
        let signs = names.map { name in
            let kind = Kind(name)
            let known = (start..<rows.count).compactMap { has(kind, rows[$0], after: rows[..<$0], median: median) }
            return ToolSign(kind, now: Share(hits: known.count { $0 }, of: known.count), past: past.share(of: kind))
        }
        var hits: [Deviation: Int] = [:]
        let documents = rows[start...].map(\.places).filter { !$0.isEmpty }
        for places in documents {
            for deviation in Deviation.all(in: places, against: past.profile).keys { hits[deviation, default: 0] += 1 }
        }
        return signs
            + hits.map { deviation, hits in
                let now = Share(hits: hits, of: documents.count { deviation.isPossible(in: $0) })
                return ToolSign(Kind(deviation), now: now, past: deviation.share(in: past.profile))
            }
    }
}

extension ToolProfile {
    /// How many past outputs had a sign, of how many.
    fileprivate func share(of kind: ToolSign.Kind) -> Share {
        let short = ToolSign.shortShare * Double(medianLength)
        return switch kind.name {
        case .error: Share(hits: errors, of: outputs)
        case .empty: Share(hits: empties, of: outputs - errors)
        case .page: Share(hits: pages, of: profile.samples)
        case .form: Share(hits: profile.texts, of: profile.samples)
        case .short: Share(hits: lengths.count { Double($0) < short }, of: lengths.count)
        case .repeated: Share(hits: repeats, of: comparisons)
        case .missing, .typeChanged: kind.deviation?.share(in: profile) ?? Share(hits: 0, of: 0)
        }
    }
}

extension ToolSign {
    var fact: ToolOutputFacts.Sign {
        .with { fact in
            (fact.kind, fact.strategy, fact.p) = (kind.name, kind.strategy, p)
            fact.path = kind.deviation.map { String($0.path.prefix(120)) }
            (fact.hits, fact.of, fact.pastHits, fact.pastOf) = (now.hits, now.of, past.hits, past.of)
        }
    }
}
