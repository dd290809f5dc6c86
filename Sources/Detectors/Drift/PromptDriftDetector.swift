import Basics
package import OnCallModel

/// Opens when the latest outputs of a feature do not fit its snapshot, more often than chance and the feature's own past
/// explain, or when one of its scores fell.
///
/// The mirror, which has no outputs, shows which features have new ones. The plan chooses which of them are read, together.
package struct PromptDriftDetector: Detector {
    package typealias Memory = FeatureSnapshot

    package let type = DetectionType.promptDrift

    package init() {}

    package func run(
        _ context: DetectorContext, memory: inout [String: FeatureSnapshot], ask: Ask
    ) async throws(QueryFailure) -> DetectorReport {
        var report = DetectorReport(state: .ok, message: "")
        var judged: Set<Fingerprint> = []
        var (checked, scores): ([String], [ScoreDrift]) = ([], [])
        let features = try await features(context, memory, ask)
        let plan = DriftPlan(features, memory, context)
        let chosen = Set(plan.chosen.map(\.name))
        for feature in features where feature.isRare && memory[feature.name] == nil && !chosen.contains(feature.name) {
            memory[feature.name] = FeatureSnapshot(
                feature: feature.name, state: .learning, profile: OutputProfile(), capturedAt: context.now)
        }
        var calls = DriftCalls(context, memory)
        let reading = try await DriftReading.read(plan.chosen, memory, context, ask)
        for feature in plan.chosen {
            guard let outputs = reading.outputs[feature.name] else { continue }
            let probe = DriftProbe(feature: feature, known: memory[feature.name], context: context)
            let (snapshot, drift) = try await probe.run(outputs, &calls, ask)
            checked.append(feature.name)
            memory[feature.name] = snapshot
            judged.insert(.schemaDrift(of: feature.name))
            guard let drift else { continue }
            report.findings.append(drift.finding(now: context.now))
            report.records.append(.drift(drift.event(now: context.now)))
        }
        // In a routine cycle scores are compared only if an open drift was checked again.
        if context.effort == .thorough || !context.unresolved.isDisjoint(with: checked) {
            scores = try await compareScores(context, &report, ask)
            judged.formUnion(scores.filter(\.isJudged).map(\.fingerprint))
        }
        report.findings.sort { ($0.severity, $1.subject, $1.description) > ($1.severity, $0.subject, $0.description) }
        report.judged = .only(judged)
        (report.state, report.message) = health(
            features, memory, checked: checked.count, unread: reading.unread.sorted(),
            waiting: reading.waiting.count + plan.waiting, scores)
        return report
    }

    /// The features with outputs in the window. Their past is queried only if one is to be read.
    private func features(
        _ context: DetectorContext, _ memory: [String: FeatureSnapshot], _ ask: Ask
    ) async throws(QueryFailure) -> [DriftFeature] {
        let rows = try await ask(
            context.effort == .thorough
                ? DriftQueries.features(now: context.now) : DriftQueries.generations(now: context.now))
        let features = DriftFeature.read(rows)
        guard !DriftPlan(features, memory, context).chosen.isEmpty,
            let history = try await ask.ifPossible(DriftQueries.history(now: context.now))
        else { return features }
        return DriftFeature.read(rows, history: history)
    }

    /// Every score that has values; those that fell are added to the report.
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

    private func health(
        _ features: [DriftFeature], _ memory: [String: FeatureSnapshot], checked: Int, unread: [String], waiting: Int,
        _ scores: [ScoreDrift]
    ) -> (DetectorHealth.State, String) {
        guard !features.isEmpty || !scores.isEmpty else { return (.ok, "No feature gave an output in 24 hours.") }
        let learning = features.filter { memory[$0.name]?.state ?? .learning == .learning }
        let drifted = features.count { memory[$0.name]?.state == .drifted }
        var parts = ["\(features.count) features, \(checked) checked, \(drifted) drifted"]
        if let max = learning.map({ $0.total ?? $0.outputs }).max() {
            let enough = DriftFeature.minOutputs
            parts.append("\(learning.count) learning (\(min(max, enough)) of \(enough) outputs)")
        }
        if !scores.isEmpty {
            parts.append("\(scores.count) scores compared, \(scores.count { !$0.isJudged }) learning")
        }
        if waiting > 0 { parts.append("\(waiting) waiting for the next cycle") }
        let message = parts.joined(separator: "; ") + "."
        guard unread.isEmpty else {
            let more = unread.count > 3 ? " and \(unread.count - 3) more" : ""
            let names = unread.prefix(3).joined(separator: ", ") + more
            return (.partial, "\(message) The outputs of \(names) could not be read.")
        }
        return (!features.isEmpty && learning.count == features.count ? .learning : .ok, message)
    }
}
