import Basics
import OnCallModel

extension ToolCorrelation {
    /// One call to Sentry each.
    private static let maxRoutineIssues = 1
    private static let maxThoroughIssues = 5

    /// The tools whose calls come before the errors of new or rising issues.
    static func search(
        _ tools: [ToolCalls], _ context: DetectorContext, _ ask: Ask
    ) async throws(QueryFailure) -> [ToolCorrelation] {
        guard let rows = try await ask.ifPossible(CascadeQueries.issues(now: context.now)) else { return [] }
        let rising = rows.records.compactMap { row -> (issue: CascadeIssue, text: String, namesTool: Bool)? in
            guard let issue = try? CascadeIssue(row, now: context.now) else { return nil }
            let text = "\(row.text("title")) \(row.text("culprit"))"
            return (issue, text, tools.contains { isNamed($0.name, in: text) })
        }
        // An issue that names a tool comes before one with many events.
        let ordered = rising.sorted { left, right in
            guard left.namesTool == right.namesTool else { return left.namesTool }
            return (right.issue.events, left.issue.id) < (left.issue.events, right.issue.id)
        }
        var found: [ToolCorrelation] = []
        for (issue, text, _) in ordered.prefix(context.effort == .thorough ? maxThoroughIssues : maxRoutineIssues) {
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
            row["timestamp"].instant.map { (trace: row.text("trace_id"), at: $0) }
        }
        guard let first = times.map(\.at).min(), let last = times.map(\.at).max() else { return [] }
        // The time of the events, and what may have come before.
        let (from, to) = (first - .minutes(10), min(last, context.now))
        let events = Dictionary(times.filter { !$0.trace.isEmpty }, uniquingKeysWith: min)
        guard !events.isEmpty else {
            let moments = try await ask.ifPossible(ToolQueries.moments(from: from, to: to))
            return moments.map { byTime(issue, events: times.map(\.at), moments: $0, from: from, to: to) } ?? []
        }
        let failed = events.keys.sorted()
        guard let calls = try await ask.ifPossible(ToolQueries.firstCalls(of: failed, since: from)),
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
