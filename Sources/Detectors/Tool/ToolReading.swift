import Basics
import OnCallModel

/// The outputs that a run has read.
struct ToolReading {
    /// By tool: those whose latest outputs are all there.
    private(set) var outputs: [String: [ToolOutput]] = [:]
    /// Tools whose outputs the next run reads, because no call was left.
    private(set) var waiting: Set<String> = []
    /// A statement that shows the outputs of one of them.
    private(set) var sql = ""
    private var skipped: [String] = []
    /// Outputs with NaN or Infinity, by tool: how many, and the id of the first.
    private var repaired: [String: (count: Int, id: String)] = [:]

    private let context: DetectorContext
    private let names: Set<String>
    private let isRightAfter: Bool

    /// The latest outputs that must be there without a hole.
    private static let latest = 10

    static func read(
        _ tools: [ToolCalls], _ memory: [String: ToolProfile], _ context: DetectorContext, _ ask: Ask
    ) async throws(QueryFailure) -> ToolReading {
        let unknown = ToolReadPlan.unknown(tools, memory).map(\.name)
        let hours = ToolQueries.hours(of: unknown, now: context.now)
        let plan = ToolReadPlan(
            tools, memory, context, hours: unknown.isEmpty ? nil : try await ask.ifPossible(hours))
        var reading = ToolReading(plan, memory, context)
        let isOpen = !context.unresolved.isEmpty || context.effort == .thorough
        let window = isOpen ? ToolQueries.thoroughWindow : ToolQueries.routineWindow
        try await reading.readLatest(plan.latest, within: window, ask)
        try await reading.readSuspects(memory, within: window, ask)
        for (place, new) in plan.new.enumerated() { try await reading.readFirst(new, isMain: place == 0, ask) }
        return reading
    }

    private init(_ plan: ToolReadPlan, _ memory: [String: ToolProfile], _ context: DetectorContext) {
        (names, self.context) = (plan.names, context)
        isRightAfter = context.isRightAfter(memory.values.compactMap(\.lookedAt).max())
    }

    private func calls(thorough: Int, routine: Int) -> Int {
        isRightAfter ? 0 : context.effort == .thorough ? thorough : routine
    }

    private mutating func readLatest(_ tools: [String], within window: Span, _ ask: Ask) async throws(QueryFailure) {
        try await read(
            tools, since: context.now - window, limit: ToolQueries.latest, enough: 0,
            calls: calls(thorough: 8, routine: 2), ask)
    }

    /// Of a tool whose few outputs show that some fail, but are not enough to judge, more are read.
    private mutating func readSuspects(
        _ memory: [String: ToolProfile], within window: Span, _ ask: Ask
    ) async throws(QueryFailure) {
        guard window < ToolQueries.thoroughWindow else { return }
        let suspects = outputs.filter { name, outputs in
            guard outputs.count < ToolQueries.latest, let past = memory[name], past.outputs >= ToolProfile.minPast
            else { return false }
            let rows = outputs.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
            return ToolSign.all(in: rows, from: 0, against: past).contains(where: \.isSuspicious)
        }.keys.sorted()
        try await read(
            suspects, since: context.now - ToolQueries.thoroughWindow, limit: ToolQueries.latest, enough: 0,
            calls: calls(thorough: 8, routine: 4), ask)
    }

    private mutating func readFirst(
        _ new: ToolReadPlan.New, isMain: Bool, _ ask: Ask
    ) async throws(QueryFailure) {
        let enough = 2 * ToolProfile.minPast
        let amounts = [
            (limit: enough, calls: isMain ? calls(thorough: 20, routine: 6) : calls(thorough: 10, routine: 2)),
            (limit: ToolQueries.page, calls: isMain ? calls(thorough: 3, routine: 1) : calls(thorough: 1, routine: 1)),
        ]
        for amount in amounts {
            try await read(
                new.tools.map(\.name), since: context.now - ToolQueries.lookback, cut: new.cut, limit: amount.limit,
                enough: enough, calls: amount.calls, ask)
        }
    }

    private mutating func read(
        _ tools: [String], since start: Instant, cut: Instant? = nil, limit: Int, enough: Int, calls: Int, _ ask: Ask
    ) async throws(QueryFailure) {
        guard let first = tools.first else { return }
        if sql.isEmpty { sql = ToolQueries.shown(first, now: context.now).sql }
        let query = ToolQueries.outputs(of: tools, since: start, to: context.now, cut: cut, limit: limit, calls: calls)
        guard let rows = try await ask.ifPossible(query) else { return }
        let records = Dictionary(grouping: rows.records) { $0.text("name") }
        var complete: Set<String> = []
        for tool in tools {
            guard let found = records[tool], found.isRun(of: Self.latest, enough: enough) else { continue }
            complete.insert(tool)
        }
        waiting.formUnion(Set(tools).subtracting(complete))
        waiting.subtract(complete)
        take(rows, of: complete)
    }

    private mutating func take(_ rows: RowSet, of tools: Set<String>) {
        let read = rows.read(&skipped) { row throws(Unreadable) in
            tools.contains(row.text("name")) && ToolCalls.types.contains(row.text("type")) ? try ToolOutput(row) : nil
        }
        for output in read where output.hasNaN { repaired[output.tool, default: (0, output.id)].count += 1 }
        outputs.merge(Dictionary(grouping: read, by: \.tool)) { earlier, later in
            let ids = Set(earlier.map(\.id))
            return earlier + later.filter { !ids.contains($0.id) }
        }
    }

    /// What was not judged as received, one sentence each.
    var allSkipped: [String] {
        skipped
            + repaired.sorted { $0.key < $1.key }.map { tool, note in
                "\(note.count) outputs of \(tool), such as \(note.id), contain NaN or Infinity, which were read as null."
            }
    }
}

extension [RowSet.Record] {
    /// The rows have outputs of one name without a hole, from the newest that is read on: so many, or all that there are. `enough`:
    /// how many rows there must be in all, unless there are no more.
    func isRun(of latest: Int, enough: Int) -> Bool {
        guard let wanted = first?["wanted"].integer else { return false }
        let read = Set(compactMap { $0["recency"].integer })
        guard let newest = read.min() else { return false }
        let end = Swift.min(newest + latest, wanted + 1)
        return (newest..<Swift.max(newest, end)).allSatisfy(read.contains) && count >= Swift.min(wanted, enough)
    }
}
