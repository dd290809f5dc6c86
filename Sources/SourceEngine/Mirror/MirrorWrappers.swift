import Basics
import SQLiteKit
import SourceSpec

/// Finds the observations that only repeat the usage of their children, in the column `is_wrapper` of a table with rollups.
///
/// Some clients write the usage of a call onto every span around it as well, and give those spans the type of a call
/// (langfuse/langfuse#14754). Such a wrapper has no usage of its own: its cost and its tokens are those of its children together. A
/// chain of the same step is not wrapping: an agent that calls itself takes a step each time.
struct MirrorWrappers: Sendable {
    let table: MirrorTable

    static let column = "is_wrapper"
    /// Columns that are NULL for a wrapper.
    static let usage: Set<String> = [
        "total_cost", "input_cost", "output_cost", "total_tokens", "input_tokens", "output_tokens",
    ]
    /// Clients round costs.
    private static let tolerance = 0.001

    private let parent: Int
    private let cost: Int
    private let tokens: Int

    /// Nil if the table lacks a column that this needs.
    init?(_ table: MirrorTable) {
        guard table.hasRollups, table.hasBodies,
            [Self.column, "id", "type", "name", "output_tokens"].allSatisfy({ table.position(of: $0) != nil }),
            let parent = table.position(of: "parent_observation_id"), let cost = table.position(of: "total_cost"),
            let tokens = table.position(of: "input_tokens")
        else { return nil }
        (self.table, self.parent, self.cost, self.tokens) = (table, parent, cost, tokens)
    }

    /// Whether a row has a parent and usage, which the parent may repeat.
    func mayBeRepeated(_ row: [Value]) -> Bool {
        guard case .text(let id) = row[parent], !id.isEmpty else { return false }
        return (row[cost].real ?? 0) > 0 || (row[tokens].integer ?? 0) > 0
    }

    /// Marks the wrappers of the traces, and unmarks rows that are none any more. Answers the hours in which a mark changed, as
    /// ``TouchedRollups`` has them.
    func mark(_ traces: Set<String>, on connection: Connection) throws -> Set<String> {
        var hours: Set<String> = []
        let statement = statement
        for trace in traces {
            for row in try connection.query(statement, [.text(trace)]).rows {
                if let time = row[0].text { hours.insert(String(time.prefix(13))) }
            }
        }
        return hours
    }

    /// `?1` is the trace. Costs are compared with a tolerance, tokens exactly where both are known.
    private var statement: String {
        let rows = MirrorSchema.quoted(table.rowsTable)
        let time = MirrorSchema.quoted(table.mirror.bounds.column)
        func same(_ column: String) -> String {
            "(coalesce(p.\(column), 0) = 0 OR c.\(column) = 0 OR p.\(column) = c.\(column))"
        }
        return """
            WITH c AS (SELECT parent_observation_id AS parent, count(*) AS children, min(name) AS name, min(type) AS type, \
            total(total_cost) AS total_cost, total(input_tokens) AS input_tokens, total(output_tokens) AS output_tokens \
            FROM \(rows) WHERE trace_id = ?1 AND parent_observation_id <> '' GROUP BY 1), \
            w AS (SELECT p.id FROM \(rows) p JOIN c ON c.parent = p.id WHERE p.trace_id = ?1 \
            AND (c.total_cost > 0 OR c.input_tokens > 0 AND p.input_tokens = c.input_tokens) \
            AND abs(coalesce(p.total_cost, 0) - c.total_cost) <= \(Self.tolerance) * c.total_cost \
            AND \(same("input_tokens")) AND \(same("output_tokens")) \
            AND NOT (c.children = 1 AND c.name IS p.name AND c.type IS p.type)) \
            UPDATE \(rows) SET \(Self.column) = id IN (SELECT id FROM w) WHERE trace_id = ?1 \
            AND coalesce(\(Self.column), 0) <> (id IN (SELECT id FROM w)) RETURNING \(time)
            """
    }
}
