import Basics

/// One use of an executor: its row, what it acts on, and the state of the target when it was requested.
package struct Execution: JSONRecord {
    package var row = ExecutorRow()
    package var incident: Int64 = 0
    package var agent = ""
    /// The traces that it is to stop, whose end proves it. Empty if it stops nothing.
    package var traces: [String] = []
    /// It takes an earlier effect back.
    package var isUndo = false
    /// What was found when it was requested: the id of a run, a version, a commit.
    package var object = ""
    /// The state of the target then. If it is another one later, the request is made again.
    package var seen = ""
    /// Further facts that its requests are made of, in an order that its executor defines.
    package var facts: [String] = []

    package init() {}

    package static let members: [JSONMember<Execution>] = [
        .init("row", \.row, isRequired: true), .init("incident", \.incidentNumber), .init("agent", \.agent),
        .init("traces", \.traces, omitsEmpty: true), .init("undo", \.isUndo),
        .init("object", \.object, omitsEmpty: true), .init("seen", \.seen, omitsEmpty: true),
        .init("facts", \.facts, omitsEmpty: true),
    ]

    private var incidentNumber: Int {
        get { Int(incident) }
        set { incident = Int64(newValue) }
    }

    package var kind: ExecutorKind { row.kind }
    /// What an issue is about, instead of the incident as a whole: the task, and the fact that it follows from.
    package var task: (text: String, why: String)? {
        guard [.linearIssue, .githubIssue].contains(kind), facts.count == 2 else { return nil }
        return (facts[0], facts[1])
    }

    private var taskName: String { task.map { ": \($0.text)" } ?? "" }

    package var isWide: Bool { row.isWide && !isUndo }

    /// Whether both change the same target, in whichever direction.
    package func hasSameTarget(as other: Execution) -> Bool {
        row.target == other.row.target && (kind.hasUndo || object == other.object)
    }

    /// Whether both have the same effect.
    package func hasSameEffect(as other: Execution) -> Bool { hasSameTarget(as: other) && isUndo == other.isUndo }

    /// `litellm_key-9f86d081884c7d65`, which is the same for the same effect.
    package var name: String {
        let object = kind.hasUndo ? "" : object
        return (isUndo ? "undo-" : "") + "\(kind.rawValue)-\(Fingerprint(row.target, object))"
    }

    package var sentence: String {
        switch kind {
        case .killFlag: "Set the kill flag of agent \(agent)"
        case .webhook: "Send the kill webhook of agent \(agent)"
        case .litellmKey:
            "\(isUndo ? "Unblock" : "Block") \(row.name) of agent \(agent)"
        case .langfusePrompt: "Move the \(row.name) from version \(seen) to version \(object)"
        case .launchDarklyFlag: "Turn \(isUndo ? "on" : "off") \(row.name)"
        case .githubDispatch: "Run \(row.name)\(agent.isEmpty ? "" : " for agent \(agent)")"
        case .githubCancel: "Cancel run \(object) of GitHub workflow \(row.workflow)"
        case .githubRevert: "Open a draft pull request that reverts commit \(object.prefix(7))"
        case .pagerDutyEvent:
            "\(row.event.prefix(1).uppercased() + row.event.dropFirst()) the PagerDuty alert of incident \(incident)"
        case .pagerDutyNote: "Add the cause of incident \(incident) to PagerDuty incident \(object)"
        case .linearIssue: "Create a Linear issue for incident \(incident)\(taskName)"
        case .githubIssue: "Create a GitHub issue for incident \(incident)\(taskName)"
        }
    }
}
