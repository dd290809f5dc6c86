import Basics

/// Whether a remedy needs approval, for some agents, features or classes. The first rule that fits a finding decides.
package struct PolicyRule: SettingRow {
    package enum Mode: String, CaseIterable, Hashable, Sendable, JSONConvertible {
        /// No approval is required above the limits.
        case auto
        /// Approval is always required.
        case ask
        /// The remedy is neither carried out nor requested.
        case never
    }

    package var mode = Mode.ask
    package var action = ""
    package var type = ""
    package var agent = ""
    package var feature = ""
    /// The limits above which ``Mode/auto`` acts; nil is that of the settings.
    package var generations: Int?
    package var costPerHour: Double?

    package init() {}

    /// The kinds of act that a policy decides on.
    package static let actions = [Action.Kind.killLoop, .review].map(\.rawValue)

    package static let columns: [SettingColumn<PolicyRule>] = [
        .init(
            "mode", .choice(Mode.allCases.map(\.rawValue)),
            "auto acts above the limits, ask always requests approval, never does neither.", \.mode, isRequired: true),
        .init("action", .choice(actions), "The kind of action; all kinds without it.", \.action),
        .init("type", .choice(DetectionType.allCases.map(\.rawValue)), "The class of finding; all without it.", \.type),
        .init("agent", .text(200), "The agent; `*` matches any characters.", \.agent),
        .init("feature", .text(200), "The feature, tool or step; `*` matches any characters.", \.feature),
        .init(
            "generations", .integer(2...100_000), unit: "generations",
            "Replaces auto_act_generations for what the rule fits.", \.generations),
        .init(
            "cost_per_hour", .number(0...1_000_000), unit: "$/h",
            "Replaces auto_act_cost_per_hour for what the rule fits.", \.costPerHour),
    ]

    package static func problem(in rows: [PolicyRule]) -> String? {
        for (index, row) in rows.enumerated() where row.mode != .auto {
            if row.generations != nil || row.costPerHour != nil {
                return "policies[\(index)] has limits, which only the mode auto uses."
            }
        }
        return nil
    }

    package func fits(_ finding: Finding, _ kind: Action.Kind) -> Bool {
        if !action.isEmpty, action != kind.rawValue { return false }
        if !type.isEmpty, type != finding.type.rawValue { return false }
        if !agent.isEmpty, finding.loop.map({ $0.agent.matches(glob: agent) }) != true { return false }
        return feature.isEmpty
            || (finding.links.features.union([finding.subject])).contains { $0.matches(glob: feature) }
    }

    /// `agent support-*`; `every finding` where nothing is set.
    package var scope: String {
        let parts = [("", action), ("", type), ("agent ", agent), ("feature ", feature)].filter { !$0.1.isEmpty }
        return parts.isEmpty ? "every finding" : parts.map { $0 + $1 }.joined(separator: ", ")
    }
}
