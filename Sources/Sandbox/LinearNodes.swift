import Basics

/// Linear's objects with all their fields, whatever a query selects.
struct LinearNodes: Sendable {
    let workspace: LinearWorkspace
    private static let site = "https://linear.app/acme"

    /// A number as JavaScript writes it: without a fraction where there is none.
    private static func number(_ value: Double?) -> JSONValue {
        value.map { $0 == $0.rounded() ? .integer(Int64($0)) : .number($0) } ?? .null
    }

    private static let priorities = ["No priority", "Urgent", "High", "Medium", "Low"]

    func node(_ issue: LinearWorkspace.Issue) -> JSONValue {
        let team = workspace.teams.first { $0.id == issue.team }
        let project = workspace.projects.first { $0.id == issue.project }
        let cycle = workspace.cycles.first { $0.id == issue.cycle }
        let identifier = "\(team?.key ?? "?")-\(issue.number)"
        return .fields([
            "id": .string(issue.id), "identifier": .string(identifier), "number": Self.number(Double(issue.number)),
            "title": .string(issue.title), "description": JSONValue(issue.description),
            "priority": Self.number(Double(issue.priority)),
            "priorityLabel": .string(
                Self.priorities.indices.contains(issue.priority) ? Self.priorities[issue.priority] : ""),
            "estimate": Self.number(issue.estimate), "branchName": .string("acme/\(identifier.lowercased())"),
            "url": .string("\(Self.site)/issue/\(identifier)"), "dueDate": .null, "sortOrder": 0,
            "createdAt": JSONValue(issue.created), "updatedAt": JSONValue(issue.updated ?? issue.created),
            "startedAt": JSONValue(issue.started), "completedAt": JSONValue(issue.completed), "canceledAt": .null,
            "archivedAt": .null, "triagedAt": .null, "slaStartedAt": .null, "slaBreachesAt": .null,
            "slaHighRiskAt": .null, "slaMediumRiskAt": .null, "slaType": .null, "trashed": .null,
            "state": node(issue.state), "team": team.map(node) ?? .null, "assignee": user(issue.assignee),
            "creator": user(issue.creator), "project": project.map(node) ?? .null, "projectMilestone": .null,
            "parent": .null, "cycle": cycle.map(node) ?? .null,
            "labels": Self.connection(issue.labels.map(label), hasNextPage: false),
        ])
    }

    private func user(_ id: String?) -> JSONValue {
        workspace.users.first { $0.id == id }.map(node) ?? .null
    }

    private func node(_ state: LinearWorkspace.WorkflowState) -> JSONValue {
        [
            "id": .string("state-\(state.type)"), "name": .string(state.name), "type": .string(state.type),
            "color": "#5e6ad2", "position": 1,
        ]
    }

    func label(_ name: String) -> JSONValue {
        [
            "id": .string("label-\(name)"), "name": .string(name), "color": "#eb5757", "description": .null,
            "isGroup": false,
        ]
    }

    func node(_ comment: LinearWorkspace.Comment) -> JSONValue {
        [
            "id": .string(comment.id), "body": .string(comment.body), "createdAt": JSONValue(comment.created),
            "updatedAt": JSONValue(comment.created), "editedAt": .null, "user": user(comment.user),
            "url": .string("\(Self.site)/comment/\(comment.id)"),
        ]
    }

    func node(_ team: LinearWorkspace.Team) -> JSONValue {
        [
            "id": .string(team.id), "key": .string(team.key), "name": .string(team.name), "description": .null,
            "private": false, "timezone": "Etc/UTC", "color": "#26b5ce", "icon": .null,
            "createdAt": JSONValue(team.created), "updatedAt": JSONValue(team.created), "archivedAt": .null,
        ]
    }

    func node(_ user: LinearWorkspace.User) -> JSONValue {
        [
            "id": .string(user.id), "name": .string(user.name), "displayName": .string(user.displayName),
            "email": .string(user.email), "active": true, "admin": .bool(user.isAdmin), "guest": false,
            "createdAt": JSONValue(user.created), "updatedAt": JSONValue(user.created), "lastSeen": .null,
            "url": .string("\(Self.site)/profiles/\(user.displayName)"),
        ]
    }

    func node(_ project: LinearWorkspace.Project) -> JSONValue {
        let team = workspace.teams.first { $0.id == project.team }
        return .fields([
            "id": .string(project.id), "name": .string(project.name), "description": "",
            "slugId": .string(String(project.id.suffix(12))), "state": .string(project.state),
            "status": ["name": .string(project.state), "type": .string(project.state)],
            "progress": Self.number(project.progress), "priority": 0, "health": .null, "targetDate": .null,
            "startDate": .null, "startedAt": .null, "completedAt": .null, "canceledAt": .null, "lead": .null,
            "url": .string("\(Self.site)/project/\(project.id)"), "createdAt": JSONValue(project.created),
            "updatedAt": JSONValue(project.created),
            "teams": Self.connection(team.map { [node($0)] } ?? [], hasNextPage: false),
        ])
    }

    func node(_ cycle: LinearWorkspace.Cycle) -> JSONValue {
        [
            "id": .string(cycle.id), "number": Self.number(Double(cycle.number)), "name": .null, "description": .null,
            "startsAt": JSONValue(cycle.starts), "endsAt": JSONValue(cycle.ends),
            "completedAt": JSONValue(cycle.completed), "progress": 0, "createdAt": JSONValue(cycle.starts),
            "updatedAt": JSONValue(cycle.starts),
            "team": workspace.teams.first { $0.id == cycle.team }.map(node) ?? .null,
        ]
    }

    /// `endCursor` is the id of the last node, also on the last page; null without nodes.
    static func connection(_ nodes: [JSONValue], hasNextPage: Bool) -> JSONValue {
        [
            "nodes": .array(nodes),
            "pageInfo": [
                "hasNextPage": .bool(hasNextPage), "hasPreviousPage": false,
                "startCursor": nodes.first?["id"] ?? .null, "endCursor": nodes.last?["id"] ?? .null,
            ],
        ]
    }
}
