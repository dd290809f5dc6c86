import Basics
package import OnCallModel

/// Opens when a tool's latest outputs fail without saying so: by schema (A), by an error in Sentry that follows (B) or by
/// length (C), each compared with the tool's own past. A tool that fails openly more often than before opens too.
///
/// The mirror says which tools were called. Their outputs are read with a bounded number of calls a cycle, the newest first.
/// What is known of each tool is kept from cycle to cycle and never learnt from outputs that fail.
package struct ToolFailureDetector: Detector {
    package typealias Memory = ToolProfile

    package let type = DetectionType.toolFailure

    package init() {}

    package func run(
        _ context: DetectorContext, memory: inout [String: ToolProfile], ask: Ask
    ) async throws(QueryFailure) -> DetectorReport {
        let window = context.effort == .thorough ? ToolQueries.thoroughWindow : ToolQueries.routineWindow
        let tools = ToolCalls.read(try await ask(ToolQueries.calls(now: context.now, within: window)))
        var plan = ToolReadPlan(tools, memory, context)
        let reading = try await read(&plan, ask)
        let judgements = reading.outputs.map { tool, outputs in
            let past = memory[tool] ?? ToolProfile(tool: tool, learnedAt: context.now)
            return (tool: tool, judgement: ToolJudgement(outputs, past: past, now: context.now))
        }.sorted { $0.tool < $1.tool }
        for (tool, judgement) in judgements { memory[tool] = judgement.profile }

        var findings = ToolFindings(judgements, reading)
        if !context.settings.toolRequiresContrast {
            findings.takeSeedRule(now: context.now)
        } else if tools.isEmpty {
            findings.take([], [], costs: [:], now: context.now)
        } else {
            let correlations = try await ToolCorrelation.search(tools, context, ask)
            let openFailures = try await openFailures(of: tools, context, ask)
            let costs = try await costs(of: findings.failingTraces, ask)
            findings.take(correlations, openFailures, costs: costs, now: context.now)
        }
        var report = DetectorReport(findings: findings.sorted, state: .ok, message: "", skipped: reading.skipped)
        (report.state, report.message) = health(
            of: Set(tools.map(\.name)).union(reading.outputs.keys), read: judgements.count, left: plan.left,
            findings: report.findings, memory)
        return report
    }

    private func read(_ plan: inout ToolReadPlan, _ ask: Ask) async throws(QueryFailure) -> ToolReading {
        if !plan.unknown.isEmpty,
            let hours = try await ask.ifPossible(ToolQueries.hours(of: plan.unknown.map(\.name), now: plan.now))
        {
            plan.take(hours: hours)
        }
        plan.begin()
        var reading = ToolReading()
        while let read = plan.next() {
            let query = read.query(now: plan.now)
            if reading.sql.isEmpty { reading.sql = query.sql }
            guard let rows = try await ask.ifPossible(query) else { continue }
            plan.saw(rows, reading.take(rows, of: plan.names), of: read)
        }
        return reading
    }

    private func openFailures(
        of tools: [ToolCalls], _ context: DetectorContext, _ ask: Ask
    ) async throws(QueryFailure) -> [ToolOpenFailures] {
        let suspects = tools.filter { $0.errors >= ToolSign.leastHits }.map(\.name).prefix(50)
        guard !suspects.isEmpty else { return [] }
        let rows = try await ask.ifPossible(ToolQueries.openly(Array(suspects), now: context.now))
        return rows.map(ToolOpenFailures.all) ?? []
    }

    /// US dollars by trace.
    private func costs(of traces: Set<String>, _ ask: Ask) async throws(QueryFailure) -> [String: Double] {
        guard !traces.isEmpty,
            let rows = try await ask.ifPossible(ToolQueries.costs(of: Array(traces.sorted().prefix(500))))
        else { return [:] }
        let pairs = rows.records.compactMap { row -> (String, Double)? in
            guard let trace = row["trace_id"].text, let cost = row["cost"].real, cost.isFinite, cost >= 0 else {
                return nil
            }
            return (trace, cost)
        }
        return Dictionary(pairs) { $1 }
    }

    private func health(
        of tools: Set<String>, read: Int, left: Int, findings: [Finding], _ memory: [String: ToolProfile]
    ) -> (DetectorHealth.State, String) {
        guard !tools.isEmpty else {
            // A project without tools is not blind; one whose tools have gone quiet may be.
            return memory.isEmpty
                ? (.ok, "No tool is called in this project.")
                : (.noData, "No tool was called lately, though \(memory.count) are known.")
        }
        let learning = tools.count { memory[$0]?.outputs ?? 0 < ToolProfile.leastPast }
        var message = """
            \(tools.count) tools were called; the outputs of \(read) were looked at, and \
            \(findings.count { !$0.isNote }) of them fail.
            """
        if learning > 0 { message += " learning (\(learning) of \(tools.count) tools)" }
        if left > 0 { message += " \(left) wait for the next cycle." }
        return (learning == tools.count ? .learning : .ok, message)
    }
}

/// The outputs that a run has read.
struct ToolReading {
    /// By tool, in the order of reading.
    private(set) var outputs: [String: [ToolOutput]] = [:]
    /// The statement that read the first of them.
    var sql = ""
    private var unreadable: [String] = []
    /// Outputs that hold NaN or Infinity, by tool: how many, and the id of the first.
    private var mended: [String: (count: Int, id: String)] = [:]

    /// Takes the rows of one statement; answers the outputs of the tools among them.
    mutating func take(_ rows: RowSet, of names: Set<String>) -> [String: [ToolOutput]] {
        var seen: [String: [ToolOutput]] = [:]
        for row in rows.records
        where names.contains(row["name"].text ?? "") && ToolCalls.types.contains(row["type"].text ?? "") {
            switch ToolOutput.read(row) {
            case .output(let output):
                seen[output.tool, default: []].append(output)
                if output.isMended { mended[output.tool, default: (0, output.id)].count += 1 }
            case .passed: break
            case .unreadable(let sentence): unreadable.append(sentence)
            }
        }
        outputs.merge(seen) { earlier, later in
            let ids = Set(earlier.map(\.id))
            return earlier + later.filter { !ids.contains($0.id) }
        }
        return seen
    }

    /// What was not judged as it came, a sentence each.
    var skipped: [String] {
        unreadable
            + mended.sorted { $0.key < $1.key }.map { tool, note in
                "\(note.count) outputs of \(tool), such as \(note.id), hold NaN or Infinity, which were read as null."
            }
    }
}

/// The findings of a run: at most one a tool, what its outputs say first.
struct ToolFindings {
    private let judgements: [(tool: String, judgement: ToolJudgement)]
    private let reading: ToolReading
    private var findings: [Finding] = []

    init(_ judgements: [(tool: String, judgement: ToolJudgement)], _ reading: ToolReading) {
        (self.judgements, self.reading) = (judgements, reading)
    }

    /// Worst first.
    var sorted: [Finding] {
        findings.sorted { ($0.severity, $0.costPerHour, $1.subject) > ($1.severity, $1.costPerHour, $0.subject) }
    }

    var failingTraces: Set<String> {
        Set(judgements.flatMap { $0.judgement.failing?.failures.map(\.trace) ?? [] }.filter { !$0.isEmpty })
    }

    /// The original's rules alone.
    mutating func takeSeedRule(now: Instant) {
        findings = reading.outputs.compactMap { tool, outputs in
            ToolFinding.bare(tool, ToolSeedRule.failing(outputs, now: now), of: outputs.count, sql: reading.sql)
        }
    }

    mutating func take(
        _ correlations: [ToolCorrelation], _ openFailures: [ToolOpenFailures], costs: [String: Double], now: Instant
    ) {
        let byTool = Dictionary(correlations.map { ($0.tool, $0) }) { $0.p <= $1.p ? $0 : $1 }
        add(
            judgements.compactMap { tool, judgement in
                judgement.failing.flatMap {
                    ToolFinding.make(tool, $0, correlation: byTool[tool], costs: costs, sql: reading.sql)
                }
            })
        add(byTool.values.map { ToolFinding.make($0, sql: CascadeQueries.events(of: $0.issue).sql) })
        add(
            openFailures.compactMap {
                ToolFinding.make($0, sql: ToolQueries.openly([$0.tool], now: now).sql)
            })
        add(
            judgements.compactMap { tool, judgement in
                guard case .never(let kind, let count) = judgement.verdict else { return nil }
                let outputs = reading.outputs[tool] ?? []
                // A span that never carries an output is not a tool.
                guard kind == .error || outputs.contains(where: { $0.type != "SPAN" }) else { return nil }
                return ToolFinding.never(tool, kind, of: count, outputs, sql: reading.sql)
            })
    }

    /// Adds those of tools that have none yet.
    private mutating func add(_ more: [Finding]) {
        let known = Set(findings.map(\.subject))
        findings += more.filter { !known.contains($0.subject) }
    }
}
