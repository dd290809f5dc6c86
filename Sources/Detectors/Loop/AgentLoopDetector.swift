import Basics
package import OnCallModel

/// Opens when a trace takes more than 10 steps within two hours and repeats itself, or polls for many hours and learns
/// nothing new; a long run without repetition is a note, unless its length is usual for its name.
///
/// Each question is about fewer traces than the one before: counts of all traces, the latest steps of those above the
/// threshold, how long runs of their names are, and the inputs and outputs of the few whose step names repeat.
package struct AgentLoopDetector: Detector {
    package let type = DetectionType.agentLoop

    private static let maxTracesPerQuery = 50
    private static let maxNames = 30
    /// Long healthy runs that are shown, the costliest first.
    static let maxNotes = 20

    package init() {}

    package func run(
        _ context: DetectorContext, memory: inout [String: Never], ask: Ask
    ) async throws(QueryFailure) -> DetectorReport {
        var skipped: [String] = []
        var traces = try await longTraces(context, ask, &skipped)
        try await readSteps(of: &traces, context, ask)
        try await readUsualLengths(of: &traces, context, ask)
        let unread = try await readBodies(of: &traces, context, ask)
        return report(traces, unread, skipped, context)
    }

    // MARK: questions

    private func longTraces(
        _ context: DetectorContext, _ ask: Ask, _ skipped: inout [String]
    ) async throws(QueryFailure) -> [LoopTrace] {
        let (now, settings) = (context.now, context.settings)
        let threshold = settings.agentLoopGenerationThreshold
        let fast = LoopQueries.candidates(now: now, threshold: threshold, engine: settings.engine)
        let traces = LoopTrace.all(in: try await ask(fast).records, of: fast, skipped: &skipped)
        // The seed's bare rule knows nothing slower than its window.
        guard settings.loopRequiresRepetition else { return traces.filter { $0.generations > threshold } }

        let known = Set(traces.map(\.id))
        let slow = LoopQueries.slow(now: now, threshold: threshold, engine: settings.engine)
        let rows = try await ask(slow).records.filter { !known.contains($0["trace_id"].text ?? "") }
        return traces + LoopTrace.all(in: rows, of: slow, slowAt: now, skipped: &skipped)
    }

    private func readSteps(
        of traces: inout [LoopTrace], _ context: DetectorContext, _ ask: Ask
    ) async throws(QueryFailure) {
        for isSlow in [false, true] {
            let window = LoopQueries.window(isSlow: isSlow, now: context.now)
            var rest = traces.indices.filter { traces[$0].isSlow == isSlow }[...]
            while !rest.isEmpty {
                let batch = rest.prefix(Self.maxTracesPerQuery)
                rest = rest.dropFirst(batch.count)
                let rows = try await ask(LoopQueries.steps(of: batch.map { traces[$0].id }, in: window))
                let tails = Dictionary(grouping: rows.records) { $0["trace_id"].text ?? "" }
                for index in batch { traces[index].tail = (tails[traces[index].id] ?? []).map(LoopStep.init) }
            }
        }
    }

    private func readUsualLengths(
        of traces: inout [LoopTrace], _ context: DetectorContext, _ ask: Ask
    ) async throws(QueryFailure) {
        var names: [String] = []
        for name in traces.map(\.name) where names.count < Self.maxNames && !name.isEmpty && !names.contains(name) {
            names.append(name)
        }
        for name in names {
            let query = LoopQueries.lengths(of: name, now: context.now, engine: context.settings.engine)
            guard let rows = try await ask.ifPossible(query) else { continue }
            let usual = UsualLength(rows)
            for index in traces.indices where traces[index].name == name { traces[index].usual = usual }
        }
    }

    /// Traces that repeat step names and were not read in full.
    private struct Unread {
        var overBudget: Int
        var unsampled: Int
    }

    private func readBodies(
        of traces: inout [LoopTrace], _ context: DetectorContext, _ ask: Ask
    ) async throws(QueryFailure) -> Unread {
        let repeating = traces.indices.filter { traces[$0].mayLoop }
        let sampled = repeating.filter { context.sample?.keeps(traces[$0].id) ?? true }
        let chosen = LoopBudget(now: context.now)
            .choose(sampled.map { ($0, traces[$0]) }, open: context.unresolved)
        for index in chosen {
            let window = LoopQueries.window(isSlow: traces[index].isSlow, now: context.now)
            traces[index].addBodies(try await ask(LoopQueries.bodies(of: traces[index].id, in: window)))
        }
        return Unread(overBudget: sampled.count - chosen.count, unsampled: repeating.count - sampled.count)
    }

    // MARK: report

    private func report(
        _ traces: [LoopTrace], _ unread: Unread, _ skipped: [String], _ context: DetectorContext
    ) -> DetectorReport {
        let findings = traces.filter { !$0.tail.isEmpty }.compactMap { finding($0, context) }
            .sorted { ($0.severity, $0.costPerHour, $1.subject) > ($1.severity, $1.costPerHour, $0.subject) }
        let lost = traces.filter { $0.tail.isEmpty && !$0.isSlow }.map {
            "The steps of trace \($0.id) could not be read."
        }
        let (loops, notes) = (findings.filter { !$0.isNote }, findings.filter(\.isNote))
        return DetectorReport(
            findings: loops + notes.prefix(Self.maxNotes), state: lost.isEmpty ? .ok : .partial,
            message: message(traces, loops: loops.count, unread, context), skipped: skipped + lost)
    }

    /// Nil for a run that makes progress and is as long as runs of its name are.
    private func finding(_ trace: LoopTrace, _ context: DetectorContext) -> Finding? {
        let repetition = Repetition(of: trace.tail, isSlow: trace.isSlow)
        let finding = LoopFinding.make(trace, repetition, context: context)
        guard finding.isNote else { return finding }
        return trace.isSlow || trace.usual.map { trace.length <= $0.maxSteps } ?? false ? nil : finding
    }

    private func message(_ traces: [LoopTrace], loops: Int, _ unread: Unread, _ context: DetectorContext) -> String {
        let slow = traces.count(where: \.isSlow)
        let threshold = context.settings.agentLoopGenerationThreshold
        var text = "\(traces.count - slow) traces took more than \(threshold) steps in two hours"
        text += slow > 0 ? " and \(slow) over many; \(loops) of them loop." : "; \(loops) of them loop."
        if unread.overBudget > 0 {
            text += " \(unread.overBudget) are judged by names and token counts until their turn comes."
        }
        if unread.unsampled > 0 { text += " \(unread.unsampled) are not in the sample and are not read in full." }
        return text
    }
}
