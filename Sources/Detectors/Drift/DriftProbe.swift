import Basics
import OnCallModel

/// Reads the outputs of one feature and judges them. Where they drift it searches for when that began, and for why.
struct DriftProbe: Sendable {
    let feature: DriftFeature
    let known: FeatureSnapshot?
    let context: DetectorContext

    struct Result: Sendable {
        var snapshot: FeatureSnapshot
        var drift: DriftFinding?
    }

    /// With their bodies these are a few megabytes at most: Langfuse answers no more than five at once.
    static let page = 100
    static let shortPage = 20
    static let maxSearches = 5

    private struct Interval {
        var from: Instant
        var to: Instant

        var middle: Instant { from + .milliseconds((to - from).milliseconds / 2) }
    }

    private var now: Instant { context.now }
    private var isFirst: Bool { known == nil || known?.state == .learning }
    private var reach: Span { isFirst ? DriftQueries.reach : DriftQueries.window }

    private func query(from: Instant, to: Instant, limit: Int) -> DetectorQuery {
        DriftQueries.outputs(of: feature, from: from, to: to, limit: limit)
    }

    private func read(_ rows: RowSet) -> [DriftOutput] {
        DriftOutput.inOrder(rows.records.compactMap { DriftOutput($0, rootsOnly: feature.rootsOnly) })
    }

    /// Nil when the outputs could not be read.
    func run(_ ask: Ask) async throws(QueryFailure) -> Result? {
        guard let outputs = try await latest(ask) else { return nil }
        let learning = DriftLearning(feature.name, known: known, outputs: outputs, context: context)
        guard let verdict = learning.verdict, verdict.isDrift else { return Result(snapshot: learning.snapshot) }
        let trouble = try await searchOnset(outputs, ask) { outputs in
            DriftTrouble(outputs, verdict: verdict, profile: learning.snapshot.profile, settings: context.settings)
        }
        var drift = DriftFinding(
            feature.name, snapshot: learning.snapshot, verdict: verdict, trouble: trouble,
            sql: query(from: now - reach, to: now, limit: Self.page).sql)
        if let prompt = drift.suspectPrompt,
            let row = try await ask.attempt(DriftQueries.promptVersion(prompt))?.records.first,
            let created = row["created_at"].instant
        {
            drift.prompt = DriftFinding.PromptFact(
                prompt: prompt, createdAt: created, message: row["commit_message"].text ?? "")
        }
        return Result(snapshot: learning.snapshot, drift: drift)
    }

    /// The newest outputs, oldest first.
    ///
    /// A busy feature's newest outputs span minutes. A new feature is therefore read a second time, from before the last day;
    /// one that is younger than a day, from before its newest outputs.
    private func latest(_ ask: Ask) async throws(QueryFailure) -> [DriftOutput]? {
        let end = now + .milliseconds(1)
        var limit = Self.page
        var rows = try await ask.attempt(query(from: now - reach, to: end, limit: limit))
        if rows == nil {
            limit = Self.shortPage
            rows = try await ask.attempt(query(from: now - reach, to: end, limit: limit))
        }
        guard let rows else { return nil }
        let outputs = read(rows)
        guard isFirst, rows.count >= limit else { return outputs }
        let oldest = outputs.first?.at ?? now
        let isYoung = feature.total.map { $0 - feature.outputs < DriftFeature.enough } ?? false
        let before = isYoung ? oldest : min(oldest, now - DriftQueries.window)
        let older = try await ask.attempt(query(from: now - reach, to: before, limit: Self.page))
        return DriftOutput.inOrder(outputs + (older.map(read) ?? []))
    }

    // MARK: when it began

    /// Where everything that was read fails, reads older outputs until one passes.
    ///
    /// The newest outputs before one moment, each time: first of the last run that found nothing, which gives what to compare
    /// with; then of the newest moment at which a prompt version or a model came into use; then of the middle of what is left.
    private func searchOnset(
        _ outputs: [DriftOutput], _ ask: Ask, judge: ([DriftOutput]) -> DriftTrouble
    ) async throws(QueryFailure) -> DriftTrouble {
        var trouble = judge(outputs)
        guard trouble.isOlder, let oldest = outputs.first?.at else { return trouble }
        let lastGood = known.flatMap { $0.state == .learned ? $0.newestOutput : nil }
        var search = Interval(from: lastGood ?? now - DriftQueries.reach, to: oldest)
        guard search.from < search.to else { return trouble }
        let hours = try await ask.ifPossible(DriftQueries.beginnings(of: feature, now: now))
        var beginnings = hours?.records.compactMap { $0["hour"].instant } ?? []
        for turn in 0..<Self.maxSearches where search.to - search.from > .minutes(5) {
            var end = turn == 0 ? search.to : search.middle
            if turn == 0, let lastGood {
                end = lastGood + .milliseconds(1)
            } else if let change = beginnings.last(where: { $0 > search.from && $0 < search.to }) {
                end = change
                beginnings.removeAll { $0 >= change }
            }
            let older = query(from: now - DriftQueries.reach, to: end, limit: Self.shortPage)
            guard let rows = try await ask.attempt(older) else { return trouble }
            let read = read(rows)
            trouble = judge(DriftOutput.inOrder(trouble.outputs.map(\.output) + read))
            let failing = Set(trouble.failing.map(\.id))
            if let passing = read.last(where: { !failing.contains($0.id) }) {
                // Nothing lies between these outputs and those that were read before.
                guard end != search.to else { return trouble }
                search.from = max(search.from, passing.at)
                if let firstFailing = trouble.failing.first { search.to = min(search.to, firstFailing.at) }
            } else if let oldest = read.first {
                search.to = min(search.to, oldest.at)
            } else {
                // There were no outputs in that half: it began in the other, or before everything that is known.
                return trouble
            }
        }
        return trouble
    }
}
