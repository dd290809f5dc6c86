package import OnCallModel

/// The causes and effects of one incident, or the steps of one trace.
package struct ForensicsState: Hashable, Sendable {
    /// The incident that is examined.
    package var incident: Int64?
    /// What its investigation found; nil inside if the incident was not investigated.
    package var answer: Answer<Int64, IncidentForensics?>?
    /// Layers instead of the list.
    package var isOverview = false
    /// The selected node of the graph; nil selects the most important one.
    package var node: String?
    /// The trace whose steps are shown instead of the graph.
    package var trace: String?
    /// The selected step of the trace.
    package var step: String?
    /// The answer to ``unreadTrace``.
    package var requested: Answer<String, TraceTree?>?

    package init() {}

    /// Nil until the store has answered.
    package var found: IncidentForensics? {
        answer.flatMap { $0.id == incident ? $0.value ?? IncidentForensics() : nil }
    }

    /// The trace that is shown, if the investigation did not read it.
    package var unreadTrace: String? {
        trace.flatMap { id in found?.traces.contains { $0.traceID == id } == true ? nil : id }
    }

    /// The trace that is shown; nil where the graph is, or while it is being read.
    package var tree: TraceTree? {
        guard let trace else { return nil }
        return found?.traces.first { $0.traceID == trace } ?? (requested?.id == trace ? requested?.value : nil)
    }

    /// The rows of what is shown.
    package var rows: ForensicRows {
        if trace != nil { return tree.map { ForensicRows($0) } ?? .none }
        return found.map { ForensicRows($0.graph) } ?? .none
    }

    /// The node or step under the cursor; the most important one until the cursor is moved.
    package var selected: String? {
        let rows = rows
        if let chosen = trace == nil ? node : step, rows.ids.contains(chosen) { return chosen }
        if trace != nil { return rows.ids.first { rows.failed.contains($0) } ?? rows.ids.first }
        let graph = found?.graph
        return graph?.edges.first { $0.kind == .caused }?.from
            ?? graph?.nodes.first { $0.kind == .finding }?.id ?? rows.ids.first
    }

    mutating func select(_ id: String) {
        if trace == nil { node = id } else { step = id }
    }

    /// Goes back to the graph; false if it is shown.
    mutating func leaveTrace() -> Bool {
        guard let trace else { return false }
        let id = "trace:\(trace)"
        if found?.graph.nodes.contains(where: { $0.id == id }) == true { node = id }
        (self.trace, step, requested) = (nil, nil, nil)
        return true
    }
}
