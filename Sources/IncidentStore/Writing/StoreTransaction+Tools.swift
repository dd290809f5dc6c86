import Basics
package import OnCallModel

extension StoreTransaction {
    /// Keeps what is known of tools, one row each. Only what changed is written.
    package func saveToolProfiles(_ tools: [ToolProfile]) throws {
        for tool in tools where !tool.tool.isEmpty {
            try run(
                """
                INSERT INTO tool_profile (tool_name, profile_json, lengths, errors, empties, pages, comparisons, repeats,
                    learned_at, learned_through, looked_at, newest_output)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (tool_name) DO UPDATE SET profile_json = excluded.profile_json, lengths = excluded.lengths,
                    errors = excluded.errors, empties = excluded.empties, pages = excluded.pages,
                    comparisons = excluded.comparisons, repeats = excluded.repeats, learned_at = excluded.learned_at,
                    learned_through = excluded.learned_through, looked_at = excluded.looked_at,
                    newest_output = excluded.newest_output
                """,
                [
                    .text(tool.tool), .text(tool.profile.json.serialized),
                    .text(JSONValue.array(tool.lengths.map { JSONValue($0) }).serialized), .init(tool.errors),
                    .init(tool.empties), .init(tool.pages), .init(tool.comparisons), .init(tool.repeats),
                    .init(tool.learnedAt), .init(tool.learnedThrough?.iso8601), .init(tool.lookedAt?.iso8601),
                    .init(tool.newestOutput?.iso8601),
                ])
        }
    }
}
