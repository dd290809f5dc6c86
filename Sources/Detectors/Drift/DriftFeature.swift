import Basics
import OnCallModel

/// A feature: all observations of one name and type.
struct DriftFeature: Hashable, Sendable {
    var name: String
    var type: String
    /// The start of its newest output, or the hour of it.
    var newest: Instant
    /// In the window, and in the whole lookback; nil where that is unknown.
    var outputs: Int
    var total: Int?
    /// Its outputs come from more than one version of a prompt, model or release: a reason to read it first.
    var hasChanged: Bool

    var rootsOnly: Bool { type != "GENERATION" }
    /// The samples to learn from and the failing outputs that a drift needs at least.
    static let minOutputs = DriftRule.minSamples + DriftVerdict.minFailing
    /// It has hardly any outputs from before the window.
    var isYoung: Bool { total.map { $0 - outputs < Self.minOutputs } ?? false }
    var isRare: Bool { total.map { $0 < Self.minOutputs } ?? false }

    /// Of a name that both generations and roots have, the generations count. `history` has the sums of the whole lookback.
    static func read(_ rows: RowSet, history: RowSet = RowSet(columns: [])) -> [DriftFeature] {
        func key(_ row: RowSet.Record) -> [String] { [row.text("type"), row.text("name")] }
        func hasChanged(_ row: RowSet.Record) -> Bool {
            ["prompt", "model", "release"].contains { row["first_\($0)"] != row["last_\($0)"] }
        }
        let past = Dictionary(history.records.map { (key($0), $0) }) { $1 }
        let features = rows.records.compactMap { row -> DriftFeature? in
            guard let name = row["name"].text, !name.isEmpty, let type = row["type"].text,
                let newest = row["newest"].instant
            else { return nil }
            let sums = past[key(row)]
            return DriftFeature(
                name: name, type: type, newest: newest, outputs: row["outputs"].integer ?? 0,
                total: sums?["outputs"].integer, hasChanged: hasChanged(row) || (sums.map(hasChanged) ?? false))
        }
        return Dictionary(features.map { ($0.name, $0) }) { $1.rank > $0.rank ? $1 : $0 }.values
            .sorted { $0.name < $1.name }
    }

    private var rank: Int { ["SPAN", "CHAIN", "AGENT", "GENERATION"].firstIndex(of: type) ?? -1 }
}

/// Which features are read in a cycle (docs/decisions/0008).
struct DriftPlan {
    /// In the order of reading.
    let chosen: [DriftFeature]
    /// Features that are due and exceed the limit.
    let waiting: Int

    private static let maxThorough = 50
    private static let maxRoutine = 10
    /// An open drift is read again after this, so that it ends soon after the failure does. A little less than an hour,
    /// because cycles do not start to the second.
    private static let interval = Span.minutes(55)

    init(_ features: [DriftFeature], _ memory: [String: FeatureSnapshot], _ context: DetectorContext) {
        let open = context.unresolved
        func isOpen(_ feature: DriftFeature) -> Bool {
            open.contains(feature.name) || memory[feature.name]?.state == .drifted
        }
        func checkedAt(_ feature: DriftFeature) -> Instant { memory[feature.name]?.lookedAt ?? .distantPast }
        /// Too few outputs to learn from: a call would be in vain.
        func isHopeless(_ feature: DriftFeature) -> Bool {
            feature.isRare && memory[feature.name]?.state ?? .learning == .learning && !isOpen(feature)
        }
        /// Open ones first, then those that were changed, then the ones that waited longest, then the busiest.
        func order(_ feature: DriftFeature) -> (Int, Int, Instant, Int, String) {
            let (open, changed) = (isOpen(feature) ? 0 : 1, feature.hasChanged ? 0 : 1)
            return (open, changed, checkedAt(feature), -feature.outputs, feature.name)
        }
        let ordered = features.filter { !isHopeless($0) }.sorted { order($0) < order($1) }
        switch context.effort {
        case .thorough:
            let due = ordered.filter { isOpen($0) || $0.newest > memory[$0.name]?.newestOutput ?? .distantPast }
            chosen = Array(due.prefix(Self.maxThorough))
            waiting = due.count - chosen.count
        case .routine:
            let due = ordered.filter { isOpen($0) && context.now - checkedAt($0) >= Self.interval }
            let new = ordered.filter { checkedAt($0) == .distantPast && !isOpen($0) }
            chosen = due + new.prefix(Self.maxRoutine)
            waiting = max(0, new.count - Self.maxRoutine)
        }
    }
}
