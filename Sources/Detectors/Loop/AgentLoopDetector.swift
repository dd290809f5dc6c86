package import Basics
package import OnCallModel

/// Opens when a trace takes more than 10 steps within two hours and repeats itself, or polls for many hours and learns
/// nothing new; a long run without repetition is a note, unless its length is usual for its name.
///
/// Stages of ever fewer rows: counts of all traces, the latest steps of those above the threshold, how long runs of their
/// names are, and what went in and came out of the few whose step names repeat.
package struct AgentLoopDetector: DetectorMachine {
    package let type = DetectionType.agentLoop

    private enum State {
        case idle, readingCandidates, readingSlow, readingSteps, readingLengths, readingBodies, done
    }

    private var state = State.idle
    private var context = DetectorContext(now: Instant(milliseconds: 0), settings: Settings())
    private var statement = ""
    private var slowStatement = ""
    private var traces: [LoopTrace] = []
    private var skipped: [String] = []
    /// The positions of the traces whose steps are still to be read; the first batch was asked for.
    private var batches: [[Int]] = []
    /// The names whose usual lengths are still to be read; the first one was asked for.
    private var names: [String] = []
    /// The positions of the traces whose bodies are still to be read; the first one was asked for.
    private var suspects: [Int] = []
    /// Traces that repeat step names and were not looked into: beyond the budget, and not in the sample.
    private var unread = 0
    private var unsampled = 0

    private static let batch = 50
    private static let mostNames = 30

    /// Long healthy runs that are shown, the costliest first.
    static let mostNotes = 20

    package init() {}

    package mutating func start(_ context: DetectorContext) -> DetectorStep {
        self.context = context
        state = .readingCandidates
        let query = LoopQueries.candidates(
            now: context.now, threshold: context.settings.agentLoopGenerationThreshold, engine: context.settings.engine)
        statement = query.sql
        return .query(query)
    }

    package mutating func receive(_ rows: RowSet) -> DetectorStep {
        switch state {
        case .idle, .done: preconditionFailure("rows were not asked for")
        case .readingCandidates: return takeCandidates(rows)
        case .readingSlow: takeSlow(rows)
        case .readingSteps: takeSteps(rows)
        case .readingLengths: takeLengths(rows)
        case .readingBodies: takeBodies(rows)
        }
        return next()
    }

    // MARK: which traces

    private mutating func takeCandidates(_ rows: RowSet) -> DetectorStep {
        for row in rows.records { take(row, isSlow: false) }
        guard context.settings.loopRequiresRepetition else {
            // The seed's bare rule knows nothing slower than its window.
            traces.removeAll { $0.generations <= context.settings.agentLoopGenerationThreshold }
            prepareSteps()
            return next()
        }
        state = .readingSlow
        let query = LoopQueries.slow(
            now: context.now, threshold: context.settings.agentLoopGenerationThreshold, engine: context.settings.engine)
        slowStatement = query.sql
        return .query(query)
    }

    private mutating func takeSlow(_ rows: RowSet) {
        let known = Set(traces.map(\.id))
        for row in rows.records where !known.contains(row["trace_id"].text ?? "") { take(row, isSlow: true) }
        prepareSteps()
    }

    private mutating func prepareSteps() {
        let (fast, slow) = (traces.indices.filter { !traces[$0].isSlow }, traces.indices.filter { traces[$0].isSlow })
        batches = fast.chunks(of: Self.batch) + slow.chunks(of: Self.batch)
        state = .readingSteps
    }

    private mutating func take(_ row: RowSet.Record, isSlow: Bool) {
        switch LoopTrace.read(row) {
        case .success(var trace):
            trace.isSlow = isSlow
            guard !isSlow || trace.isAlive(now: context.now) else { return }
            traces.append(trace)
            if trace.rejectedCosts > 0 {
                skipped.append(
                    "\(trace.rejectedCosts) costs of trace \(trace.id) are no amounts and were left out.")
            }
        case .failure(let reason): skipped.append(reason.sentence)
        }
    }

    private func stretch(of index: Int) -> LoopQueries.Stretch {
        LoopQueries.stretch(isSlow: traces[index].isSlow, now: context.now)
    }

    // MARK: what is known of them

    private mutating func takeSteps(_ rows: RowSet) {
        var tails: [String: [LoopStep]] = [:]
        for row in rows.records { tails[row["trace_id"].text ?? "", default: []].append(LoopStep(row)) }
        for index in batches.removeFirst() { traces[index].tail = tails[traces[index].id] ?? [] }
    }

    private mutating func takeLengths(_ rows: RowSet) {
        let name = names.removeFirst()
        let usual = UsualLength(rows)
        for index in traces.indices where traces[index].name == name { traces[index].usual = usual }
    }

    private mutating func takeBodies(_ rows: RowSet) {
        let index = suspects.removeFirst()
        var bodies: [String: RowSet.Record] = [:]
        for row in rows.records { bodies[row["id"].text ?? ""] = row }
        for position in traces[index].tail.indices {
            guard let row = bodies[traces[index].tail[position].id] else { continue }
            traces[index].tail[position].input = row["input"].text
            traces[index].tail[position].output = row["output"].text
        }
    }

    private mutating func next() -> DetectorStep {
        if let batch = batches.first {
            return .query(LoopQueries.steps(of: batch.map { traces[$0].id }, in: stretch(of: batch[0])))
        }
        if state == .readingSteps {
            state = .readingLengths
            names = Array(traces.map(\.name).filter { !$0.isEmpty }.withoutRepeats().prefix(Self.mostNames))
        }
        if let name = names.first {
            return .query(LoopQueries.lengths(of: name, now: context.now, engine: context.settings.engine))
        }
        if state == .readingLengths {
            state = .readingBodies
            chooseSuspects()
        }
        if let index = suspects.first {
            return .query(LoopQueries.bodies(of: traces[index].id, in: stretch(of: index)))
        }
        state = .done
        return .report(report())
    }

    private mutating func chooseSuspects() {
        let repeating = traces.indices.filter { mayLoop(traces[$0]) }
        let sampled = repeating.filter { context.sample?.keeps(traces[$0].id) ?? true }
        let open = context.openSubjects[type] ?? []
        suspects = LoopBudget(now: context.now).choose(sampled.map { ($0, traces[$0]) }, open: open)
        (unsampled, unread) = (repeating.count - sampled.count, sampled.count - suspects.count)
    }

    /// Only where a name comes three times can anything repeat.
    private func mayLoop(_ trace: LoopTrace) -> Bool {
        Dictionary(grouping: trace.tail, by: \.kind).values.contains { $0.count >= Repetition.least }
    }

    // MARK: report

    private func report() -> DetectorReport {
        let findings = traces.filter { !$0.tail.isEmpty }.compactMap(finding)
            .sorted { ($0.severity, $0.costPerHour, $1.subject) > ($1.severity, $1.costPerHour, $0.subject) }
        let lost = traces.filter { $0.tail.isEmpty && !$0.isSlow }.map {
            "The steps of trace \($0.id) could not be read."
        }
        let (loops, notes) = (findings.filter { !$0.isNote }, findings.filter(\.isNote))
        return DetectorReport(
            findings: loops + notes.prefix(Self.mostNotes), state: lost.isEmpty ? .ok : .partial,
            message: message(loops: loops.count), skipped: skipped + lost)
    }

    /// Nil for a run that gets on and is as long as runs of its name are.
    private func finding(_ trace: LoopTrace) -> Finding? {
        let repetition = Repetition(of: trace.tail, isSlow: trace.isSlow)
        let finding = LoopFinding.make(
            trace, repetition, sql: trace.isSlow ? slowStatement : statement, context: context)
        guard finding.isNote else { return finding }
        return trace.isSlow || trace.usual.map { trace.length <= $0.most } ?? false ? nil : finding
    }

    private func message(loops: Int) -> String {
        let slow = traces.count(where: \.isSlow)
        var text = """
            \(traces.count - slow) traces took more than \(context.settings.agentLoopGenerationThreshold) steps in two \
            hours; \(loops) of them loop.
            """
        if slow > 0 {
            text = """
                \(traces.count - slow) traces took more than \(context.settings.agentLoopGenerationThreshold) steps in \
                two hours and \(slow) over many; \(loops) of them loop.
                """
        }
        if unread > 0 { text += " \(unread) are judged by names and token counts until their turn comes." }
        if unsampled > 0 { text += " \(unsampled) are not in the sample and are not read in full." }
        return text
    }
}

extension Array {
    fileprivate func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}

extension Array where Element: Hashable {
    fileprivate func withoutRepeats() -> [Element] {
        var known: Set<Element> = []
        return filter { known.insert($0).inserted }
    }
}
