import Basics
import OnCallModel

/// A tool as the mirror has it, without bodies.
struct ToolCalls: Hashable {
    var name: String
    var type: String
    var calls: Int
    /// Calls that failed openly.
    var errors: Int
    /// The start of the newest call that did not fail openly; nil if all did.
    var newest: Instant?

    static let types: Set = ["TOOL", "RETRIEVER", "SPAN"]

    /// Rows of `ToolQueries.calls`. One name under two types is one tool: the busier type is read.
    static func read(_ rows: RowSet) -> [ToolCalls] {
        let tools = rows.records.compactMap(ToolCalls.init).filter { $0.calls > 0 }
        return Dictionary(tools.map { ($0.name, $0) }) { $1.calls > $0.calls ? $1 : $0 }.values
            .sorted { $0.name < $1.name }
    }

    /// Nil for what is not a tool: spans that often have children, or are roots.
    private init?(_ row: RowSet.Record) {
        guard let name = row["name"].text, !name.isEmpty, let type = row["type"].text,
            let calls = row["calls"].integer, (row["others"].integer ?? 0) * 10 <= calls
        else { return nil }
        (self.name, self.type, self.calls) = (name, type, calls)
        (errors, newest) = (row["errors"].integer ?? 0, row["newest"].instant)
    }
}

/// Decides which tools' outputs a run reads: all of them together (docs/decisions/0027).
struct ToolReadPlan {
    /// Tools that were never read, and the moment before which their older outputs are read too; nil if they have too few.
    struct New {
        var cut: Instant?
        var tools: [ToolCalls]
    }

    private let context: DetectorContext
    private let tools: [ToolCalls]
    private let memory: [String: ToolProfile]
    /// The tools that are open or were called.
    let names: Set<String>
    /// The known tools whose latest outputs are read.
    let latest: [String]
    /// Calls by hour of the unknown tools.
    private var hours: [String: [(hour: Instant, calls: Int)]] = [:]

    /// The busy tools are read this often, whichever others wait.
    private static let usualInterval = Span.minutes(25)
    /// A tool that was not reached with the busy ones is read by itself after this.
    private static let maxWait = Span.hours(1)
    /// How many of those at once.
    private static let maxAlone = 2
    /// How far a tool's latest outputs are, if possible, from those that they are compared with at first: a failure that
    /// began a while ago must not become the norm.
    private static let distances = [Span.hours(24), .hours(6), .hours(1)]
    private static let minHistory = 40

    /// `rows`: those of `ToolQueries.hours` for unknown tools.
    init(_ tools: [ToolCalls], _ memory: [String: ToolProfile], _ context: DetectorContext, hours rows: RowSet? = nil) {
        (self.tools, self.memory, self.context) = (tools, memory, context)
        names = context.unresolved.union(tools.map(\.name))
        for row in rows?.records ?? [] {
            guard let name = row["name"].text, let hour = row["hour"].instant, let calls = row["calls"].integer else {
                continue
            }
            hours[name, default: []].append((hour, calls))
        }
        latest = Self.latest(tools, memory, context)
    }

    /// Tools that were never read.
    static func unknown(_ tools: [ToolCalls], _ memory: [String: ToolProfile]) -> [ToolCalls] {
        tools.filter { memory[$0.name]?.lookedAt == nil }
    }

    /// The unknown tools that have enough outputs to judge: names that never come again cost nothing.
    var new: [New] {
        let worth = Self.unknown(tools, memory).filter { tool in
            tool.newest != nil && max(known(tool), tool.calls) >= ToolProfile.minPast
                && !context.unresolved.contains(tool.name)
        }
        return Dictionary(grouping: worth, by: cut).map { New(cut: $0, tools: $1) }
            .sorted { ($1.tools.count, $0.cut ?? context.now) < ($0.tools.count, $1.cut ?? context.now) }
    }

    private func known(_ tool: ToolCalls) -> Int { hours[tool.name, default: []].reduce(0) { $0 + $1.calls } }

    /// As long ago as possible, with enough calls before it.
    private func cut(_ tool: ToolCalls) -> Instant? {
        Self.distances.map { context.now - $0 }.first { moment in
            hours[tool.name, default: []].filter { $0.hour + .hours(1) <= moment }.reduce(0) { $0 + $1.calls }
                >= Self.minHistory
        }
    }

    private static func latest(
        _ tools: [ToolCalls], _ memory: [String: ToolProfile], _ context: DetectorContext
    ) -> [String] {
        func checkedAt(_ tool: ToolCalls) -> Instant { memory[tool.name]?.lookedAt ?? .distantPast }
        /// Known tools with new outputs, the longest waiting first.
        let waiting = tools.filter { tool in
            guard let known = memory[tool.name], known.lookedAt != nil, let newest = tool.newest else { return false }
            return known.newestOutput.map { newest > $0 } ?? true
        }.sorted { checkedAt($0) < checkedAt($1) }
        var chosen = waiting
        // The busy tools fill what a routine run may read, so those that it does not reach take turns with them.
        if context.effort == .routine, let busiest = waiting.max(by: { $0.calls < $1.calls }),
            context.now - checkedAt(busiest) < usualInterval
        {
            let late = waiting.filter { context.now - checkedAt($0) >= maxWait }
            if !late.isEmpty { chosen = Array(late.prefix(maxAlone)) }
        }
        return context.unresolved.sorted() + chosen.map(\.name).filter { !context.unresolved.contains($0) }
    }
}
