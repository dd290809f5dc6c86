import Basics
package import OnCallModel

extension StoreQuery {
    package static func forensics(ofIncident id: Int64) -> Self where Answer == IncidentForensics? {
        Self { try $0.forensics(ofIncident: id) }
    }
    package static func trace(_ id: String) -> Self where Answer == TraceTree? { Self { try $0.trace(id) } }
}

extension StoreSnapshot {
    /// The graph, traces and timeline of an incident; nil if the incident does not exist. The graph is empty before the
    /// investigation.
    package func forensics(ofIncident id: Int64) throws -> IncidentForensics? {
        guard
            let row = try rows(
                "incident_reports", "SELECT id, graph FROM incident_reports WHERE id = ?", [.integer(id)]
            )
            .first
        else { return nil }
        let graph = try row.optionalJSON("graph").map { json in
            guard let graph = CausalGraph(json: json) else { throw row.damaged("graph is not a valid graph") }
            return graph
        }
        return IncidentForensics(
            graph: graph ?? CausalGraph(), traces: try traces(ofIncident: id), timeline: try timeline(ofIncident: id))
    }

    /// A trace as it was last read; nil if it was never read.
    package func trace(_ id: String) throws -> TraceTree? {
        try trees("WHERE trace_id = ?", [.text(id)]).first
    }

    func traceIDs(ofIncident id: Int64) throws -> [String] {
        try rows("trace_record", "SELECT trace_id FROM trace_record WHERE incident_id = ?", [.integer(id)]).map {
            try $0.text("trace_id")
        }
    }

    /// The costliest first.
    private func traces(ofIncident id: Int64) throws -> [TraceTree] {
        try trees("WHERE incident_id = ?", [.integer(id)]).sorted { ($0.cost, $1.traceID) > ($1.cost, $0.traceID) }
    }

    private func trees(_ condition: String, _ bindings: [Value]) throws -> [TraceTree] {
        try rows("trace_record", "SELECT trace_id AS id, tree FROM trace_record \(condition)", bindings).map { row in
            guard let tree = try TraceTree(json: row.json("tree")) else {
                throw row.damaged("tree is not a valid trace")
            }
            return tree
        }
    }
}
