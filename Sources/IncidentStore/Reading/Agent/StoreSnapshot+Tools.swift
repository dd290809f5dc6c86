import Basics
package import OnCallModel

extension StoreSnapshot {
    /// What is known of each tool's outputs, by name. A profile that cannot be read is as if it were not known: it is learnt
    /// anew.
    package func toolProfiles() throws -> [ToolProfile] {
        try rows("tool_profile", "SELECT * FROM tool_profile ORDER BY tool_name").compactMap { row in
            guard let profile = try OutputProfile(json: row.json("profile_json")) else { return nil }
            return try ToolProfile(
                tool: row.text("tool_name"), profile: profile,
                lengths: (row.json("lengths").array ?? []).compactMap(\.int), errors: row.integer("errors"),
                empties: row.integer("empties"), pages: row.integer("pages"),
                comparisons: row.integer("comparisons"), repeats: row.integer("repeats"),
                learnedAt: row.instant("learned_at"), learnedThrough: row.optionalInstant("learned_through"),
                lookedAt: row.optionalInstant("looked_at"), newestOutput: row.optionalInstant("newest_output"))
        }
    }
}
