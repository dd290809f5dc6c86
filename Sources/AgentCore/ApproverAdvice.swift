package import OnCallModel

/// Who may approve, and what nobody can: one sentence for each, for the doctor.
package struct ApproverAdvice: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        package var isOK: Bool
        package var text: String
    }

    package let lines: [Line]

    /// `approvers` are those of the environment.
    package init(_ settings: Settings, approvers: Set<String>) {
        let people = settings.people.filter(\.approves)
        let others = approvers.filter { name in
            !people.contains { [$0.slack, $0.unix].contains(name) || $0.unix.prefix { $0 != "@" } == name }
        }
        let wide = "actions with more than \(settings.wideTargets) targets"
        switch people.count + others.count {
        case 0:
            lines = [
                Line(
                    isOK: false,
                    text: "No approver is named, so everyone who can write to the store may approve. Name them in the "
                        + "setting people."),
                Line(
                    isOK: false,
                    text: "In Slack, guests and people of other workspaces are refused, and \(wide) cannot be approved."
                ),
            ]
        case 1:
            lines = [
                Line(
                    isOK: false,
                    text:
                        "One approver is named, so \(wide) cannot be approved: they need two people. Name a second one in "
                        + "the setting people.")
            ]
        case let count: lines = [Line(isOK: true, text: "\(count) people may approve.")]
        }
    }
}
