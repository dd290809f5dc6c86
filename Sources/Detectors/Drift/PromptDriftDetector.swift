package import Basics
package import OnCallModel

/// Opens when the latest outputs of a feature do not fit its snapshot, more often than chance and the feature's own past
/// explain, or when a score of it fell.
///
/// The mirror, which holds no outputs, says which features have new ones; those that the plan chooses have them read, one
/// call for each, two where the feature is new.
package struct PromptDriftDetector: DetectorMachine {
    package typealias Memory = FeatureSnapshot

    package let type = DetectionType.promptDrift

    private enum State {
        case idle, readingFeatures, readingHistory, looking, readingAnyScore, readingScores, readingMinutes, done
    }

    private var state = State.idle
    private var context = DetectorContext(now: Instant(milliseconds: 0), settings: Settings())
    private var features = RowSet(columns: [])
    private var left = 0
    private var looked = 0
    private var known: [DriftFeature] = []
    private var waiting: [DriftFeature] = []
    private var look: DriftLook?
    private var report = DetectorReport(state: .ok, message: "")
    private var judged: Set<Fingerprint> = []
    private var unread: [String] = []
    private var scoreSQL = ""
    private var pairs: [ScoreDrift] = []
    private var falling: [ScoreDrift] = []

    private static let mostUnread = 3

    package init() {}

    package mutating func start(_ context: DetectorContext) -> DetectorStep {
        self.context = context
        state = .readingFeatures
        return .query(
            context.effort == .thorough
                ? DriftQueries.features(now: context.now) : DriftQueries.generations(now: context.now))
    }

    package mutating func receive(_ rows: RowSet) -> DetectorStep {
        switch state {
        case .idle, .done: preconditionFailure("rows were not asked for")
        case .readingFeatures: return takeFeatures(rows)
        case .readingHistory: return choose(history: rows)
        case .looking:
            guard let step = look?.receive(rows) else { return nextLook() }
            return take(step)
        case .readingAnyScore:
            guard let count = rows.records.first?["scores"].integer, count > 0 else { return finish() }
            state = .readingScores
            let query = DriftQueries.scores(now: context.now)
            scoreSQL = query.sql
            return .query(query)
        case .readingScores: return takeScores(rows)
        case .readingMinutes: return takeMinutes(rows)
        }
    }

    // MARK: outputs

    /// How much there is of each is asked only where something is to be chosen.
    private mutating func takeFeatures(_ rows: RowSet) -> DetectorStep {
        features = rows
        known = DriftFeature.read(rows, history: RowSet(columns: []))
        guard !DriftPlan(known, context).features.isEmpty else { return choose(history: RowSet(columns: [])) }
        state = .readingHistory
        return .query(DriftQueries.history(now: context.now))
    }

    private mutating func choose(history: RowSet) -> DetectorStep {
        known = DriftFeature.read(features, history: history)
        let plan = DriftPlan(known, context)
        left = plan.left
        waiting = plan.features
        state = .looking
        // Those that are not looked at because they are rare are known of all the same.
        report.snapshots = known.filter { $0.isRare && context.snapshots[$0.name] == nil }.map {
            FeatureSnapshot(feature: $0.name, state: .learning, profile: OutputProfile(), capturedAt: context.now)
        }
        report.snapshots.removeAll { snapshot in waiting.contains { $0.name == snapshot.feature } }
        return nextLook()
    }

    private mutating func nextLook() -> DetectorStep {
        guard !waiting.isEmpty else { return askForScores() }
        var look = DriftLook(waiting.removeFirst(), context)
        let step = look.start()
        self.look = look
        return take(step)
    }

    private mutating func take(_ step: DriftLook.Step) -> DetectorStep {
        switch step {
        case .query(let query): return .query(query)
        case .done(let result):
            let name = look?.feature.name ?? ""
            look = nil
            if let snapshot = result.snapshot {
                looked += 1
                report.snapshots.append(snapshot)
                judged.insert(.schemaDrift(of: name))
            } else {
                unread.append(name)
                // A source that answers nothing several times over is not asked for the rest.
                if unread.count > Self.mostUnread { (left, waiting) = (left + waiting.count, []) }
            }
            if let finding = result.finding { report.findings.append(finding) }
            if let event = result.event { report.drifts.append(event) }
            return nextLook()
        }
    }

    // MARK: scores

    /// In a routine turn scores are compared only where a drift is looked at again.
    private mutating func askForScores() -> DetectorStep {
        let open = context.openSubjects[.promptDrift] ?? []
        let isDue = context.effort == .thorough || report.snapshots.contains { open.contains($0.feature) }
        guard isDue else { return finish() }
        state = .readingAnyScore
        return .query(DriftQueries.anyScore(now: context.now))
    }

    private mutating func takeScores(_ rows: RowSet) -> DetectorStep {
        let (pairs, unreadable) = ScoreDrift.read(rows)
        if unreadable > 0 { report.skipped.append("\(unreadable) scores are no numbers and were left out.") }
        self.pairs = pairs
        for pair in pairs where pair.isJudged { judged.insert(pair.fingerprint) }
        falling = pairs.filter { $0.isDrift(context.settings) }
        state = .readingMinutes
        return nextMinutes()
    }

    private mutating func nextMinutes() -> DetectorStep {
        guard let pair = falling.first else { return finish() }
        return .query(DriftQueries.minutes(of: pair, now: context.now))
    }

    private mutating func takeMinutes(_ rows: RowSet) -> DetectorStep {
        let pair = falling.removeFirst()
        let onset = pair.onset(in: rows, now: context.now)
        report.findings.append(pair.finding(onset: onset, now: context.now, sql: scoreSQL))
        report.drifts.append(pair.event(onset: onset, now: context.now))
        return nextMinutes()
    }

    // MARK: the report

    private mutating func finish() -> DetectorStep {
        state = .done
        report.findings.sort { ($0.severity, $1.subject, $1.description) > ($1.severity, $0.subject, $0.description) }
        report.judged = .only(judged)
        let states = known.reduce(into: [FeatureSnapshot.State: Int]()) { counts, feature in
            counts[state(of: feature), default: 0] += 1
        }
        report.state = unread.isEmpty ? .ok : .partial
        if unread.isEmpty, !known.isEmpty, states[.learning] == known.count { report.state = .learning }
        report.message = message(states)
        return .report(report)
    }

    private func state(of feature: DriftFeature) -> FeatureSnapshot.State {
        let snapshot = report.snapshots.first { $0.feature == feature.name } ?? context.snapshots[feature.name]
        return snapshot?.state ?? .learning
    }

    private func message(_ states: [FeatureSnapshot.State: Int]) -> String {
        guard !known.isEmpty || !pairs.isEmpty else { return "No feature gave an output in 24 hours." }
        var parts = ["\(known.count) features, \(looked) looked at, \(states[.drifted] ?? 0) drift"]
        if let learning = states[.learning], learning > 0 {
            let most = known.compactMap { feature in
                state(of: feature) == .learning ? feature.total ?? feature.outputs : nil
            }.max()
            parts.append(
                "\(learning) learning (\(min(most ?? 0, DriftFeature.enough)) of \(DriftFeature.enough) outputs)")
        }
        let young = pairs.count { !$0.isJudged }
        if !pairs.isEmpty { parts.append("\(pairs.count) scores compared, \(young) learning") }
        if left > 0 { parts.append("\(left) left for the next time") }
        var text = parts.joined(separator: "; ") + "."
        if !unread.isEmpty {
            let names = unread.prefix(3).joined(separator: ", ")
            text +=
                " The outputs of \(names)\(unread.count > 3 ? " and \(unread.count - 3) more" : "") could not be read."
        }
        return text
    }
}
