package import Basics
import OnCallModel

/// A feature: all observations of one name and type.
struct DriftFeature: Hashable, Sendable {
    var name: String
    var type: String
    /// The start of its newest output, or the hour of it.
    var newest: Instant
    /// In the window, and in the whole reach; nil where that is not known.
    var outputs: Int
    var total: Int?
    /// More than one version of a prompt, model or release made them: a reason to look at it first.
    var hasChanged: Bool

    var rootsOnly: Bool { type != "GENERATION" }
    /// So many outputs are learnt from, and so many must fail, before anything can be said.
    static let enough = DriftRule.leastSamples + DriftVerdict.leastFailing
    var isRare: Bool { total.map { $0 < Self.enough } ?? false }

    /// Of a name that both generations and roots bear, the generations count. `history` are the sums of the whole reach.
    static func read(_ rows: RowSet, history: RowSet = RowSet(columns: [])) -> [DriftFeature] {
        let past = Dictionary(
            history.records.map { ("\($0["type"].text ?? "")\u{1F}\($0["name"].text ?? "")", $0) },
            uniquingKeysWith: { $1 })
        var known: [String: DriftFeature] = [:]
        for row in rows.records {
            guard let name = row["name"].text, !name.isEmpty, let type = row["type"].text,
                let newest = row["newest"].instant
            else { continue }
            let sums = past["\(type)\u{1F}\(name)"]
            let feature = DriftFeature(
                name: name, type: type, newest: newest, outputs: row["outputs"].integer ?? 0,
                total: sums?["outputs"].integer, hasChanged: hasChanged(row) || (sums.map(hasChanged) ?? false))
            if let other = known[name], other.rank >= feature.rank { continue }
            known[name] = feature
        }
        return known.values.sorted { $0.name < $1.name }
    }

    private static func hasChanged(_ row: RowSet.Record) -> Bool {
        ["prompt", "model", "release"].contains { row["first_\($0)"] != row["last_\($0)"] }
    }

    private var rank: Int { ["SPAN", "CHAIN", "AGENT", "GENERATION"].firstIndex(of: type) ?? -1 }
}

/// Which features are read in a cycle, in this order (docs/decisions/0008).
struct DriftPlan: Hashable, Sendable {
    private var waiting: [DriftFeature]
    /// Those that have something to be said of and did not fit.
    private var leftOut = 0

    static let maxThorough = 50
    static let maxRoutine = 10
    /// A drift that is open is read again after this, so that it ends when the trouble does. A little less than an hour, as
    /// cycles do not come to the second.
    static let again = Span.minutes(55)
    private static let never = Instant(milliseconds: 0)

    init(_ features: [DriftFeature], _ memory: [String: FeatureSnapshot], _ context: DetectorContext) {
        let open = context.unresolved
        func isOpen(_ feature: DriftFeature) -> Bool {
            open.contains(feature.name) || memory[feature.name]?.state == .drifted
        }
        func lookedAt(_ feature: DriftFeature) -> Instant { memory[feature.name]?.lookedAt ?? Self.never }
        /// Too few to learn from: a call would tell nothing.
        func isHopeless(_ feature: DriftFeature) -> Bool {
            feature.isRare && memory[feature.name]?.state ?? .learning == .learning && !isOpen(feature)
        }
        // Open ones first, then those that were changed, then the ones that waited longest, then the busiest.
        let ordered = features.filter { !isHopeless($0) }.sorted { left, right in
            if isOpen(left) != isOpen(right) { return isOpen(left) }
            if left.hasChanged != right.hasChanged { return left.hasChanged }
            if lookedAt(left) != lookedAt(right) { return lookedAt(left) < lookedAt(right) }
            return (left.outputs, right.name) > (right.outputs, left.name)
        }
        switch context.effort {
        case .thorough:
            let wanted = ordered.filter { isOpen($0) || $0.newest > memory[$0.name]?.newestOutput ?? Self.never }
            waiting = Array(wanted.prefix(Self.maxThorough))
            leftOut = wanted.count - waiting.count
        case .routine:
            let due = ordered.filter { isOpen($0) && context.now - lookedAt($0) >= Self.again }
            let new = ordered.filter { lookedAt($0) == Self.never && !isOpen($0) }
            waiting = due + new.prefix(Self.maxRoutine)
            leftOut = max(0, new.count - Self.maxRoutine)
        }
    }

    var isEmpty: Bool { waiting.isEmpty }
    /// Those that wait for the next cycle.
    var left: Int { waiting.count + leftOut }

    func contains(_ feature: DriftFeature) -> Bool { waiting.contains { $0.name == feature.name } }

    mutating func next() -> DriftFeature? { waiting.isEmpty ? nil : waiting.removeFirst() }
}

extension Fingerprint {
    /// The drift of a feature's outputs.
    package static func schemaDrift(of feature: String) -> Fingerprint {
        Fingerprint(DetectionType.promptDrift.rawValue, DriftEvent.Kind.schema.rawValue, feature)
    }

    /// The fall of one score of a feature.
    package static func scoreDrift(of feature: String, score: String) -> Fingerprint {
        Fingerprint(DetectionType.promptDrift.rawValue, DriftEvent.Kind.score.rawValue, feature, score)
    }
}
