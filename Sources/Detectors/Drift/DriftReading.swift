import Basics
import OnCallModel

/// Reads the latest outputs of many features: one statement for those that are known and one for those that are new. The bodies are
/// read together (docs/decisions/0027).
struct DriftReading {
    /// The newest outputs of each feature that can be judged, oldest first.
    private(set) var outputs: [String: [DriftOutput]] = [:]
    /// Features whose outputs the next run reads, because no call was left.
    private(set) var waiting: Set<String> = []
    /// Features whose outputs could not be read.
    private(set) var unread: Set<String> = []

    private let context: DetectorContext
    private let calls: DriftCalls

    private init(_ context: DetectorContext, _ memory: [String: FeatureSnapshot]) {
        self.context = context
        calls = DriftCalls(context, memory)
    }

    static func read(
        _ features: [DriftFeature], _ memory: [String: FeatureSnapshot], _ context: DetectorContext, _ ask: Ask
    ) async throws(QueryFailure) -> DriftReading {
        var reading = DriftReading(context, memory)
        let isNew = { (feature: DriftFeature) in memory[feature.name]?.state ?? .learning == .learning }
        try await reading.read(features.filter { !isNew($0) }, areNew: false, ask)
        try await reading.read(features.filter(isNew), areNew: true, ask)
        return reading
    }

    private mutating func read(
        _ features: [DriftFeature], areNew: Bool, _ ask: Ask
    ) async throws(QueryFailure) {
        guard !features.isEmpty else { return }
        let gaps = ask.gaps.count
        var answer: RowSet?
        for amount in areNew ? [DriftQueries.Amount.enough, .all] : [.all] {
            let query = DriftQueries.latest(
                amount, of: features, areNew: areNew, now: context.now, calls: calls.bodies(areNew, amount))
            guard let rows = try await ask.attempt(query) else { break }
            answer = rows
        }
        guard let rows = answer else {
            unread.formUnion(features.map(\.name))
            return
        }
        let records = Dictionary(grouping: rows.records) { [$0.text("type"), $0.text("name")] }
        for feature in features {
            let found = records[[feature.type, feature.name]] ?? []
            if found.isRun(of: DriftQueries.checked, enough: areNew ? 2 * DriftFeature.minOutputs : 0) {
                outputs[feature.name] = DriftOutput.inOrder(
                    found.compactMap { DriftOutput($0, rootsOnly: feature.rootsOnly) })
            } else if ask.gaps.count > gaps {
                unread.insert(feature.name)
            } else {
                waiting.insert(feature.name)
            }
        }
    }
}

/// The calls that a run may make.
struct DriftCalls: Hashable {
    /// For the bodies of known features, of as many outputs of new ones as they need, and of more.
    private let known: Int
    private let new: Int
    private let more: Int
    /// Readings of older outputs, for the beginning of a drift.
    var searches: Int
    /// Versions of prompts.
    var prompts: Int

    init(_ context: DetectorContext, _ memory: [String: FeatureSnapshot]) {
        if context.isRightAfter(memory.values.compactMap(\.lookedAt).max()) {
            (known, new, more, searches, prompts) = (0, 0, 0, 0, 0)
        } else {
            (known, new, more, searches, prompts) = context.effort == .thorough ? (8, 20, 4, 6, 3) : (2, 5, 1, 4, 2)
        }
    }

    func bodies(_ areNew: Bool, _ amount: DriftQueries.Amount) -> Int {
        areNew ? amount == .enough ? new : more : known
    }
}
