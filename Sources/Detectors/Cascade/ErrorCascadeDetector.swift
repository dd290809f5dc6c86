import Basics
package import OnCallModel

/// Opens when a Sentry issue is new or rises against its own past, generations rise at the same time, and the issue's own
/// generations cost more than the threshold. It notifies only if they share more than the time: a trace, a release or an
/// environment.
///
/// Generations are read only if an issue rises, and events only if generations rise with it.
package struct ErrorCascadeDetector: Detector {
    package let type = DetectionType.errorCascade
    package let needs: Set = ["langfuse", "sentry"]

    /// One call each.
    private static let maxSuspects = 5

    package init() {}

    package func run(
        _ context: DetectorContext, memory: inout [String: Never], ask: Ask
    ) async throws(QueryFailure) -> DetectorReport {
        var report = DetectorReport(state: .ok, message: "")
        let seen = try await ask(CascadeQueries.issues(now: context.now))
        guard !seen.isEmpty else {
            return DetectorReport(state: .noData, message: "Sentry has no issue of the last 24 hours.")
        }
        var issues = seen.read(&report.skipped) { row throws(Unreadable) in try CascadeIssue(row, now: context.now) }
        guard let start = issues.map({ $0.start - $0.length }).min(), let end = issues.map(\.end).max() else {
            report.message = message(seen: seen.count, rising: 0, findings: 0)
            return report
        }
        let query = CascadeQueries.cells(from: start, to: min(end, context.now))
        var cells = GenerationCells(try await ask(query))
        report.skipped += cells.skipped
        guard !cells.cells.isEmpty else {
            report.state = .noData
            report.message = "No generations around \(issues.count) rising issues."
            return report
        }
        let suspects = try await suspects(among: &issues, &cells, context, ask)
        report.findings = try await findings(of: suspects, among: issues, cells, context, ask, sql: query.sql)
        report.message = message(seen: seen.count, rising: issues.count, findings: report.findings.count)
        if !suspects.isEmpty, cells.dayBefore.isEmpty {
            report.state = .learning
            report.message += " learning (the same hours of the day before are unknown)"
        }
        return report
    }

    /// The positions of the issues that may be a cascade, the costliest first. Reads the events of the first ones.
    private func suspects(
        among issues: inout [CascadeIssue], _ cells: inout GenerationCells, _ context: DetectorContext, _ ask: Ask
    ) async throws(QueryFailure) -> [Int] {
        let rising = issues.indices.filter {
            !cells.risingEnvironments(of: issues[$0]).isEmpty
                && cells.cost(during: issues[$0]) > context.settings.errorCascadeThreshold
        }
        guard let start = rising.map({ issues[$0].start }).min(), let end = rising.map({ issues[$0].end }).max()
        else { return [] }
        cells.take(dayBefore: try await ask(CascadeQueries.dayBefore(from: start, to: end)))
        let suspects = rising.filter { !cells.isUsual(issues[$0]) }.sorted {
            let (left, right) = (issues[$0], issues[$1])
            return (cells.cost(during: left), left.eventsPerMinute, right.id)
                > (cells.cost(during: right), right.eventsPerMinute, left.id)
        }
        for position in suspects.prefix(Self.maxSuspects) {
            issues[position].take(events: try await ask.ifPossible(CascadeQueries.events(of: issues[position])))
        }
        return suspects
    }

    private func findings(
        of suspects: [Int], among issues: [CascadeIssue], _ cells: GenerationCells, _ context: DetectorContext,
        _ ask: Ask, sql: String
    ) async throws(QueryFailure) -> [Finding] {
        let traced = suspects.map { issues[$0] }.filter { !$0.traces.isEmpty }
        var rows = RowSet(columns: [])
        if let start = traced.map(\.start).min(), let end = traced.map(\.end).max() {
            let traces = Set(traced.flatMap(\.traces)).sorted().prefix(CascadeQueries.maxTraces)
            rows = try await ask(CascadeQueries.traced(Array(traces), from: start, to: min(end, context.now)))
        }
        let partition = CascadePartition(cells, issues, traced: rows)
        return suspects.compactMap { position in
            let issue = issues[position]
            let share = partition.shares[issue.id] ?? CascadeShare()
            return CascadeJudgement(issue, share, cells, settings: context.settings).map {
                CascadeFinding.make(
                    $0, expectedByDay: cells.expectedByDay(for: issue), sql: sql, settings: context.settings)
            }
        }.worstFirst
    }

    private func message(seen: Int, rising: Int, findings: Int) -> String {
        """
        \(seen) issues of 24 hours; \(rising) of them rise, \(findings) of those with cost.
        """
    }
}
