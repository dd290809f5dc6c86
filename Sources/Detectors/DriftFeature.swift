package import Basics
import OnCallModel

/// A feature: all observations of one name and type.
struct DriftFeature: Hashable, Sendable {
    var name: String
    var type: String
    var newest: Instant
    var outputs: Int

    var rootsOnly: Bool { type != "GENERATION" }

    /// Of a name that both generations and roots bear, the generations count.
    static func read(_ rows: RowSet) -> [DriftFeature] {
        var known: [String: DriftFeature] = [:]
        for row in rows.records {
            guard let name = row["name"].text, !name.isEmpty, let type = row["type"].text,
                let newest = row["newest"].instant
            else { continue }
            let feature = DriftFeature(
                name: name, type: type, newest: newest, outputs: row["outputs"].integer ?? 0)
            if let other = known[name], other.rank >= feature.rank { continue }
            known[name] = feature
        }
        return known.values.sorted { $0.name < $1.name }
    }

    private var rank: Int { ["SPAN", "CHAIN", "AGENT", "GENERATION"].firstIndex(of: type) ?? -1 }
}

/// Which features are looked at in a cycle, in this order (docs/decisions/0008).
struct DriftPlan: Hashable, Sendable {
    private(set) var features: [DriftFeature]
    /// Those that something is to be said of, and that did not fit.
    private(set) var left = 0

    static let mostThorough = 50
    static let mostRoutine = 10
    /// A drift that is open is looked at again after this, so that it ends when the trouble does. A little less than an
    /// hour, as cycles do not come to the second.
    static let again = Span.minutes(55)

    init(_ known: [DriftFeature], _ context: DetectorContext) {
        let open = context.openSubjects[.promptDrift] ?? []
        func isOpen(_ feature: DriftFeature) -> Bool {
            open.contains(feature.name) || context.snapshots[feature.name]?.state == .drifted
        }
        func isNew(_ feature: DriftFeature) -> Bool { context.snapshots[feature.name]?.lookedAt == nil }
        func lookedAt(_ feature: DriftFeature) -> Instant {
            context.snapshots[feature.name]?.lookedAt ?? Instant(milliseconds: 0)
        }
        // Open ones first, then the ones that waited longest; of new ones the busiest.
        let ordered = known.sorted { left, right in
            if isOpen(left) != isOpen(right) { return isOpen(left) }
            if lookedAt(left) != lookedAt(right) { return lookedAt(left) < lookedAt(right) }
            return (left.outputs, right.name) > (right.outputs, left.name)
        }
        switch context.effort {
        case .thorough:
            let wanted = ordered.filter { feature in
                isOpen(feature) || isNew(feature)
                    || feature.newest > context.snapshots[feature.name]?.newestOutput ?? Instant(milliseconds: 0)
            }
            features = Array(wanted.prefix(Self.mostThorough))
            left = wanted.count - features.count
        case .routine:
            let due = ordered.filter { isOpen($0) && context.now - lookedAt($0) >= Self.again }
            let new = ordered.filter { isNew($0) && !isOpen($0) }
            features = due + new.prefix(Self.mostRoutine)
            left = max(0, new.count - Self.mostRoutine)
        }
    }
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
