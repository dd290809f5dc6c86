import Basics
import OnCallModel

/// A tool as the mirror knows it, without bodies.
struct ToolCalls: Hashable {
    var name: String
    var type: String
    var calls: Int
    /// The start of the newest call that did not fail openly; nil where all did.
    var newest: Instant?
    /// Of its calls, those that were no tool's: spans that others hang from, and roots.
    var others: Int
    /// Of its calls, those that failed openly.
    var errors: Int

    static let types: Set = ["TOOL", "RETRIEVER", "SPAN"]

    /// Rows of `ToolQueries.calls`. One name under two types is one tool: the busier type is read.
    static func read(_ rows: RowSet) -> [ToolCalls] {
        var byName: [String: ToolCalls] = [:]
        for tool in rows.records.compactMap(ToolCalls.init) where tool.calls > byName[tool.name]?.calls ?? 0 {
            byName[tool.name] = tool
        }
        return byName.values.sorted { $0.name < $1.name }
    }

    /// Nil for what is not a tool.
    private init?(_ row: RowSet.Record) {
        guard let name = row["name"].text, !name.isEmpty, let type = row["type"].text,
            let calls = row["calls"].integer
        else { return nil }
        let newest = row["newest"].instant
        let others = row["others"].integer ?? 0
        // A span that is seldom more than a leaf is a tool's.
        guard others * 10 <= calls else { return nil }
        (self.name, self.type, self.calls, self.newest, self.others) = (name, type, calls, newest, others)
        errors = row["errors"].integer ?? 0
    }
}

/// Decides which outputs a cycle reads, a call each (docs/decisions/0008).
struct ToolReadPlan {
    enum Read: Hashable {
        /// The newest outputs of all tools of a type.
        case page(type: String)
        case latest(ToolCalls?, name: String)
        /// Of a tool that nothing is known of: as many as a page holds.
        case first(ToolCalls)
        /// Older outputs of such a tool.
        case history(ToolCalls, before: Instant)
    }

    private let context: DetectorContext
    private let tools: [ToolCalls]
    private let memory: [String: ToolProfile]
    /// The tools that are open or were called.
    let names: Set<String>
    private var queue: [Read] = []
    private var callsLeft: Int
    private var asked: Set<String> = []
    /// Calls by hour of the tools that nothing is known of.
    private var hours: [String: [(hour: Instant, calls: Int)]] = [:]

    static let routineCalls = 9
    static let thoroughCalls = 25
    /// The busy tools are read this often, whoever waits.
    private static let pageInterval = Span.minutes(25)
    /// A tool that the page never holds is read by itself when it has waited this long.
    private static let longestWait = Span.hours(1)
    /// How much of the past lies between a tool's latest outputs and those that they are compared with at first, where there
    /// is that much: a trouble that began a while ago is not to be taken for the norm.
    private static let distances = [Span.hours(24), .hours(6), .hours(1)]
    private static let leastHistory = 40

    var now: Instant { context.now }

    init(_ tools: [ToolCalls], _ memory: [String: ToolProfile], _ context: DetectorContext) {
        (self.tools, self.memory, self.context) = (tools, memory, context)
        names = context.unresolved.union(tools.map(\.name))
        callsLeft = context.effort == .thorough ? Self.thoroughCalls : Self.routineCalls
    }

    private func lookedAt(_ tool: ToolCalls) -> Instant { memory[tool.name]?.lookedAt ?? .distantPast }

    /// Those that nothing is known of.
    var unknown: [ToolCalls] { tools.filter { memory[$0.name]?.lookedAt == nil } }

    /// Those that have something new and wait, the longest first.
    private var waiting: [ToolCalls] {
        tools.filter { tool in
            guard let known = memory[tool.name], known.lookedAt != nil, !asked.contains(tool.name),
                let newest = tool.newest
            else { return false }
            return known.newestOutput.map { newest > $0 } ?? true
        }.sorted { lookedAt($0) < lookedAt($1) }
    }

    /// Rows of `ToolQueries.hours`.
    mutating func take(hours rows: RowSet) {
        for row in rows.records {
            guard let name = row["name"].text, let hour = row["hour"].instant, let calls = row["calls"].integer else {
                continue
            }
            hours[name, default: []].append((hour, calls))
        }
    }

    /// Decides what is read at first; what the answers show may add to it.
    mutating func begin() {
        for name in context.unresolved.sorted() {
            add(.latest(tools.first { $0.name == name }, name: name), name)
        }
        if context.effort == .routine, let steady = steady() { queue.append(steady) }
        for tool in unknown.sorted(by: { ($1.calls, $0.name) < ($0.calls, $1.name) }) where isWorthReading(tool) {
            add(.first(tool), tool.name)
        }
        if context.effort == .thorough { for tool in waiting { add(.latest(tool, name: tool.name), tool.name) } }
    }

    /// A tool without enough outputs to judge by is not read, so names that never come again cost nothing.
    private func isWorthReading(_ tool: ToolCalls) -> Bool {
        guard tool.newest != nil else { return false }
        let known = hours[tool.name, default: []].reduce(0) { $0 + $1.calls }
        return max(known, tool.calls) >= ToolProfile.leastPast
    }

    /// A page of the busy ones mostly, one that it never holds now and then.
    private func steady() -> Read? {
        let waiting = waiting
        guard let longest = waiting.first else { return nil }
        if waiting.count == 1 { return .latest(longest, name: longest.name) }
        let busiest = Dictionary(grouping: waiting, by: \.type).values.compactMap { group in
            group.max { ($0.calls, $1.name) < ($1.calls, $0.name) }
        }.min { (lookedAt($0), $0.type) < (lookedAt($1), $1.type) }
        guard let busiest else { return nil }
        let isPageFresh = now - lookedAt(busiest) < Self.pageInterval
        if isPageFresh, now - lookedAt(longest) >= Self.longestWait { return .latest(longest, name: longest.name) }
        return .page(type: busiest.type)
    }

    private mutating func add(_ read: Read, _ name: String) {
        if asked.insert(name).inserted { queue.append(read) }
    }

    /// The next call; nil when there is nothing left to ask, or no call.
    mutating func next() -> Read? {
        guard callsLeft > 0, !queue.isEmpty else { return nil }
        callsLeft -= 1
        return queue.removeFirst()
    }

    /// Tools that have something to be read and had no turn.
    var left: Int {
        queue.count { read in
            if case .history = read { false } else { true }
        }
    }

    // MARK: after an answer

    /// `outputs` are the outputs among the rows, by tool.
    mutating func saw(_ rows: RowSet, _ outputs: [String: [ToolOutput]], of read: Read) {
        switch read {
        case .page:
            for (name, outputs) in outputs.sorted(by: { $0.key < $1.key }) where isSuspicious(name, outputs) {
                guard let tool = tools.first(where: { $0.name == name }), asked.insert(name).inserted else { continue }
                queue.insert(.latest(tool, name: name), at: 0)
            }
        case .first(let tool): sawFirst(rows, outputs[tool.name] ?? [], of: tool)
        case .latest, .history: break
        }
    }

    /// A few outputs of a page are enough to see that some fail, and not enough to judge by.
    private func isSuspicious(_ name: String, _ outputs: [ToolOutput]) -> Bool {
        guard outputs.count < ToolQueries.latest, let past = memory[name], past.outputs >= ToolProfile.leastPast
        else { return false }
        let rows = outputs.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        return ToolSign.all(in: rows, from: 0, against: past).contains(where: \.isSuspicious)
    }

    /// After a tool's first outputs: those that they are compared with, where more is there than was read. One whose outputs
    /// all look broken is not judged without them, or it would be learnt as it is; for the others they are read while there
    /// are calls.
    private mutating func sawFirst(_ rows: RowSet, _ outputs: [ToolOutput], of tool: ToolCalls) {
        guard rows.count >= ToolQueries.page, let oldest = rows.records.compactMap({ $0["start_time"].instant }).min()
        else { return }
        let known = hours[tool.name] ?? []
        let end = Self.distances.map { now - $0 }.first { moment in
            known.filter { $0.hour + .hours(1) <= moment }.reduce(0) { $0 + $1.calls } >= Self.leastHistory
        }
        let read = Read.history(tool, before: min(end ?? oldest, oldest))
        if outputs.count(where: \.looksBroken) * 2 > outputs.count || Set(outputs.map(\.hash)).count == 1 {
            queue.insert(read, at: 0)
            callsLeft = max(callsLeft, 1)
        } else {
            queue.append(read)
        }
    }
}

extension ToolReadPlan.Read {
    func query(now: Instant) -> DetectorQuery {
        switch self {
        case .page(let type): return ToolQueries.page(of: type, now: now)
        case .latest(let tool, let name):
            return ToolQueries.outputs(
                of: name, tool?.type, from: now - ToolQueries.thoroughWindow, to: now, limit: ToolQueries.latest)
        case .first(let tool):
            return ToolQueries.outputs(
                of: tool.name, tool.type, from: now - ToolQueries.longestPast, to: now, limit: ToolQueries.page)
        case .history(let tool, let end):
            return ToolQueries.outputs(
                of: tool.name, tool.type, from: now - ToolQueries.longestPast, to: end, limit: ToolQueries.page)
        }
    }
}
