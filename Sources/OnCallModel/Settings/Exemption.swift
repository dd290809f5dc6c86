package import Basics

/// A tool, agent or feature that may repeat, such as one that polls: its loops are not reported until a date.
package struct Exemption: SettingRow {
    /// Names; `*` matches any characters. What is empty fits all.
    package var tool = ""
    package var agent = ""
    package var feature = ""
    package var author = ""
    package var reason = ""
    package var until = Instant(milliseconds: 0)

    package init() {}

    package static let columns: [SettingColumn<Exemption>] = [
        .init("tool", .text(200), "The tool that may repeat; `*` matches any characters.", \.tool),
        .init("agent", .text(200), "The agent that may repeat, or in which the tool may.", \.agent),
        .init("feature", .text(200), "The feature (name of a generation) that may repeat.", \.feature),
        .init("author", .text(80), "Who allowed it.", \.author, isRequired: true),
        .init("reason", .text(300), "Why it may repeat.", \.reason, isRequired: true),
        .init("until", .moment, "When the exemption ends.", \.until, isRequired: true),
    ]

    package static func problem(in rows: [Exemption]) -> String? {
        for (index, row) in rows.enumerated() {
            if row.target.isEmpty { return "exemptions[\(index)] must name a tool, an agent or a feature." }
            if row.author.isEmpty || row.reason.isEmpty {
                return "exemptions[\(index)] must have an author and a reason."
            }
        }
        return nil
    }

    /// `tool poll_status of agent billing-*`.
    package var target: String {
        let step = [("tool", tool), ("feature", feature)].filter { !$0.1.isEmpty }.map { "\($0) \($1)" }
        let names = step.joined(separator: " and ")
        guard !agent.isEmpty else { return names }
        return names.isEmpty ? "agent \(agent)" : "\(names) of agent \(agent)"
    }

    private func fits(agent name: String) -> Bool { agent.isEmpty || name.matches(glob: agent) }

    private func fits(step: String) -> Bool {
        let patterns = [tool, feature].filter { !$0.isEmpty }
        return patterns.isEmpty || patterns.contains { step.matches(glob: $0) }
    }

    /// The exemptions in force that together cover all repeating steps of a loop; nil if a step is covered by none.
    package static func covering(
        agent: String, steps: [String], among rows: [Exemption], at now: Instant
    ) -> [Exemption]? {
        let open = rows.filter { $0.until > now && $0.fits(agent: agent) }
        guard !open.isEmpty, !steps.isEmpty else { return nil }
        let covering = steps.map { step in open.first { $0.fits(step: step) } }
        guard covering.allSatisfy({ $0 != nil }) else { return nil }
        return covering.compactMap { $0 }
    }
}
