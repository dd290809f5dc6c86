import Basics
import OnCallModel

/// Judges the outputs of one feature. If they drift, it searches for the onset and the cause.
struct DriftProbe: Sendable {
    let feature: DriftFeature
    let known: FeatureSnapshot?
    let context: DetectorContext

    /// How many older outputs one reading of the search gives.
    private static let shortPage = 20
    private static let maxSearches = 5

    private var now: Instant { context.now }
    private var isFirst: Bool { known == nil || known?.state == .learning }
    private var start: Instant { now - (isFirst ? DriftQueries.lookback : DriftQueries.window) }

    private func query(from: Instant, to: Instant, limit: Int) -> DetectorQuery {
        DriftQueries.outputs(of: feature, from: from, to: to, limit: limit)
    }

    private func read(_ rows: RowSet) -> [DriftOutput] {
        DriftOutput.inOrder(rows.records.compactMap { DriftOutput($0, rootsOnly: feature.rootsOnly) })
    }

    /// - Parameter outputs: the newest ones, oldest first.
    func run(
        _ outputs: [DriftOutput], _ calls: inout DriftCalls, _ ask: Ask
    ) async throws(QueryFailure) -> (snapshot: FeatureSnapshot, drift: DriftFinding?) {
        let learning = DriftLearning(feature.name, known: known, outputs: outputs, context: context)
        guard let verdict = learning.verdict, verdict.isDrift else { return (learning.snapshot, nil) }
        let judged = try await searchOnset(outputs, &calls, ask) { outputs in
            JudgedOutputs(outputs, verdict: verdict, profile: learning.snapshot.profile, settings: context.settings)
        }
        var drift = DriftFinding(
            feature: feature.name, snapshot: learning.snapshot, verdict: verdict, judged: judged,
            contrasts: judged.contrasts, sql: query(from: start, to: now, limit: DriftQueries.Amount.all.newest).sql)
        if let prompt = drift.suspectPrompt { drift.prompt = try await version(of: prompt, &calls, ask) }
        return (learning.snapshot, drift)
    }

    /// When a version of a prompt was created, and its commit message. Neither changes, so an earlier finding may say.
    private func version(
        of prompt: DriftOrigin.Prompt, _ calls: inout DriftCalls, _ ask: Ask
    ) async throws(QueryFailure) -> (createdAt: Instant, message: String)? {
        let earlier = context.past.compactMap(\.prompt)
        if let known = earlier.last(where: { $0.name == prompt.name && $0.version == prompt.version }) {
            return (known.createdAt, known.message)
        }
        guard calls.prompts > 0 else { return nil }
        calls.prompts -= 1
        guard let row = try await ask.attempt(DriftQueries.promptVersion(prompt))?.records.first,
            let created = row["created_at"].instant
        else { return nil }
        return (created, row.text("commit_message"))
    }

    /// Where everything that was read fails, reads older outputs until one passes.
    ///
    /// Each time the newest outputs before one moment: first of the last run without a drift, which gives outputs to compare
    /// with; then of the newest moment from which a prompt version or a model was used; then of the middle of the rest.
    private func searchOnset(
        _ outputs: [DriftOutput], _ calls: inout DriftCalls, _ ask: Ask, judge: ([DriftOutput]) -> JudgedOutputs
    ) async throws(QueryFailure) -> JudgedOutputs {
        var judged = judge(outputs)
        guard judged.beganEarlier, var end = outputs.first?.at else { return judged }
        let lastGood = known.flatMap { $0.state == .learned ? $0.newestOutput : nil }
        var start = lastGood ?? now - DriftQueries.lookback
        guard start < end else { return judged }
        let hours = try await ask.ifPossible(DriftQueries.beginnings(of: feature, now: now))
        var beginnings = hours?.records.compactMap { $0["hour"].instant } ?? []
        for turn in 0..<Self.maxSearches where end - start > .minutes(5) && calls.searches > 0 {
            calls.searches -= 1
            var moment = turn == 0 ? end : start + .milliseconds((end - start).milliseconds / 2)
            if turn == 0, let lastGood {
                moment = lastGood + .milliseconds(1)
            } else if let change = beginnings.last(where: { $0 > start && $0 < end }) {
                moment = change
                beginnings.removeAll { $0 >= change }
            }
            let older = query(from: now - DriftQueries.lookback, to: moment, limit: Self.shortPage)
            guard let rows = try await ask.attempt(older) else { return judged }
            let read = read(rows)
            judged = judge(DriftOutput.inOrder(judged.outputs.map(\.output) + read))
            let failing = Set(judged.failing.map(\.id))
            if let passing = read.last(where: { !failing.contains($0.id) }) {
                // There are no outputs between these and those that were read before.
                guard moment != end else { return judged }
                start = max(start, passing.at)
                if let firstFailing = judged.failing.first { end = min(end, firstFailing.at) }
            } else if let oldest = read.first {
                end = min(end, oldest.at)
            } else {
                // There were no outputs in that half: the drift began in the other, or before the oldest output.
                return judged
            }
        }
        return judged
    }
}
