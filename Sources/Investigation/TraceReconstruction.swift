package import Basics
package import OnCallModel

/// Builds one tree from rows of observations, also from invalid ones.
///
/// Missing parents, cycles, duplicate steps, invalid costs and steps without a time are repaired, so that the rest can be
/// read, and listed in the tree's gaps.
package enum TraceReconstruction {
    /// How many steps are kept, and how many rows are read.
    package static let (maxSteps, maxRows) = (2000, 10_000)

    /// The steps of one trace without inputs and outputs: columns of the mirror only, so no calls for bodies.
    package static func query(of trace: String) -> InvestigationQuery {
        InvestigationQuery(
            step: .trace(trace),
            sql: """
                SELECT id, parent_observation_id, type, name, model, start_time, end_time, total_cost, total_tokens, level, \
                status_message, trace_name FROM langfuse.observations WHERE trace_id = ? \
                ORDER BY start_time, id LIMIT \(maxRows)
                """,
            parameters: [.text(trace)], isOptional: true)
    }

    /// Nil if no row is a step.
    package static func tree(of trace: String, _ rows: RowSet, asOf now: Instant) -> TraceTree? {
        var reading = StepReading()
        for row in rows.records { reading.take(row) }
        guard !reading.steps.isEmpty else { return nil }
        var gaps = reading.gaps
        if rows.count >= maxRows { gaps.append("Only the first \(Format.grouped(maxRows)) steps were read.") }
        var steps = reading.steps.sorted { ($0.start, $0.id) < ($1.start, $1.id) }
        steps = withoutMissingParents(steps, &gaps)
        steps = withoutCycles(steps, &gaps)
        steps = bounded(steps, &gaps)
        let name = [reading.traceName, steps.first { $0.parent == nil }?.name].compactMap { $0 }.first { !$0.isEmpty }
        return TraceTree(traceID: trace, name: name ?? trace, steps: steps, asOf: now, gaps: gaps)
    }

    private static func withoutMissingParents(_ steps: [TraceTree.Step], _ gaps: inout [String]) -> [TraceTree.Step] {
        let known = Set(steps.map(\.id))
        var steps = steps
        let missing = steps.indices.filter { place in steps[place].parent.map { !known.contains($0) } ?? false }
        for place in missing { steps[place].parent = nil }
        gaps.note(missing.count, "step names a missing parent", "steps name a missing parent")
        return steps
    }

    /// The earliest step of a cycle becomes a root.
    private static func withoutCycles(_ steps: [TraceTree.Step], _ gaps: inout [String]) -> [TraceTree.Step] {
        var steps = steps
        let places = Dictionary(steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        enum Visit { case none, open, done }
        var visits = Array(repeating: Visit.none, count: steps.count)
        var cycles = 0
        for start in steps.indices where visits[start] == .none {
            var way: [Int] = []
            var place: Int? = start
            while let at = place, visits[at] == .none {
                visits[at] = .open
                way.append(at)
                place = steps[at].parent.flatMap { places[$0] }
            }
            if let place, visits[place] == .open {
                let cycle = way[(way.firstIndex(of: place) ?? 0)...]
                steps[cycle.min() ?? place].parent = nil
                cycles += 1
            }
            for at in way { visits[at] = .done }
        }
        gaps.note(
            cycles, "cycle of parents was cut at its first step", "cycles of parents were cut at their first steps")
        return steps
    }

    /// Failed steps first, with their ancestors; then the earliest.
    private static func bounded(_ steps: [TraceTree.Step], _ gaps: inout [String]) -> [TraceTree.Step] {
        guard steps.count > maxSteps else { return steps }
        let places = Dictionary(steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        var kept = Set<Int>()
        /// With its ancestors, or not at all.
        func keep(_ place: Int) {
            var way: [Int] = []
            var next: Int? = place
            while let at = next, !kept.contains(at) {
                way.append(at)
                next = steps[at].parent.flatMap { places[$0] }
            }
            if kept.count + way.count <= maxSteps { kept.formUnion(way) }
        }
        for place in steps.indices where steps[place].isError { keep(place) }
        for place in steps.indices where kept.count < maxSteps { keep(place) }
        let left = steps.indices.filter { !kept.contains($0) }
        let cost = left.reduce(0) { $0 + steps[$1].cost }
        gaps.append(
            """
            \(Format.grouped(left.count)) of \(Format.grouped(steps.count)) steps are omitted; they cost \
            \(Format.dollars(cost)).
            """)
        return steps.indices.filter { kept.contains($0) }.map { steps[$0] }
    }
}

/// Reads rows as steps and counts the invalid ones.
private struct StepReading {
    private(set) var steps: [TraceTree.Step] = []
    private(set) var traceName: String?
    private var places: [String: Int] = [:]
    private var (duplicates, invalidCosts, incomplete) = (0, 0, 0)

    var gaps: [String] {
        var gaps: [String] = []
        gaps.note(
            incomplete, "step has no id or no time and was skipped", "steps have no id or no time and were skipped")
        gaps.note(
            duplicates, "step occurs twice; the later copy is used", "steps occur twice; the later copies are used")
        gaps.note(invalidCosts, "cost is not an amount and counts as 0", "costs are not amounts and count as 0")
        return gaps
    }

    mutating func take(_ row: RowSet.Record) {
        if traceName == nil, let name = row["trace_name"].text, !name.isEmpty { traceName = String(name.prefix(200)) }
        guard let id = row["id"].text, !id.isEmpty, let start = row["start_time"].instant else {
            incomplete += 1
            return
        }
        let step = TraceTree.Step(
            id: id, parent: row["parent_observation_id"].text.flatMap { $0.isEmpty || $0 == id ? nil : $0 },
            type: String((row["type"].text ?? "").prefix(40)), name: String((row["name"].text ?? "").prefix(200)),
            model: String((row["model"].text ?? "").prefix(100)), start: start,
            end: row["end_time"].instant.map { max($0, start) }, cost: cost(row["total_cost"]),
            level: row["level"].text ?? "DEFAULT", message: String((row["status_message"].text ?? "").prefix(300)),
            tokens: max(0, row["total_tokens"].integer ?? 0))
        if let place = places[id] {
            duplicates += 1
            steps[place] = step
        } else {
            places[id] = steps.count
            steps.append(step)
        }
    }

    private mutating func cost(_ value: Value) -> Double {
        guard !value.isNull else { return 0 }
        guard let cost = value.real, cost.isFinite, cost >= 0, cost < 100_000 else {
            invalidCosts += 1
            return 0
        }
        return cost
    }
}

extension [String] {
    /// Adds "1 step …." or "12 steps …."; nothing for 0.
    fileprivate mutating func note(_ count: Int, _ one: String, _ several: String) {
        if count > 0 { append(count == 1 ? "1 \(one)." : "\(Format.grouped(count)) \(several).") }
    }
}
