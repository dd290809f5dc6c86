package import Basics
package import OnCallModel

/// Builds one tree from rows of observations, also from invalid ones.
///
/// Missing parents, cycles, duplicate steps, invalid costs and steps without a time are repaired, so that the rest can be
/// read, and listed in the tree's gaps.
package enum TraceReconstruction {
    /// More steps than these are not kept.
    package static let mostSteps = 2000
    /// More rows than these are not read.
    package static let mostRows = 10_000

    /// The steps of one trace without inputs and outputs: columns of the mirror only, so no calls for bodies.
    package static func query(of trace: String) -> InvestigationQuery {
        InvestigationQuery(
            step: .trace(trace),
            sql: """
                SELECT id, parent_observation_id, type, name, model, start_time, end_time, total_cost, total_tokens, level, \
                status_message, trace_name FROM langfuse.observations WHERE trace_id = ? \
                ORDER BY start_time, id LIMIT \(mostRows)
                """,
            parameters: [.text(trace)], isOptional: true)
    }

    /// Nil where no row is a step.
    package static func tree(of trace: String, _ rows: RowSet, asOf now: Instant) -> TraceTree? {
        var reading = StepReading()
        for row in rows.records { reading.take(row) }
        guard !reading.steps.isEmpty else { return nil }
        var gaps = reading.gaps
        if rows.count >= mostRows { gaps.append("Only the first \(Format.grouped(mostRows)) steps were read.") }
        var steps = reading.steps.sorted { ($0.start, $0.id) < ($1.start, $1.id) }
        steps = withoutLooseParents(steps, &gaps)
        steps = withoutCircles(steps, &gaps)
        steps = bounded(steps, &gaps)
        let name = [reading.traceName, steps.first { $0.parent == nil }?.name].compactMap { $0 }.first { !$0.isEmpty }
        return TraceTree(traceID: trace, name: name ?? trace, steps: steps, asOf: now, gaps: gaps)
    }

    private static func withoutLooseParents(_ steps: [TraceTree.Step], _ gaps: inout [String]) -> [TraceTree.Step] {
        let known = Set(steps.map(\.id))
        var loose = 0
        let mended = steps.map { step in
            guard let parent = step.parent, !known.contains(parent) else { return step }
            loose += 1
            var step = step
            step.parent = nil
            return step
        }
        if loose > 0 {
            gaps.append(
                loose == 1
                    ? "1 step names a missing parent."
                    : "\(Format.grouped(loose)) steps name a missing parent.")
        }
        return mended
    }

    /// The earliest step of a circle becomes a root.
    private static func withoutCircles(_ steps: [TraceTree.Step], _ gaps: inout [String]) -> [TraceTree.Step] {
        var steps = steps
        let places = Dictionary(steps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        enum Visit { case none, open, done }
        var visits = Array(repeating: Visit.none, count: steps.count)
        var circles = 0
        for start in steps.indices where visits[start] == .none {
            var way: [Int] = []
            var place: Int? = start
            while let at = place, visits[at] == .none {
                visits[at] = .open
                way.append(at)
                place = steps[at].parent.flatMap { places[$0] }
            }
            if let place, visits[place] == .open {
                let circle = way[(way.firstIndex(of: place) ?? 0)...]
                steps[circle.min() ?? place].parent = nil
                circles += 1
            }
            for at in way { visits[at] = .done }
        }
        if circles > 0 {
            gaps.append(
                circles == 1
                    ? "The parents of some steps form a cycle; it was cut at its first step."
                    : "The parents of some steps form \(circles) cycles; each was cut at its first step.")
        }
        return steps
    }

    /// Failed steps first, with their ancestors; then the earliest.
    private static func bounded(_ steps: [TraceTree.Step], _ gaps: inout [String]) -> [TraceTree.Step] {
        guard steps.count > mostSteps else { return steps }
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
            if kept.count + way.count <= mostSteps { kept.formUnion(way) }
        }
        for place in steps.indices where steps[place].isError { keep(place) }
        for place in steps.indices where kept.count < mostSteps { keep(place) }
        let left = steps.indices.filter { !kept.contains($0) }
        let cost = left.reduce(0) { $0 + steps[$1].cost }
        gaps.append(
            """
            \(Format.grouped(left.count)) of \(Format.grouped(steps.count)) steps are left out; they cost \
            \(Format.dollars(cost)).
            """)
        return steps.indices.filter { kept.contains($0) }.map { steps[$0] }
    }
}

/// Reads rows as steps and counts what is wrong with them.
private struct StepReading {
    private(set) var steps: [TraceTree.Step] = []
    private(set) var traceName: String?
    private var places: [String: Int] = [:]
    private var doubled = 0
    private var unsound = 0
    private var timeless = 0

    var gaps: [String] {
        var gaps: [String] = []
        func tell(_ count: Int, _ one: String, _ several: String) {
            if count > 0 { gaps.append(count == 1 ? "1 \(one)." : "\(Format.grouped(count)) \(several).") }
        }
        tell(timeless, "step has no id or no time and was skipped", "steps have no id or no time and were skipped")
        tell(doubled, "step occurs twice; the later copy is used", "steps occur twice; the later copies are used")
        tell(unsound, "cost is not an amount and counts as 0", "costs are not amounts and count as 0")
        return gaps
    }

    mutating func take(_ row: RowSet.Record) {
        if traceName == nil, let name = row["trace_name"].text, !name.isEmpty { traceName = String(name.prefix(200)) }
        guard let id = row["id"].text, !id.isEmpty, let start = row["start_time"].instant else {
            timeless += 1
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
            doubled += 1
            steps[place] = step
        } else {
            places[id] = steps.count
            steps.append(step)
        }
    }

    private mutating func cost(_ value: Value) -> Double {
        guard !value.isNull else { return 0 }
        guard let cost = value.real, cost.isFinite, cost >= 0, cost < 100_000 else {
            unsound += 1
            return 0
        }
        return cost
    }
}
