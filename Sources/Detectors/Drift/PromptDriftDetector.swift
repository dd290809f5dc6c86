import Basics
package import OnCallModel

/// Opens when the latest outputs of a feature do not fit its snapshot, more often than chance and the feature's own past
/// explain, or when one of its scores fell.
///
/// The mirror, which holds no outputs, says which features have new ones. The plan chooses which of them are read: one call
/// each, two where the feature is new.
package struct PromptDriftDetector: Detector {
    package typealias Memory = FeatureSnapshot

    package let type = DetectionType.promptDrift

    /// After more failures than this the source is not asked for the rest.
    private static let maxUnread = 3

    package init() {}

    package func run(
        _ context: DetectorContext, memory: inout [String: FeatureSnapshot], ask: Ask
    ) async throws(QueryFailure) -> DetectorReport {
        var report = DetectorReport(state: .ok, message: "")
        var judged: Set<Fingerprint> = []
        var (looked, unread, scores): ([String], [String], [ScoreDrift]) = ([], [], [])
        let features = try await features(context, memory, ask)
        var plan = DriftPlan(features, memory, context)
        for feature in features where feature.isRare && memory[feature.name] == nil && !plan.contains(feature) {
            memory[feature.name] = FeatureSnapshot(
                feature: feature.name, state: .learning, profile: OutputProfile(), capturedAt: context.now)
        }
        while unread.count <= Self.maxUnread, let feature = plan.next() {
            let probe = DriftProbe(feature: feature, known: memory[feature.name], context: context)
            guard let result = try await probe.run(ask) else {
                unread.append(feature.name)
                continue
            }
            looked.append(feature.name)
            memory[feature.name] = result.snapshot
            judged.insert(.schemaDrift(of: feature.name))
            guard let drift = result.drift else { continue }
            report.findings.append(drift.finding(now: context.now))
            report.records.append(.drift(drift.event(now: context.now)))
        }
        // In a routine cycle scores are compared only where an open drift is looked at again.
        if context.effort == .thorough || !context.unresolved.isDisjoint(with: looked) {
            scores = try await compareScores(context, &report, ask)
            judged.formUnion(scores.filter(\.isJudged).map(\.fingerprint))
        }
        report.findings.sort { ($0.severity, $1.subject, $1.description) > ($1.severity, $0.subject, $0.description) }
        report.judged = .only(judged)
        let summary = DriftSummary(
            features: features, memory: memory, looked: looked.count, unread: unread, left: plan.left, scores: scores)
        (report.state, report.message) = (summary.state, summary.message)
        return report
    }

    /// The features with outputs in the window. How much each gave in the past is asked only where one is to be read.
    private func features(
        _ context: DetectorContext, _ memory: [String: FeatureSnapshot], _ ask: Ask
    ) async throws(QueryFailure) -> [DriftFeature] {
        let rows = try await ask(
            context.effort == .thorough
                ? DriftQueries.features(now: context.now) : DriftQueries.generations(now: context.now))
        let features = DriftFeature.read(rows)
        guard !DriftPlan(features, memory, context).isEmpty,
            let history = try await ask.ifPossible(DriftQueries.history(now: context.now))
        else { return features }
        return DriftFeature.read(rows, history: history)
    }

    /// Every score that could be compared; those that fell are added to the report.
    private func compareScores(
        _ context: DetectorContext, _ report: inout DetectorReport, _ ask: Ask
    ) async throws(QueryFailure) -> [ScoreDrift] {
        let now = context.now
        let count = try await ask.ifPossible(DriftQueries.anyScore(now: now))?.records.first?["scores"].integer ?? 0
        let query = DriftQueries.scores(now: now)
        guard count > 0, let rows = try await ask.ifPossible(query) else { return [] }
        let (scores, unreadable) = ScoreDrift.read(rows)
        if unreadable > 0 { report.skipped.append("\(unreadable) scores are not numbers.") }
        for score in scores where score.isDrift(context.settings) {
            let minutes = try await ask.ifPossible(DriftQueries.minutes(of: score, now: now))
            let onset = minutes.flatMap(score.onset(in:)) ?? now - DriftQueries.window
            report.findings.append(score.finding(onset: onset, now: now, sql: query.sql))
            report.records.append(.drift(score.event(onset: onset, now: now)))
        }
        return scores
    }
}

/// What a run came to, for the report.
struct DriftSummary {
    let features: [DriftFeature]
    /// As it is after the run.
    let memory: [String: FeatureSnapshot]
    let looked: Int
    /// Features whose outputs could not be read.
    let unread: [String]
    let left: Int
    let scores: [ScoreDrift]

    private func state(of feature: DriftFeature) -> FeatureSnapshot.State { memory[feature.name]?.state ?? .learning }
    private var learning: [DriftFeature] { features.filter { state(of: $0) == .learning } }

    var state: DetectorHealth.State {
        if !unread.isEmpty { return .partial }
        return !features.isEmpty && learning.count == features.count ? .learning : .ok
    }

    var message: String {
        guard !features.isEmpty || !scores.isEmpty else { return "No feature gave an output in 24 hours." }
        let drifted = features.count { state(of: $0) == .drifted }
        var parts = ["\(features.count) features, \(looked) looked at, \(drifted) drift"]
        if let max = learning.map({ $0.total ?? $0.outputs }).max() {
            let enough = DriftFeature.enough
            parts.append("\(learning.count) learning (\(min(max, enough)) of \(enough) outputs)")
        }
        if !scores.isEmpty {
            parts.append("\(scores.count) scores compared, \(scores.count { !$0.isJudged }) learning")
        }
        if left > 0 { parts.append("\(left) left for the next cycle") }
        guard !unread.isEmpty else { return parts.joined(separator: "; ") + "." }
        let more = unread.count > 3 ? " and \(unread.count - 3) more" : ""
        return parts.joined(separator: "; ")
            + ". The outputs of \(unread.prefix(3).joined(separator: ", "))\(more) could not be read."
    }
}
