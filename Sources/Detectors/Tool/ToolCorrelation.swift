import Basics
import OnCallModel

/// A tool whose calls come before the errors of a Sentry issue more often than by chance: strategy B.
///
/// By shared trace if the events name traces: among the traces of one feature, those that called the tool fail more often
/// than the others. Else by time: the tool's calls are followed by an event within a minute more often than those of other
/// tools, and than evenly spread moments. A tool that every trace calls has nothing to be compared with: it is reported only
/// if the issue itself names it, against its own calls before.
struct ToolCorrelation: Hashable {
    let tool: String
    let issue: CascadeIssue
    /// Calls, or traces that called, with an error after them; and the same of those without the tool.
    let own: Share
    let others: Share
    /// The feature whose traces were compared; nil if they were compared by time.
    let feature: String?
    /// The traces with the tool's call before their error.
    let traces: [String]
    /// The issue names the tool, and the others are its own calls before.
    let isNamed: Bool
    let p: Double

    private static let minHits = 3
    private static let minRatio = 3.0
    private static let maxChanceByTrace = 1e-4
    /// Traffic comes in bursts, so a correlation by time alone must be much less likely by chance.
    private static let maxChanceByTime = 1e-7
    private static let minHitsByTime = 6
    private static let delay = Span.minutes(1)
    /// A later error of a trace is not the call's.
    private static let maxDelay = Span.minutes(10)
    private static let spreadMoments = 500

    private init(
        _ tool: String, _ issue: CascadeIssue, _ own: Share, others: Share, feature: String? = nil,
        traces: [String] = [], isNamed: Bool = false
    ) {
        (self.tool, self.issue, self.own, self.others) = (tool, issue, own, others)
        (self.feature, self.traces, self.isNamed) = (feature, traces, isNamed)
        p = FisherExact.p(own.hits, of: own.of, against: others.hits, of: others.of)
    }

    /// The traces that called each tool shortly before their error. `calls`: rows of `ToolQueries.firstCalls`.
    static func before(_ events: [String: Instant], calls: RowSet) -> [String: Set<String>] {
        var before: [String: Set<String>] = [:]
        for row in calls.records {
            guard let trace = row["trace_id"].text, let tool = row["tool"].text, let at = row["at"].instant,
                let event = events[trace], at <= event, event - at <= maxDelay
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

    /// A tool that a new issue names, compared with its calls of the days before, without an error.
    ///
    /// - Parameters:
    ///   - before: the traces that called it shortly before their error.
    ///   - past: how often it was called before the issue came.
    static func byName(
        _ issue: CascadeIssue, tool: String, before: Set<String>, traces: RowSet, past: Int
    ) -> ToolCorrelation? {
        let called = traces.records.filter { $0["tool"].text == tool }.reduce(0) { $0 + ($1["traces"].integer ?? 0) }
        let own = Share(hits: before.count, of: max(called, before.count))
        let item = ToolCorrelation(
            tool, issue, own, others: Share(hits: 0, of: past), traces: before.sorted(), isNamed: true)
        return best([item], maxChance: maxChanceByTrace, minHits: minHits).first
    }

    /// - Parameter traces: rows of `ToolQueries.traces`.
    static func byTrace(
        _ issue: CascadeIssue, before: [String: Set<String>], traces: RowSet
    ) -> [ToolCorrelation] {
        var totals: [String: Share] = [:]
        var cells: [(feature: String, tool: String, failed: Share)] = []
        for row in traces.records {
            guard let feature = row["feature"].text, let tool = row["tool"].text, let count = row["traces"].integer,
                let failed = row["failed"].integer, count >= failed, failed >= 0
            else { continue }
            let share = Share(hits: failed, of: count)
            if tool.isEmpty { totals[feature] = share } else { cells.append((feature, tool, share)) }
        }
        let found = cells.compactMap { feature, tool, failed -> ToolCorrelation? in
            guard let total = totals[feature], let named = before[tool], !named.isEmpty else { return nil }
            let own = Share(hits: min(failed.hits, named.count), of: failed.of)
            let others = Share(hits: max(0, total.hits - failed.hits), of: max(0, total.of - failed.of))
            return ToolCorrelation(tool, issue, own, others: others, feature: feature, traces: named.sorted())
        }
        return best(found, maxChance: maxChanceByTrace, minHits: minHits)
    }

    /// - Parameter moments: rows of `ToolQueries.moments`.
    static func byTime(
        _ issue: CascadeIssue, events: [Instant], moments: RowSet, from start: Instant, to end: Instant
    ) -> [ToolCorrelation] {
        let events = events.sorted()
        func isFollowed(_ moment: Instant) -> Bool {
            events.first { $0 >= moment }.map { $0 - moment <= delay } ?? false
        }
        var calls: [String: Share] = [:]
        var all = Share(hits: 0, of: 0)
        for row in moments.records {
            guard let tool = row["name"].text, let at = row["start_time"].instant else { continue }
            let hits = isFollowed(at) ? 1 : 0
            calls[tool, default: Share(hits: 0, of: 0)] += Share(hits: hits, of: 1)
            all += Share(hits: hits, of: 1)
        }
        let step = (end - start).seconds / Double(spreadMoments)
        let spread = (0..<spreadMoments).count { isFollowed(start + .seconds(Double($0) * step)) }
        let found = calls.map { tool, own in
            let byMoments = ToolCorrelation(tool, issue, own, others: Share(hits: spread, of: spreadMoments))
            guard all.of > own.of else { return byMoments }
            // The stricter of the two comparisons.
            let others = Share(hits: all.hits - own.hits, of: all.of - own.of)
            let byOthers = ToolCorrelation(tool, issue, own, others: others)
            return byOthers.p > byMoments.p ? byOthers : byMoments
        }
        return best(found, maxChance: maxChanceByTime, minHits: minHitsByTime)
    }

    /// Those that are more than chance, one for each tool.
    private static func best(_ found: [ToolCorrelation], maxChance: Double, minHits: Int) -> [ToolCorrelation] {
        let real = found.filter { $0.own.hits >= minHits && $0.p < maxChance && $0.ratio >= minRatio }
        let best = Dictionary(real.map { ($0.tool, $0) }) { $1.p < $0.p ? $1 : $0 }
        return best.values.sorted { ($0.p, $0.tool) < ($1.p, $1.tool) }
    }

    private var ratio: Double {
        guard own.of > 0, others.of > 0 else { return 0 }
        return others.rate > 0 ? own.rate / others.rate : .infinity
    }

    var issueName: String { issue.name.isEmpty ? "issue \(issue.id)" : "\(issue.name) (\(issue.id))" }

    var fact: ToolOutputFacts.Correlation {
        .with { fact in
            (fact.issue, fact.title, fact.feature) = (issue.id, issue.name, feature)
            fact.link = feature == nil && !isNamed ? .time : .trace
            (fact.hits, fact.of, fact.otherHits, fact.others, fact.p) = (own.hits, own.of, others.hits, others.of, p)
        }
    }
}
