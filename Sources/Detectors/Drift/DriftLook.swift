import Basics
import OnCallModel

/// One look at one feature: a machine that asks for its outputs, and where they drift for what tells why.
struct DriftLook: Sendable {
    enum Step {
        case query(DetectorQuery)
        case done(Result)
    }

    struct Result: Sendable {
        /// Nil when the outputs could not be read.
        var snapshot: FeatureSnapshot?
        var finding: Finding?
        var event: DriftEvent?
    }

    private enum State {
        case idle, reading, readingLess, readingOlder, readingBeginnings, probing, readingPrompt, done
    }

    let feature: DriftFeature
    private let known: FeatureSnapshot?
    private let context: DetectorContext
    private var state = State.idle
    private var outputs: [DriftOutput] = []
    private var learning: DriftLearning?
    private var drift: DriftFinding?
    private var sql = ""
    /// Where the beginning of the trouble is looked for.
    private var search = Interval(from: Instant(milliseconds: 0), to: Instant(milliseconds: 0))
    private var beginnings: [Instant] = []
    private var lastGood: Instant?
    private var probes = 0
    /// The last probe ended where the outputs that were looked at before begin.
    private var isContiguous = false

    /// With their bodies, these are a few megabytes at most: Langfuse answers no more than five at once.
    static let most = 100
    static let less = 20
    static let mostProbes = 5

    private struct Interval: Sendable {
        var from: Instant
        var to: Instant
    }

    init(_ feature: DriftFeature, _ context: DetectorContext) {
        (self.feature, self.context) = (feature, context)
        known = context.snapshots[feature.name]
    }

    private var isFirst: Bool { known == nil || known?.state == .learning }
    private var reach: Span { isFirst ? DriftQueries.reach : DriftQueries.window }

    mutating func start() -> Step {
        state = .reading
        return ask(from: context.now - reach, to: context.now + .milliseconds(1), limit: Self.most)
    }

    mutating func receive(_ rows: RowSet) -> Step {
        let isRead = !rows.columns.isEmpty
        switch state {
        case .idle, .done: preconditionFailure("rows were not asked for")
        case .reading where !isRead:
            state = .readingLess
            return ask(from: context.now - reach, to: context.now + .milliseconds(1), limit: Self.less)
        case .readingLess where !isRead:
            state = .done
            return .done(Result())
        case .reading, .readingLess:
            take(rows)
            let isFull = rows.count >= (state == .reading ? Self.most : Self.less)
            return isFirst && isFull ? older() : judge()
        case .readingOlder:
            take(rows)
            return judge()
        case .readingBeginnings:
            beginnings = rows.records.compactMap { $0["hour"].instant }
            return probe()
        case .probing:
            return isRead ? takeProbe(rows) : explain()
        case .readingPrompt:
            takePrompt(rows)
            return finish()
        }
    }

    private mutating func ask(from: Instant, to: Instant, limit: Int) -> Step {
        let query = DriftQueries.outputs(of: feature, from: from, to: to, limit: limit)
        if sql.isEmpty { sql = query.sql }
        return .query(query)
    }

    private mutating func take(_ rows: RowSet) {
        let read = rows.records.compactMap { DriftOutput($0, rootsOnly: feature.rootsOnly) }
        outputs = DriftOutput.inOrder(outputs + read)
    }

    /// A busy feature's newest outputs are of minutes; what it was like before the last day is asked for as well. Of a feature
    /// that is younger than a day, what came before them.
    private mutating func older() -> Step {
        state = .readingOlder
        let oldest = outputs.first?.at ?? context.now
        let isYoung = feature.total.map { $0 - feature.outputs < DriftFeature.enough } ?? false
        let end = isYoung ? oldest : min(oldest, context.now - DriftQueries.window)
        return ask(from: context.now - reach, to: end, limit: Self.most)
    }

    // MARK: judging

    private mutating func judge() -> Step {
        let learning = DriftLearning(feature.name, known: known, outputs: outputs, context: context)
        self.learning = learning
        guard let verdict = learning.verdict, verdict.isDrift else { return finish() }
        note(verdict, learning)
        guard let drift, drift.trouble.isOlder, let oldest = outputs.first?.at else { return explain() }
        lastGood = known.flatMap { $0.state == .learned ? $0.newestOutput : nil }
        search = Interval(from: lastGood ?? context.now - DriftQueries.reach, to: oldest)
        guard search.from < search.to else { return explain() }
        state = .readingBeginnings
        return .query(DriftQueries.beginnings(of: feature, now: context.now))
    }

    private mutating func note(_ verdict: DriftVerdict, _ learning: DriftLearning) {
        let trouble = DriftTrouble(
            outputs, verdict: verdict, profile: learning.snapshot.profile, settings: context.settings)
        drift = DriftFinding(
            feature.name, snapshot: learning.snapshot, verdict: verdict, trouble: trouble, sql: sql)
    }

    // MARK: when it began

    /// The newest outputs before one moment: first of the last look that found nothing, which gives what to compare with; then
    /// of the newest moment at which a prompt version or a model came into use; then of the middle of what is left.
    private mutating func probe() -> Step {
        guard probes < Self.mostProbes, search.to - search.from > .minutes(5) else { return explain() }
        state = .probing
        probes += 1
        if probes == 1, let lastGood { return ask(before: lastGood + .milliseconds(1)) }
        let change = beginnings.last { $0 > search.from && $0 < search.to }
        beginnings.removeAll { $0 >= change ?? search.to }
        let half = Span.milliseconds((search.to - search.from).milliseconds / 2)
        return ask(before: change ?? (probes == 1 ? search.to : search.from + half))
    }

    private mutating func ask(before end: Instant) -> Step {
        isContiguous = end == search.to
        return ask(from: context.now - DriftQueries.reach, to: end, limit: Self.less)
    }

    private mutating func takeProbe(_ rows: RowSet) -> Step {
        let read = DriftOutput.inOrder(rows.records.compactMap { DriftOutput($0, rootsOnly: feature.rootsOnly) })
        take(rows)
        guard let learning, let verdict = learning.verdict else { return finish() }
        note(verdict, learning)
        guard let trouble = drift?.trouble else { return finish() }
        let failing = Set(trouble.failing.map(\.id))
        if let lastGood = read.last(where: { !failing.contains($0.id) }) {
            guard !isContiguous else { return explain() }
            search.from = max(search.from, lastGood.at)
            if let firstBad = trouble.failing.first { search.to = min(search.to, firstBad.at) }
            return probe()
        }
        guard let oldest = read.first else {
            // Nothing was given in that half: the beginning is in the other, or before everything that is known.
            return explain()
        }
        search.to = min(search.to, oldest.at)
        return probe()
    }

    // MARK: why

    private mutating func explain() -> Step {
        guard let prompt = drift?.suspectPrompt else { return finish() }
        state = .readingPrompt
        return .query(DriftQueries.promptVersion(prompt))
    }

    private mutating func takePrompt(_ rows: RowSet) {
        guard let row = rows.records.first, let created = row["created_at"].instant,
            let prompt = drift?.suspectPrompt
        else { return }
        drift?.prompt = DriftFinding.PromptFact(
            prompt: prompt, createdAt: created, message: row["commit_message"].text ?? "")
    }

    private mutating func finish() -> Step {
        state = .done
        var result = Result(snapshot: learning?.snapshot)
        if let drift {
            result.finding = drift.finding(now: context.now)
            result.event = drift.event(now: context.now)
        }
        return .done(result)
    }
}
