import Basics
import OnCallModel

extension ToolCorrelation {
    /// One call to Sentry each.
    private static let routineIssues = 1
    private static let thoroughIssues = 5

    /// The tools whose calls come before the errors of issues that are new or rise.
    static func search(
        _ tools: [ToolCalls], _ context: DetectorContext, _ ask: Ask
    ) async throws(QueryFailure) -> [ToolCorrelation] {
        guard let rows = try await ask.ifPossible(ToolQueries.issues(now: context.now)) else { return [] }
        let rising = rows.records.compactMap { row -> (issue: CascadeIssue, text: String, namesTool: Bool)? in
            guard case .rises(let issue) = CascadeIssue.read(row, now: context.now) else { return nil }
            let text = "\(row["title"].text ?? "") \(row["culprit"].text ?? "")"
            return (issue, text, tools.contains { isNamed($0.name, in: text) })
        }
        // One that names a tool says more than one with many events.
        let ordered = rising.sorted { left, right in
            guard left.namesTool == right.namesTool else { return left.namesTool }
            return (right.issue.events, left.issue.id) < (left.issue.events, right.issue.id)
        }
        var found: [ToolCorrelation] = []
        for (issue, text, _) in ordered.prefix(context.effort == .thorough ? thoroughIssues : routineIssues) {
            found += try await search(issue, text, context, ask)
        }
        return found
    }

    private static func search(
        _ issue: CascadeIssue, _ text: String, _ context: DetectorContext, _ ask: Ask
    ) async throws(QueryFailure) -> [ToolCorrelation] {
        guard let rows = try await ask.ifPossible(CascadeQueries.events(of: issue)) else { return [] }
        var issue = issue
        issue.take(events: rows)
        let times = rows.records.compactMap { row in
            row["timestamp"].instant.map { (trace: row["trace_id"].text ?? "", at: $0) }
        }
        guard let first = times.map(\.at).min(), let last = times.map(\.at).max() else { return [] }
        // What the events cover, and what may have come before.
        let (from, to) = (first - .minutes(10), min(last, context.now))
        let events = Dictionary(times.filter { !$0.trace.isEmpty }, uniquingKeysWith: min)
        guard !events.isEmpty else {
            let moments = try await ask.ifPossible(ToolQueries.moments(from: from, to: to))
            return moments.map { byTime(issue, events: times.map(\.at), moments: $0, from: from, to: to) } ?? []
        }
        let failed = events.keys.sorted()
        guard let calls = try await ask.ifPossible(ToolQueries.firstCalls(of: failed)),
            let traces = try await ask.ifPossible(ToolQueries.traces(failed, from: from, to: to))
        else { return [] }
        let before = Self.before(events, calls: calls)
        let found = byTrace(issue, before: before, traces: traces)
        let named = before.filter { isNamed($0.key, in: text) }
        guard issue.isNew, !named.isEmpty,
            let hours = try await ask.ifPossible(ToolQueries.hours(of: named.keys.sorted(), now: issue.start))
        else { return found }
        return found
            + named.sorted { $0.key < $1.key }.compactMap { tool, before in
                byName(
                    issue, tool: tool, before: before, traces: traces,
                    past: pastCalls(of: tool, in: hours, before: issue))
            }
    }

    /// The calls before an issue came. The hour of its first error is neither before nor after.
    private static func pastCalls(of tool: String, in hours: RowSet, before issue: CascadeIssue) -> Int {
        hours.records.filter { row in
            row["name"].text == tool && row["hour"].instant.map { $0 + .hours(1) <= issue.start } ?? false
        }.reduce(0) { $0 + ($1["calls"].integer ?? 0) }
    }
}
