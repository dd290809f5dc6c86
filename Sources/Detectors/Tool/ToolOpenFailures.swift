import Basics
import OnCallModel

/// Calls of one tool that failed openly (level ERROR), held against its own calls before: no output is needed for it, and no
/// issue of Sentry.
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

    /// A good run that ends an older trouble.
    private static let goodRun = 5
    private static let leastPast = 20
    /// Of the latest calls, so many decide whether it still fails.
    private static let latest = 10

    var failures: [Call] { recent.filter(\.isFailed) }

    /// Nil where the tool is well now, is too young, or fails no more than it always did. `calls`: oldest first.
    init?(_ tool: String, _ calls: [Call]) {
        guard let start = Self.onset(in: calls) else { return nil }
        let (past, recent) = (calls[..<start], calls[start...])
        let (hits, before) = (recent.count(where: \.isFailed), past.count(where: \.isFailed))
        let p = FisherExact.p(hits, of: recent.count, against: before, of: past.count)
        let usual = past.isEmpty ? 0 : Double(before) / Double(past.count)
        let limit = before == 0 ? ToolSign.chanceOfNew : ToolSign.chanceOfKnown
        guard hits >= ToolSign.leastHits, past.count >= Self.leastPast, p < limit,
            Double(hits) / Double(recent.count) >= ToolSign.leastRatio * usual,
            recent.suffix(Self.latest).contains(where: \.isFailed), recent.suffix(3).contains(where: \.isFailed)
        else { return nil }
        (self.tool, self.recent, self.past, pastFailed, self.p) = (tool, Array(recent), past.count, before, p)
    }

    /// The first failure behind the last run of good calls that was followed by a failure.
    private static func onset(in calls: [Call]) -> Int? {
        guard let last = calls.lastIndex(where: \.isFailed) else { return nil }
        var (start, good, index) = (last, 0, last)
        while index > 0, good < goodRun {
            index -= 1
            if calls[index].isFailed { (start, good) = (index, 0) } else { good += 1 }
        }
        return start
    }

    /// Rows of `ToolQueries.openly`, one a call.
    static func all(in rows: RowSet) -> [ToolOpenFailures] {
        var calls: [String: [Call]] = [:]
        for row in rows.records {
            guard let tool = row["name"].text, let at = row["start_time"].instant else { continue }
            calls[tool, default: []].append(
                Call(
                    at: at, trace: row["trace_id"].text ?? "", feature: row["trace_name"].text ?? "",
                    message: String((row["status_message"].text ?? "").prefix(2000)),
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
        let traces = Set(open.failures.map(\.trace)).filter { !$0.isEmpty }
        let message =
            Dictionary(grouping: open.failures.map(\.message).filter { !$0.isEmpty }, by: \.self)
            .max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key ?? ""
        let said = message.isEmpty ? "" : ", most with “\(ToolOutput.snippet(of: message))”"
        let sentence = """
            \(name(open.tool)): \(open.failures.count) of its last \(open.recent.count) calls failed where \
            \(open.pastFailed) of \(open.past) did (since \(first.at.iso8601.dropFirst(11).prefix(5)))\(said); \
            \(traces.count) trace\(traces.count == 1 ? "" : "s"); \(chance(open.p)).
            """
        let isHigh = open.failures.count >= 5 && open.failures.count * 2 >= open.recent.count
        return make(
            open.tool, isHigh ? .high : .medium, sentence,
            .calls(
                .with { facts in
                    (facts.failed, facts.calls) = (open.failures.count, open.recent.count)
                    (facts.pastFailed, facts.pastCalls, facts.p) = (open.pastFailed, open.past, open.p)
                    facts.traces = Array(traces.sorted().prefix(20))
                }),
            sql: sql, onset: first.at, lastSeen: last.at,
            links: FindingLinks(
                traces: Set(traces.sorted().prefix(100)),
                features: Set([open.tool] + open.failures.map(\.feature).filter { !$0.isEmpty }.sorted().prefix(20))))
    }
}
