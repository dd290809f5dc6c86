import Basics
import OnCallModel

/// A tool whose calls come before the errors of a Sentry issue, more often than chance would have it: strategy B.
///
/// By shared trace where the events name traces: among the traces of one feature those that called the tool fail more often
/// than those that did not. Else by time: the tool's calls are followed by an event within a minute more often than those of
/// other tools, and than evenly spread moments. A tool that every trace calls tells nothing apart: it is told
/// only where the issue itself names it, against its own calls before.
struct ToolCorrelation: Hashable {
    var tool: String
    var issue: CascadeIssue
    /// The feature whose traces were told apart; nil where time alone was to go by.
    var feature: String?
    /// Calls, or traces that called, with an error after; and the same of those without the tool.
    var hits: Int
    var of: Int
    var otherHits: Int
    var others: Int
    var p: Double
    /// The traces with the tool's call before their error.
    var traces: [String]
    /// The issue names the tool, and the others are its own calls before.
    var isNamed = false

    private static let leastHits = 3
    private static let leastRatio = 3.0
    private static let chanceByTrace = 1e-4
    /// Traffic comes in bursts, so what time alone says must be much rarer by chance.
    private static let chanceByTime = 1e-7
    private static let leastHitsByTime = 6
    private static let delay = Span.minutes(1)
    /// An error of a trace that comes later than this after the call is not the call's.
    private static let longestDelay = Span.minutes(10)
    private static let spreadMoments = 500

    /// The traces that called each tool shortly before their error. `calls` answers `ToolQueries.firstCalls`.
    static func before(_ events: [String: Instant], calls: RowSet) -> [String: Set<String>] {
        var before: [String: Set<String>] = [:]
        for row in calls.records {
            guard let trace = row["trace_id"].text, let tool = row["tool"].text, let at = row["at"].instant,
                let event = events[trace], at <= event, event - at <= longestDelay
            else { continue }
            before[tool, default: []].insert(trace)
        }
        return before
    }

    /// Whether a text has the name as a word of its own: `tools.quote_rates in call`.
    static func isNamed(_ tool: String, in text: String) -> Bool {
        func isPart(_ character: Character?) -> Bool {
            character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
        }
        guard tool.count >= 4 else { return false }
        let (text, tool) = (text.lowercased(), tool.lowercased())
        return text.ranges(of: tool).contains { range in
            !isPart(text[..<range.lowerBound].last) && !isPart(text[range.upperBound...].first)
        }
    }

    /// A tool that a new issue names, against its calls of the days before, of which the issue knows nothing.
    ///
    /// - Parameters:
    ///   - before: the traces that called it shortly before their error.
    ///   - past: how often it was called before the issue came.
    static func byName(
        _ issue: CascadeIssue, tool: String, before: Set<String>, traces: RowSet, past: Int
    ) -> ToolCorrelation? {
        let called = traces.records.filter { $0["tool"].text == tool }.reduce(0) { $0 + ($1["traces"].integer ?? 0) }
        let item = ToolCorrelation(
            tool: tool, issue: issue, feature: nil, hits: before.count, of: max(called, before.count), otherHits: 0,
            others: past, p: 1, traces: before.sorted(), isNamed: true)
        return best([item], chance: chanceByTrace, least: leastHits).first
    }

    /// - Parameter traces: the answer to `ToolQueries.traces`.
    static func byTrace(
        _ issue: CascadeIssue, before: [String: Set<String>], traces: RowSet
    ) -> [ToolCorrelation] {
        var totals: [String: (traces: Int, failed: Int)] = [:]
        var cells: [(feature: String, tool: String, traces: Int, failed: Int)] = []
        for row in traces.records {
            guard let feature = row["feature"].text, let tool = row["tool"].text, let count = row["traces"].integer,
                let failed = row["failed"].integer, count >= failed, failed >= 0
            else { continue }
            if tool.isEmpty { totals[feature] = (count, failed) } else { cells.append((feature, tool, count, failed)) }
        }
        let found = cells.compactMap { cell -> ToolCorrelation? in
            guard let total = totals[cell.feature], let named = before[cell.tool], !named.isEmpty else { return nil }
            let hits = min(cell.failed, named.count)
            return ToolCorrelation(
                tool: cell.tool, issue: issue, feature: cell.feature, hits: hits, of: cell.traces,
                otherHits: max(0, total.failed - cell.failed), others: max(0, total.traces - cell.traces),
                p: 1, traces: named.sorted())
        }
        return best(found, chance: chanceByTrace, least: leastHits)
    }

    /// - Parameter moments: the answer to `ToolQueries.moments`.
    static func byTime(
        _ issue: CascadeIssue, events: [Instant], moments: RowSet, from start: Instant, to end: Instant
    ) -> [ToolCorrelation] {
        let events = events.sorted()
        func isFollowed(_ moment: Instant) -> Bool {
            guard let next = events.first(where: { $0 >= moment }) else { return false }
            return next - moment <= delay
        }
        var calls: [String: (hits: Int, of: Int)] = [:]
        for row in moments.records {
            guard let tool = row["name"].text, let at = row["start_time"].instant else { continue }
            calls[tool, default: (0, 0)].of += 1
            if isFollowed(at) { calls[tool]?.hits += 1 }
        }
        let step = (end - start).seconds / Double(spreadMoments)
        let spread = (0..<spreadMoments).count { isFollowed(start + .seconds(Double($0) * step)) }
        let all = calls.values.reduce(into: (hits: 0, of: 0)) { $0 = ($0.hits + $1.hits, $0.of + $1.of) }
        let found = calls.map { tool, own in
            let byOthers = ToolCorrelation(
                tool: tool, issue: issue, feature: nil, hits: own.hits, of: own.of, otherHits: all.hits - own.hits,
                others: all.of - own.of, p: 1, traces: [])
            var byMoments = byOthers
            (byMoments.otherHits, byMoments.others) = (spread, spreadMoments)
            // The harder of the two comparisons, where there are other tools.
            guard byOthers.others > 0 else { return byMoments }
            return byOthers.chance > byMoments.chance ? byOthers : byMoments
        }
        return best(found, chance: chanceByTime, least: leastHitsByTime)
    }

    private var chance: Double { FisherExact.p(hits, of: of, against: otherHits, of: others) }

    /// Those that are real, one a tool.
    private static func best(_ found: [ToolCorrelation], chance: Double, least: Int) -> [ToolCorrelation] {
        var best: [String: ToolCorrelation] = [:]
        for var item in found {
            item.p = item.chance
            guard item.hits >= least, item.p < chance, item.ratio >= leastRatio, item.p < best[item.tool]?.p ?? 1 else {
                continue
            }
            best[item.tool] = item
        }
        return best.values.sorted { ($0.p, $0.tool) < ($1.p, $1.tool) }
    }

    private var ratio: Double {
        guard of > 0, others > 0 else { return 0 }
        let other = Double(otherHits) / Double(others)
        return other > 0 ? Double(hits) / Double(of) / other : .infinity
    }

    var issueName: String { issue.name.isEmpty ? "issue \(issue.id)" : "\(issue.name) (\(issue.id))" }

    var fact: ToolOutputFacts.Correlation {
        .with { fact in
            (fact.issue, fact.title, fact.feature) = (issue.id, issue.name, feature)
            fact.link = feature == nil && !isNamed ? .time : .trace
            (fact.hits, fact.of, fact.otherHits, fact.others, fact.p) = (hits, of, otherHits, others, p)
        }
    }
}
