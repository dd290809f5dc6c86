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

    /// Nil for what is no tool.
    init?(_ row: RowSet.Record) {
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

/// Decides which outputs a turn reads, a call each (docs/decisions/0008).
struct ToolRound {
    enum Read: Hashable {
        /// The newest outputs of all tools of a type.
        case page(type: String)
        case latest(ToolCalls?, name: String)
        /// Never seen before: as many as a page holds.
        case first(ToolCalls)
        /// Outputs of the past of one that was never seen before.
        case history(ToolCalls, before: Instant)
    }

    private let context: DetectorContext
    private let tools: [ToolCalls]
    private var queue: [Read] = []
    private var callsLeft: Int
    private var asked: Set<String> = []
    /// Calls by hour of tools that were never seen before.
    private var hours: [String: [(hour: Instant, calls: Int)]] = [:]

    static let routineCalls = 9
    static let thoroughCalls = 25
    /// The busy tools are looked at this often, whoever waits.
    private static let pagePatience = Span.minutes(25)
    /// A tool that the page never holds is read by itself when it has waited this long.
    private static let longestWait = Span.hours(1)
    /// How much of the past lies between a tool's latest outputs and those that it is held against at first, where there
    /// is that much: a trouble that began a while ago is not to be taken for the norm.
    private static let distances = [Span.hours(24), .hours(6), .hours(1)]
    private static let leastHistory = 40

    init(_ tools: [ToolCalls], _ context: DetectorContext) {
        (self.tools, self.context) = (tools, context)
        callsLeft = context.effort == .thorough ? Self.thoroughCalls : Self.routineCalls
    }

    private func known(_ tool: String) -> ToolProfile? { context.tools[tool] }
    private func isNever(_ tool: ToolCalls) -> Bool { known(tool.name)?.lookedAt == nil }

    /// Those that nothing is known of.
    var never: [ToolCalls] { tools.filter(isNever) }

    /// Those that have something new and wait, the longest first.
    private var waiting: [ToolCalls] {
        tools.filter { tool in
            guard let known = known(tool.name), known.lookedAt != nil, !asked.contains(tool.name) else { return false }
            guard let newest = tool.newest else { return false }
            return known.newestOutput.map { newest > $0 } ?? true
        }.sorted { lookedAt($0) < lookedAt($1) }
    }

    private func lookedAt(_ tool: ToolCalls) -> Instant { known(tool.name)?.lookedAt ?? .distantPast }

    mutating func begin(_ hours: RowSet) {
        for row in hours.records {
            guard let name = row["name"].text, let hour = row["hour"].instant, let calls = row["calls"].integer else {
                continue
            }
            self.hours[name, default: []].append((hour, calls))
        }
        let open = (context.openSubjects[.toolFailure] ?? []).sorted()
        for name in open { add(.latest(tools.first { $0.name == name }, name: name), name) }
        if context.effort == .routine, let steady = steady() { queue.append(steady) }
        for tool in never.sorted(by: { ($1.calls, $0.name) < ($0.calls, $1.name) }) where isWorthReading(tool) {
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
        let isPageFresh = context.now - lookedAt(busiest) < Self.pagePatience
        if isPageFresh, context.now - lookedAt(longest) >= Self.longestWait {
            return .latest(longest, name: longest.name)
        }
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

    /// A tool of a page of which some output fails is looked at by itself.
    mutating func suspect(_ name: String) {
        guard let tool = tools.first(where: { $0.name == name }), asked.insert(name).inserted else { return }
        queue.insert(.latest(tool, name: name), at: 0)
    }

    /// After a tool's first outputs: those that it is held against, where more is there than was read. One whose outputs
    /// all look broken is not judged without them, or it would be learnt as it is; for the others they are read while there
    /// are calls.
    mutating func saw(_ rows: RowSet, _ outputs: [ToolOutput], ofFirst tool: ToolCalls) {
        guard rows.count >= ToolQueries.page, let oldest = rows.records.compactMap({ $0["start_time"].instant }).min()
        else { return }
        let known = hours[tool.name] ?? []
        let now = context.now
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

    func query(_ read: Read) -> DetectorQuery {
        let now = context.now
        switch read {
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
