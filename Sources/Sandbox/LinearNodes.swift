import Basics

/// Linear's objects with all their fields, whatever a query selects.
struct LinearNodes: Sendable {
    let workspace: LinearWorkspace
    private static let site = "https://linear.app/acme"

    /// A number as JavaScript writes it: without a fraction if it is whole.
    private static func number(_ value: Double?) -> JSONValue {
        value.map { $0 == $0.rounded() ? .integer(Int64($0)) : .number($0) } ?? .null
    }

    private static let priorities = ["No priority", "Urgent", "High", "Medium", "Low"]

    func node(_ issue: LinearWorkspace.Issue) -> JSONValue {
        let team = workspace.teams.first { $0.id == issue.team }
        let project = workspace.projects.first { $0.id == issue.project }
        let cycle = workspace.cycles.first { $0.id == issue.cycle }
        let identifier = "\(team?.key ?? "?")-\(issue.number)"
        return object(
            id: issue.id, identifier: identifier, number: Self.number(Double(issue.number)), title: issue.title,
            description: issue.description, priority: Self.number(Double(issue.priority)),
            priorityLabel: Self.priorities.indices.contains(issue.priority) ? Self.priorities[issue.priority] : "",
            estimate: Self.number(issue.estimate), branchName: "acme/\(identifier.lowercased())",
            url: "\(Self.site)/issue/\(identifier)", dueDate: nil, sortOrder: 0, createdAt: issue.created,
            updatedAt: issue.updated ?? issue.created, startedAt: issue.started, completedAt: issue.completed,
            canceledAt: nil, archivedAt: nil, triagedAt: nil, slaStartedAt: nil, slaBreachesAt: nil, slaHighRiskAt: nil,
            slaMediumRiskAt: nil, slaType: nil, trashed: nil, state: node(issue.state), team: team.map(node),
            assignee: user(issue.assignee), creator: user(issue.creator), project: project.map(node),
            projectMilestone: nil, parent: nil, cycle: cycle.map(node),
            labels: Self.connection(issue.labels.map(label), hasNextPage: false))
    }

    private func user(_ id: String?) -> JSONValue {
        workspace.users.first { $0.id == id }.map(node) ?? .null
    }

    private func node(_ state: LinearWorkspace.WorkflowState) -> JSONValue {
        object(id: "state-\(state.type)", name: state.name, type: state.type, color: "#5e6ad2", position: 1)
    }

    func label(_ name: String) -> JSONValue {
        object(id: "label-\(name)", name: name, color: "#eb5757", description: nil, isGroup: false)
    }

    func node(_ comment: LinearWorkspace.Comment) -> JSONValue {
        object(
            id: comment.id, body: comment.body, createdAt: comment.created, updatedAt: comment.created, editedAt: nil,
            user: user(comment.user), url: "\(Self.site)/comment/\(comment.id)")
    }

    func node(_ team: LinearWorkspace.Team) -> JSONValue {
        object(
            id: team.id, key: team.key, name: team.name, description: nil, private: false, timezone: "Etc/UTC",
            color: "#26b5ce", icon: nil, createdAt: team.created, updatedAt: team.created, archivedAt: nil)
    }

    func node(_ user: LinearWorkspace.User) -> JSONValue {
        object(
            id: user.id, name: user.name, displayName: user.displayName, email: user.email, active: true,
            admin: user.isAdmin, guest: false, createdAt: user.created, updatedAt: user.created, lastSeen: nil,
            url: "\(Self.site)/profiles/\(user.displayName)")
    }

    func node(_ project: LinearWorkspace.Project) -> JSONValue {
        let team = workspace.teams.first { $0.id == project.team }
        return object(
            id: project.id, name: project.name, description: "", slugId: String(project.id.suffix(12)),
            state: project.state, status: object(name: project.state, type: project.state),
            progress: Self.number(project.progress), priority: 0, health: nil, targetDate: nil, startDate: nil,
            startedAt: nil, completedAt: nil, canceledAt: nil, lead: nil, url: "\(Self.site)/project/\(project.id)",
            createdAt: project.created, updatedAt: project.created,
            teams: Self.connection(team.map { [node($0)] } ?? [], hasNextPage: false))
    }

    func node(_ cycle: LinearWorkspace.Cycle) -> JSONValue {
        object(
            id: cycle.id, number: Self.number(Double(cycle.number)), name: nil, description: nil,
            startsAt: cycle.starts, endsAt: cycle.ends, completedAt: cycle.completed, progress: 0,
            createdAt: cycle.starts, updatedAt: cycle.starts,
            team: workspace.teams.first { $0.id == cycle.team }.map(node))
    }

    /// `endCursor` is the id of the last node, also on the last page; null without nodes.
    static func connection(_ nodes: [JSONValue], hasNextPage: Bool) -> JSONValue {
        object(
            nodes: nodes,
            pageInfo: object(
                hasNextPage: hasNextPage, hasPreviousPage: false, startCursor: nodes.first?["id"],
                endCursor: nodes.last?["id"]))
    }
}
