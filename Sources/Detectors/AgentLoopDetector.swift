package import Basics
package import OnCallModel

/// Opens when a trace takes more than 10 steps within two hours and repeats itself; a long run without repetition is a
/// note.
///
/// Three stages, each of fewer rows than the one before: counts of all traces, the latest steps of those above the threshold,
/// and what went in and came out of the few whose step names repeat.
package struct AgentLoopDetector: Detector {
    package let type = DetectionType.agentLoop

    private enum State {
        case idle, readingCandidates, readingSteps, readingBodies, done
    }

    private var state = State.idle
    private var context = DetectorContext(now: Instant(milliseconds: 0), settings: Settings())
    private var statement = ""
    private var traces: [LoopTrace] = []
    private var quarantined: [String] = []
    /// How many traces have their steps read, and the batch asked for last.
    private var read = 0
    /// The positions of the traces whose bodies are still to be read; the first one was asked for.
    private var suspects: [Int] = []

    private static let batch = 50
    /// More bodies than these are not read in a cycle; those traces are judged by names and token counts.
    static let mostBodies = 25

    /// Long healthy runs that are shown, the costliest first.
    static let mostNotes = 20

    package init() {}

    package mutating func start(_ context: DetectorContext) -> DetectorStep {
        self.context = context
        state = .readingCandidates
        let query = LoopQueries.candidates(
            now: context.now, threshold: context.settings.agentLoopGenerationThreshold)
        statement = query.sql
        return .query(query)
    }

    package mutating func receive(_ rows: RowSet) -> DetectorStep {
        switch state {
        case .idle, .done: preconditionFailure("rows were not asked for")
        case .readingCandidates: takeCandidates(rows)
        case .readingSteps: takeSteps(rows)
        case .readingBodies: takeBodies(rows)
        }
        return next()
    }

    private mutating func takeCandidates(_ rows: RowSet) {
        for row in rows.records {
            switch LoopTrace.read(row) {
            case .success(let trace):
                traces.append(trace)
                if trace.rejectedCosts > 0 {
                    quarantined.append(
                        "\(trace.rejectedCosts) costs of trace \(trace.id) are no amounts and were left out.")
                }
            case .failure(let reason): quarantined.append(reason.sentence)
            }
        }
        if !context.settings.loopRequiresRepetition {
            traces.removeAll { $0.generations <= context.settings.agentLoopGenerationThreshold }
        }
        state = .readingSteps
    }

    private mutating func takeSteps(_ rows: RowSet) {
        let end = min(read + Self.batch, traces.count)
        var tails: [String: [LoopStep]] = [:]
        for row in rows.records { tails[row["trace_id"].text ?? "", default: []].append(LoopStep(row)) }
        for index in read..<end { traces[index].tail = tails[traces[index].id] ?? [] }
        read = end
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
        if read < traces.count {
            let ids = traces[read..<min(read + Self.batch, traces.count)].map(\.id)
            return .query(LoopQueries.steps(of: ids, now: context.now))
        }
        if state == .readingSteps {
            state = .readingBodies
            suspects = Array(traces.indices.filter { mayLoop(traces[$0]) }.prefix(Self.mostBodies))
        }
        if let index = suspects.first {
            return .query(LoopQueries.bodies(of: traces[index].id, now: context.now))
        }
        state = .done
        return .report(report())
    }

    /// Only where a name comes three times can anything repeat.
    private func mayLoop(_ trace: LoopTrace) -> Bool {
        Dictionary(grouping: trace.tail, by: \.name).values.contains { $0.count >= Repetition.least }
    }

    private func report() -> DetectorReport {
        let judged = traces.filter { !$0.tail.isEmpty }
        let findings = judged.map { LoopFinding.make($0, Repetition(of: $0.tail), sql: statement, context: context) }
            .sorted { ($0.severity, $0.costPerHour, $1.subject) > ($1.severity, $1.costPerHour, $0.subject) }
        let lost = traces.filter(\.tail.isEmpty).map { "The steps of trace \($0.id) could not be read." }
        let (loops, notes) = (findings.filter { !$0.isNote }, findings.filter(\.isNote))
        let threshold = context.settings.agentLoopGenerationThreshold
        return DetectorReport(
            findings: loops + notes.prefix(Self.mostNotes), state: lost.isEmpty ? .ok : .partial,
            message:
                "\(traces.count) traces took more than \(threshold) steps in two hours; \(loops.count) of them loop.",
            quarantined: quarantined + lost)
    }
}
