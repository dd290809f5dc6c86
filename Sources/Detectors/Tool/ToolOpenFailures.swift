import Basics
import OnCallModel

/// Calls of one tool that failed openly (level ERROR), compared with its own calls before. Neither an output nor an issue of
/// Sentry is needed.
struct ToolOpenFailures: Hashable {
    struct Call: Hashable {
        var at: Instant
        var trace: String
        var feature: String
        var message: String
        var isFailed: Bool
    }

    var tool: String
    /// From the first failure after the last good run on, oldest first.
    var recent: [Call]
    var past: Int
    var pastFailed: Int
    var p: Double

    /// This many good calls in a row end an older failure.
    private static let goodRun = 5
    private static let minPast = 20
    /// One of this many latest calls must fail.
    private static let latest = 3

    var failures: [Call] { recent.filter(\.isFailed) }

    /// Nil if the tool works now, is too new, or fails no more than it always did. `calls`: oldest first.
    init?(_ tool: String, _ calls: [Call]) {
        guard let start = Self.onset(in: calls) else { return nil }
        let (past, recent) = (calls[..<start], calls[start...])
        let now = Share(hits: recent.count(where: \.isFailed), of: recent.count)
        let before = Share(hits: past.count(where: \.isFailed), of: past.count)
        let p = FisherExact.p(now.hits, of: now.of, against: before.hits, of: before.of)
        let limit = before.hits == 0 ? ToolSign.maxChanceOfNew : ToolSign.maxChanceOfKnown
        guard now.hits >= ToolSign.minHits, before.of >= Self.minPast, p < limit,
            now.rate >= ToolSign.minRatio * before.rate, recent.suffix(Self.latest).contains(where: \.isFailed)
        else { return nil }
        (self.tool, self.recent, self.past, pastFailed, self.p) = (tool, Array(recent), past.count, before.hits, p)
    }

    /// The first failure after the last run of good calls that was followed by a failure.
    private static func onset(in calls: [Call]) -> Int? {
        guard let last = calls.lastIndex(where: \.isFailed) else { return nil }
        var (start, good, index) = (last, 0, last)
        while index > 0, good < goodRun {
            index -= 1
            if calls[index].isFailed { (start, good) = (index, 0) } else { good += 1 }
        }
        return start
    }

    /// Rows of `ToolQueries.openly`, one for each call.
    static func all(in rows: RowSet) -> [ToolOpenFailures] {
        var calls: [String: [Call]] = [:]
        for row in rows.records {
            guard let tool = row["name"].text, let at = row["start_time"].instant else { continue }
            calls[tool, default: []].append(
                Call(
                    at: at, trace: row.text("trace_id"), feature: row.text("trace_name"),
                    message: String(row.text("status_message").prefix(2000)),
                    isFailed: row["level"].text == "ERROR"))
        }
        return calls.sorted { $0.key < $1.key }.compactMap { tool, calls in
            ToolOpenFailures(tool, calls.sorted { ($0.at, $0.trace) < ($1.at, $1.trace) })
        }
    }
}

extension ToolFinding {
    /// "quote_rates: 18 of its last 18 calls failed where 0 of 100 did (since 01:25), most with “ConnectError: …”; 18 traces;
    /// p < 1e-17."
    static func make(_ open: ToolOpenFailures, sql: String) -> Finding? {
        guard let first = open.failures.first, let last = open.failures.last else { return nil }
        let failed = open.failures.count
        let traces = Set(open.failures.map(\.trace)).subtracting([""])
        let message = open.failures.map(\.message).counts.top
        let quote = message.map { ", most with “\(ToolOutput.snippet(of: $0))”" } ?? ""
        let sentence = """
            \(name(open.tool)): \(failed) of its last \(open.recent.count) calls failed where \
            \(open.pastFailed) of \(open.past) did (since \(Phrase.clock(first.at)))\(quote); \
            \(Phrase.traces(traces.count)); \(Phrase.probability(open.p)).
            """
        let isHigh = failed >= 5 && failed * 2 >= open.recent.count
        return make(
            open.tool, isHigh ? .high : .medium, sentence,
            .calls(
                .with { facts in
                    (facts.failed, facts.calls) = (failed, open.recent.count)
                    (facts.pastFailed, facts.pastCalls, facts.p) = (open.pastFailed, open.past, open.p)
                    facts.traces = traces.first(20).sorted()
                }),
            sql: sql, onset: first.at, lastSeen: last.at,
            links: links(open.tool, traces: open.failures.map(\.trace), features: open.failures.map(\.feature)))
    }
}
