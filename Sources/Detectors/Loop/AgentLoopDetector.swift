package import Basics
package import OnCallModel

/// Opens when a trace takes more than 10 steps within two hours and repeats itself, or polls for many hours without a new
/// result. A long run without repetition is a note, unless its length is usual for its name.
///
/// Each query is about fewer traces than the one before: counts of all traces, the latest steps of those above the
/// threshold, how long runs of their names are, and the inputs and outputs of the few whose step names repeat.
package struct AgentLoopDetector: Detector {
    /// Which traces it judges.
    package enum Scope: Hashable, Sendable {
        case all
        /// Those with many steps in the last two hours and one since then, whatever length is usual for them. This needs two
        /// hours of rows, and few calls.
        case newest(since: Instant, except: Set<String>)
    }

    package let type = DetectionType.agentLoop
    private let scope: Scope

    private static let maxTracesPerQuery = 50
    private static let maxNames = 30
    /// Traces whose inputs and outputs are read.
    private static let maxFullTraces = 60
    private static let maxFullNewest = 8
    /// Long healthy runs that are shown, the costliest first.
    private static let maxNotes = 20

    package init(scope: Scope = .all) {
        self.scope = scope
    }

    package func run(
        _ context: DetectorContext, memory: inout [String: Never], ask: Ask
    ) async throws(QueryFailure) -> DetectorReport {
        var skipped: [String] = []
        var traces = try await longTraces(context, ask, &skipped)
        try await readSteps(of: &traces, context, ask)
        if scope == .all { try await readUsualLengths(of: &traces, context, ask) }
        let unread = try await readBodies(of: &traces, context, ask)
        return report(traces, unread, skipped, context)
    }

    // MARK: queries

    private func longTraces(
        _ context: DetectorContext, _ ask: Ask, _ skipped: inout [String]
    ) async throws(QueryFailure) -> [LoopTrace] {
        let (now, settings) = (context.now, context.settings)
        let threshold = settings.agentLoopGenerationThreshold
        let fast = LoopQueries.candidates(now: now, threshold: threshold, engine: settings.engine)
        var traces = try await ask(fast).read(&skipped) { row throws(Unreadable) in try LoopTrace(row, sql: fast.sql) }
        if case .newest(let since, let known) = scope {
            traces.removeAll { $0.lastSeen < since || known.contains($0.id) }
        }
        if settings.loopRequiresRepetition, scope == .all {
            let known = Set(traces.map(\.id))
            let slow = LoopQueries.slow(now: now, threshold: threshold, engine: settings.engine)
            traces += try await ask(slow).read(&skipped) { row throws(Unreadable) in
                guard !known.contains(row.text("trace_id")) else { return nil }
                let trace = try LoopTrace(row, sql: slow.sql, isSlow: true)
                return trace.isAlive(now: now) ? trace : nil
            }
        }
        skipped += traces.filter { $0.invalidCosts > 0 }.map { trace in
            "Trace \(trace.id): \(trace.invalidCosts) invalid costs (not a number, or negative)."
        }
        // The original system's rule counts generations in the window.
        return settings.loopRequiresRepetition ? traces : traces.filter { $0.generations > threshold }
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
    private typealias Unread = (overBudget: Int, unsampled: Int)

    private func readBodies(
        of traces: inout [LoopTrace], _ context: DetectorContext, _ ask: Ask
    ) async throws(QueryFailure) -> Unread {
        let repeating = traces.indices.filter { traces[$0].mayLoop }
        let sampled = repeating.filter { context.sample?.keeps(traces[$0].id) ?? true }
        let chosen = withinBudget(sampled, of: traces, context)
        for index in chosen {
            let window = LoopQueries.window(isSlow: traces[index].isSlow, now: context.now)
            traces[index].addBodies(try await ask(LoopQueries.bodies(of: traces[index].id, in: window)))
        }
        return (overBudget: sampled.count - chosen.count, unsampled: repeating.count - sampled.count)
    }

    /// The traces whose inputs and outputs a cycle reads: a call for each, unless they are stored already.
    ///
    /// Half of the budget goes to the most suspicious ones, half to the others in turn, so that none waits for ever. The
    /// clock gives the turn, a quarter of an hour each, because the detector has no memory.
    private func withinBudget(_ indices: [Int], of traces: [LoopTrace], _ context: DetectorContext) -> [Int] {
        let ranked = indices.map { (index: $0, rank: traces[$0].rank(open: context.unresolved)) }
            .sorted { ($0.rank, $0.index) < ($1.rank, $1.index) }.map(\.index)
        let limit = scope == .all ? Self.maxFullTraces : Self.maxFullNewest
        guard ranked.count > limit else { return ranked }
        let share = limit / 2
        let (first, others) = (Array(ranked.prefix(share)), Array(ranked.dropFirst(share)))
        let turn = Int(context.now.milliseconds / Span.minutes(15).milliseconds)
        let start = turn % others.count * share % others.count
        return first + (0..<share).map { others[(start + $0) % others.count] }
    }

    // MARK: report

    private func report(
        _ traces: [LoopTrace], _ unread: Unread, _ skipped: [String], _ context: DetectorContext
    ) -> DetectorReport {
        let judged = traces.filter { !$0.tail.isEmpty }.compactMap { trace in
            finding(trace, context).map { (finding: $0, exemptions: exemptions(of: trace, context)) }
        }
        let findings = judged.filter { $0.exemptions.isEmpty }.map(\.finding).worstFirst
        let exempt = judged.filter { !$0.exemptions.isEmpty && !$0.finding.isNote }.map(\.exemptions)
        let lost = traces.filter { $0.tail.isEmpty && !$0.isSlow }.map {
            "The steps of trace \($0.id) could not be read."
        }
        let (loops, notes) = (findings.filter { !$0.isNote }, findings.filter(\.isNote))
        return DetectorReport(
            findings: loops + notes.prefix(Self.maxNotes), state: lost.isEmpty ? .ok : .partial,
            message: message(traces, loops: loops.count, exempt, unread, context), skipped: skipped + lost)
    }

    /// The exemptions that allow a trace to repeat. It is allowed by its tools: a step that calls one repeats with it.
    private func exemptions(of trace: LoopTrace, _ context: DetectorContext) -> [Exemption] {
        guard !context.settings.exemptions.isEmpty else { return [] }
        let repetition = Repetition(of: trace.tail, isSlow: trace.isSlow)
        let looped = trace.tail.filter {
            repetition.loopedSteps.contains(NamePattern.of($0.name)) || $0.name == repetition.step
        }
        let tools = looped.filter { $0.type == "TOOL" }
        let names = Set((tools.isEmpty ? looped : tools).map(\.name)).sorted()
        return Exemption.covering(
            agent: trace.agent, steps: names, among: context.settings.exemptions, at: context.now) ?? []
    }

    /// Nil for a run that makes progress and has a usual length.
    private func finding(_ trace: LoopTrace, _ context: DetectorContext) -> Finding? {
        let repetition = Repetition(of: trace.tail, isSlow: trace.isSlow)
        let finding = LoopFinding.make(trace, repetition, context: context)
        guard finding.isNote else { return finding }
        return trace.isSlow || trace.usual.map { trace.length <= $0.maxSteps } ?? false ? nil : finding
    }

    private func message(
        _ traces: [LoopTrace], loops: Int, _ exempt: [[Exemption]], _ unread: Unread, _ context: DetectorContext
    ) -> String {
        let slow = traces.count(where: \.isSlow)
        let threshold = context.settings.agentLoopGenerationThreshold
        var text = "\(traces.count - slow) traces took more than \(threshold) steps in two hours"
        text += slow > 0 ? " and \(slow) over many; \(loops) of them loop." : "; \(loops) of them loop."
        if !exempt.isEmpty {
            let rows = Set(exempt.joined().map { "\($0.target) until \($0.until.iso8601Seconds), by \($0.author)" })
            let verb = exempt.count == 1 ? "loops and is" : "loop and are"
            text += " \(exempt.count) more \(verb) exempt: \(rows.sorted().joined(separator: "; "))."
        }
        if unread.overBudget > 0 {
            text += " \(unread.overBudget) are judged by names and token counts until a later cycle reads them."
        }
        if unread.unsampled > 0 { text += " \(unread.unsampled) are not in the sample and are not read in full." }
        return text
    }
}
