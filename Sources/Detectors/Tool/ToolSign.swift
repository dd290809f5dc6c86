import Basics
import OnCallModel

/// One way in which outputs fail, counted in the latest outputs and in the tool's own past.
struct ToolSign: Hashable {
    enum Kind: Hashable {
        /// An error inside a success.
        case error
        /// A page of HTML where there were none.
        case page
        /// No JSON where there was JSON.
        case form
        case shape(ShapeDeviation)
        case empty
        case short
        /// The same as before, though something else went in.
        case repeated

        /// The original's names: A is the schema, C the length.
        var strategy: String {
            switch self {
            case .error, .page, .form, .shape, .repeated: "A"
            case .empty, .short: "C"
            }
        }

        /// Of signs of one output the first one is told.
        var rank: Int {
            switch self {
            case .error: 0
            case .page: 1
            case .form: 2
            case .empty: 3
            case .shape: 4
            case .short: 5
            case .repeated: 6
            }
        }
    }

    var kind: Kind
    var hits: Int
    var of: Int
    var pastHits: Int
    var pastOf: Int
    /// Fisher's exact test, one-sided.
    var p: Double

    /// Fewer failing outputs than these are nobody's trouble.
    static let leastHits = 3
    /// For what the past never had, and for what it had now and then: outputs that fail on their own account come in
    /// bursts, which the test takes for more than chance.
    static let chanceOfNew = 1e-4
    static let chanceOfKnown = 1e-6
    static let leastRatio = 3.0
    /// An output of less than this share of the median is short, where the median is at least this long.
    static let shortShare = 0.2
    static let leastMedian = 50

    init(_ kind: Kind, _ hits: Int, of: Int, pastHits: Int, pastOf: Int) {
        (self.kind, self.hits, self.of, self.pastHits, self.pastOf) = (kind, hits, of, pastHits, pastOf)
        p = FisherExact.p(hits, of: of, against: pastHits, of: pastOf)
    }

    var pastRate: Double { pastOf > 0 ? Double(pastHits) / Double(pastOf) : 1 }

    /// More than chance, and not a little more of what was always there.
    var isReal: Bool {
        guard hits >= Self.leastHits, pastOf >= ToolProfile.leastPast, of > 0 else { return false }
        let rate = Double(hits) / Double(of)
        return p < (pastHits == 0 ? Self.chanceOfNew : Self.chanceOfKnown) && rate >= Self.leastRatio * pastRate
    }

    /// Rare in the past, so that even one is worth waiting for what follows it.
    var isSuspicious: Bool { hits > 0 && pastOf >= ToolProfile.leastPast && pastRate <= 0.05 }

    /// Whether an output has the sign; nil where it could not. `median` is the past's usual length.
    static func has(
        _ kind: Kind, _ output: ToolOutput, after earlier: ArraySlice<ToolOutput>, median: Double
    ) -> Bool? {
        switch (kind, output.form) {
        case (.error, .error): return true
        case (.error, _): return false
        case (.empty, .error): return nil
        case (.empty, let form): return form == .empty
        case (_, .error), (_, .empty): return nil
        case (.page, let form): return form == .page
        case (.form, .document): return false
        case (.form, _): return true
        case (.shape(let deviation), .document):
            return deviation.isPossible(in: output.places) ? deviation.isThere(in: output.places) : nil
        case (.shape, _): return nil
        case (.short, _): return Double(output.length) < median * shortShare
        case (.repeated, _): return output.repeats(earlier)
        }
    }

    /// Every sign that one of the outputs from `start` on has, held against the past.
    static func all(in rows: [ToolOutput], from start: Int, against past: ToolProfile) -> [ToolSign] {
        var kinds: Set<Kind> = [.error, .page, .empty, .repeated]
        if past.documents * 2 >= past.profile.samples, past.documents > 0 { kinds.insert(.form) }
        if past.medianLength > leastMedian { kinds.insert(.short) }
        var shapes: [ShapeDeviation: (hits: Int, of: Int)] = [:]
        let documents = rows[start...].map(\.places).filter { !$0.isEmpty }
        for places in documents {
            for deviation in ShapeDeviation.all(in: places, against: past.profile) {
                shapes[deviation, default: (0, 0)].hits += 1
            }
        }
        for deviation in shapes.keys {
            shapes[deviation]?.of = documents.count { deviation.isPossible(in: $0) }
        }
        let plain = kinds.map { sign($0, rows, from: start, past) }
        return plain
            + shapes.map { deviation, counts in
                let before = deviation.counts(in: past.profile)
                return ToolSign(
                    .shape(deviation), counts.hits, of: counts.of, pastHits: before.hits, pastOf: before.of)
            }
    }

    private static func sign(_ kind: Kind, _ rows: [ToolOutput], from start: Int, _ past: ToolProfile) -> ToolSign {
        let median = Double(past.medianLength)
        let told = (start..<rows.count).compactMap { has(kind, rows[$0], after: rows[..<$0], median: median) }
        let (pastHits, pastOf) = past.counts(of: kind)
        return ToolSign(kind, told.count { $0 }, of: told.count, pastHits: pastHits, pastOf: pastOf)
    }
}

extension ToolProfile {
    /// How many past outputs had a sign, of how many.
    fileprivate func counts(of kind: ToolSign.Kind) -> (hits: Int, of: Int) {
        let least = ToolSign.shortShare * Double(medianLength)
        return switch kind {
        case .error: (errors, outputs)
        case .empty: (empties, outputs - errors)
        case .page: (pages, profile.samples)
        case .form: (profile.texts, profile.samples)
        case .shape(let deviation): deviation.counts(in: profile)
        case .short:
            (lengths.count { Double($0) < least }, lengths.count)
        case .repeated: (repeats, comparisons)
        }
    }
}
