import Basics
package import OnCallModel

/// Opens when a tool's latest outputs fail without a reported error: by schema (A), by an error in Sentry that follows (B)
/// or by length (C), each compared with the tool's own past. A tool that fails openly more often than before opens too.
///
/// The mirror shows which tools were called. Their outputs are read together, with a bounded number of calls for each cycle. The profile of each tool is kept between cycles and never learnt from failing outputs.
package struct ToolFailureDetector: Detector {
    package typealias Memory = ToolProfile

    package let type = DetectionType.toolFailure

    package init() {}

    private typealias Judged = (tool: String, judgement: ToolJudgement)

    package func run(
        _ context: DetectorContext, memory: inout [String: ToolProfile], ask: Ask
    ) async throws(QueryFailure) -> DetectorReport {
        let window = context.effort == .thorough ? ToolQueries.thoroughWindow : ToolQueries.routineWindow
        let tools = ToolCalls.read(try await ask(ToolQueries.calls(now: context.now, within: window)))
        let reading = try await ToolReading.read(tools, memory, context, ask)
        let judgements = reading.outputs.map { tool, outputs in
            let past = memory[tool] ?? ToolProfile(tool: tool, learnedAt: context.now)
            return (tool: tool, judgement: ToolJudgement(outputs, past: past, now: context.now))
        }.sorted { $0.tool < $1.tool }
        for (tool, judgement) in judgements { memory[tool] = judgement.profile }
        let findings =
            context.settings.toolRequiresContrast
            ? try await findings(judgements, reading, tools, context, ask) : bySeedRule(reading, now: context.now)
        var report = DetectorReport(
            findings: findings.worstFirst, state: .ok, message: "", skipped: reading.allSkipped)
        (report.state, report.message) = health(
            of: Set(tools.map(\.name)).union(reading.outputs.keys), read: judgements.count, left: reading.waiting.count,
            findings: report.findings, memory)
        return report
    }

    private func bySeedRule(_ reading: ToolReading, now: Instant) -> [Finding] {
        reading.outputs.compactMap { tool, outputs in
            ToolFinding.bySeedRule(tool, ToolSeedRule.failing(outputs, now: now), of: outputs.count, sql: reading.sql)
        }
    }

    /// At most one finding for each tool; one by its outputs comes first.
    private func findings(
        _ judgements: [Judged], _ reading: ToolReading, _ tools: [ToolCalls], _ context: DetectorContext, _ ask: Ask
    ) async throws(QueryFailure) -> [Finding] {
        var (correlations, openFailures): ([String: ToolCorrelation], [ToolOpenFailures]) = ([:], [])
        var costs: [String: Double] = [:]
        if !tools.isEmpty {
            let found = try await ToolCorrelation.search(tools, context, ask)
            correlations = Dictionary(found.map { ($0.tool, $0) }) { $0.p <= $1.p ? $0 : $1 }
            openFailures = try await self.openFailures(of: tools, context, ask)
            let failures = judgements.flatMap { $0.judgement.failing?.failures ?? [] }
            costs = try await self.costs(
                of: failures.map(\.trace), since: context.now - ToolQueries.thoroughWindow, ask)
        }
        var findings: [Finding] = []
        for (tool, judgement) in judgements {
            guard let failing = judgement.failing,
                let finding = ToolFinding.make(
                    tool, failing, correlation: correlations[tool], costs: costs, sql: reading.sql)
            else { continue }
            findings.append(finding)
        }
        findings += correlations.values.map { ToolFinding.make($0, sql: CascadeQueries.events(of: $0.issue).sql) }
        findings += openFailures.compactMap {
            ToolFinding.make($0, sql: ToolQueries.openly([$0.tool], now: context.now).sql)
        }
        for (tool, judgement) in judgements {
            let outputs = reading.outputs[tool] ?? []
            // A span that never has an output is not a tool.
            guard let (sign, count) = judgement.neverWorked,
                sign == .error || outputs.contains(where: { $0.type != "SPAN" }),
                let finding = ToolFinding.never(tool, sign, of: count, outputs, sql: reading.sql)
            else { continue }
            findings.append(finding)
        }
        var known: Set<String> = []
        return findings.filter { known.insert($0.subject).inserted }
    }

    private func openFailures(
        of tools: [ToolCalls], _ context: DetectorContext, _ ask: Ask
    ) async throws(QueryFailure) -> [ToolOpenFailures] {
        let suspects = tools.filter { $0.errors >= ToolSign.minHits }.map(\.name).prefix(50)
        guard !suspects.isEmpty else { return [] }
        let rows = try await ask.ifPossible(ToolQueries.openly(Array(suspects), now: context.now))
        return rows.map(ToolOpenFailures.all) ?? []
    }

    /// US dollars by trace.
    private func costs(
        of traces: [String], since start: Instant, _ ask: Ask
    ) async throws(QueryFailure) -> [String: Double] {
        let traces = traces.first(500).sorted()
        guard !traces.isEmpty, let rows = try await ask.ifPossible(ToolQueries.costs(of: traces, since: start)) else {
            return [:]
        }
        let pairs = rows.records.compactMap { row in row.amount("cost").map { (row.text("trace_id"), $0) } }
        return Dictionary(pairs) { $1 }
    }

    private func health(
        of tools: Set<String>, read: Int, left: Int, findings: [Finding], _ memory: [String: ToolProfile]
    ) -> (DetectorHealth.State, String) {
        guard !tools.isEmpty else {
            // A project without tools is fine; one whose tools are no longer called may lack data.
            return memory.isEmpty
                ? (.ok, "This project has no tool calls.")
                : (.noData, "No tool was called recently, although \(memory.count) are known.")
        }
        let learning = tools.count { memory[$0]?.outputs ?? 0 < ToolProfile.minPast }
        var message = """
            \(tools.count) tools were called; the outputs of \(read) were checked, and \(findings.count { !$0.isNote }) \
            of them fail.
            """
        if learning > 0 { message += " learning (\(learning) of \(tools.count) tools)" }
        if left > 0 { message += " \(left) wait for the next cycle." }
        return (learning == tools.count ? .learning : .ok, message)
    }
}
