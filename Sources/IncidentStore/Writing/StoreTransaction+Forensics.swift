import Basics
package import OnCallModel

extension StoreTransaction {
    /// Saves the causal graph and the traces of an investigation; they replace those of the previous one.
    package func saveForensics(
        of incident: Int64, graph: CausalGraph, noCodeCause: NoCodeCause, traces: [TraceTree]
    ) throws {
        let changed = try run(
            "UPDATE incident_reports SET graph = ?, no_code_cause = ? WHERE id = ?",
            [.text(graph.json.serialized), .text(noCodeCause.json.serialized), .integer(incident)])
        guard changed == 1 else { throw StoreError.noIncident(incident) }
        let kept = Set(traces.map(\.traceID))
        for trace in try snapshot.traceIDs(ofIncident: incident) where !kept.contains(trace) {
            try run("UPDATE trace_record SET incident_id = NULL WHERE trace_id = ?", [.text(trace)])
        }
        for trace in traces { try saveTrace(trace, incident: incident) }
    }

    /// Saves a trace. An older reading than the stored one is ignored. If `incident` is nil, the incident of the trace does not
    /// change.
    package func saveTrace(_ trace: TraceTree, incident: Int64? = nil) throws {
        try run(
            """
            INSERT INTO trace_record (trace_id, tree, as_of, incident_id) VALUES (?, ?, ?, ?)
            ON CONFLICT (trace_id) DO UPDATE SET tree = excluded.tree, as_of = excluded.as_of,
                incident_id = coalesce(excluded.incident_id, incident_id)
            WHERE excluded.as_of >= as_of
            """,
            [.text(trace.traceID), .text(trace.json.serialized), .init(trace.asOf), .init(incident)])
    }

    /// Deletes the traces that were read before `moment`, unless they belong to an unresolved incident.
    func pruneTraces(before moment: Instant) throws {
        try run(
            """
            DELETE FROM trace_record WHERE as_of < ? AND NOT EXISTS (
                SELECT 1 FROM incident_reports i WHERE i.id = trace_record.incident_id AND i.state <> 'resolved')
            """, [.init(moment)])
    }
}
