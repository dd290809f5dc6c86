import Basics
import JSON
import WebServer

/// Linear's GraphQL API at `POST /graphql`, as far as its lists go.
struct LinearProvider: Sendable {
    static let key = "lin_api_sandbox00000000000000000001"
    static let path = "/graphql"
    static let hourlyRequests = 2500
    let world: SandboxWorld

    func respond(_ request: WebRequest) -> WebResponse {
        answer(request).adding([
            "X-Complexity": "60", "X-RateLimit-Requests-Limit": "\(Self.hourlyRequests)",
            "X-RateLimit-Requests-Remaining": "\(Self.hourlyRequests - 1)",
            "X-RateLimit-Requests-Reset": "\((world.clock.now() + .hours(1)).milliseconds)",
        ])
    }

    private func answer(_ request: WebRequest) -> WebResponse {
        guard request.path == Self.path, request.method == "POST" else {
            return WebResponse(
                status: 404, headers: [.init("Content-Type", "text/plain")], body: Array("Not Found".utf8))
        }
        // A personal key has no prefix; `Bearer` is for OAuth.
        guard request.header("authorization") == Self.key else {
            return LinearRefusal(
                "Authentication required, not authenticated", type: "authentication error",
                code: "AUTHENTICATION_ERROR", status: 401
            ).response
        }
        guard let body = try? JSONDocument.parse(request.body), let query = body["query"]?.string,
            let call = GraphQLCall(query: query, variables: body["variables"] ?? [:])
        else {
            return LinearRefusal("Syntax Error", type: "graphql error", code: "GRAPHQL_PARSE_FAILED").response
        }
        do throws(LinearRefusal) {
            if call.field == "issueCreate" {
                let issue = try create(body["variables"]?["input"] ?? [:])
                return .json(
                    object(data: object(issueCreate: object(success: true, issue: issue) as JSONValue) as JSONValue))
            }
            let data = try self.query(call)
            return .json(object(data: [call.field: data] as JSONValue))
        } catch {
            return error.response
        }
    }

    /// An id that the client chose is taken once.
    private func create(_ input: JSONValue) throws(LinearRefusal) -> JSONValue {
        guard let title = input["title"]?.string, let team = input["teamId"]?.string,
            world.read({ $0.linear.teams.contains { $0.id == team } })
        else { throw .invalid("Argument Validation Error") }
        let (id, now) = (input["id"]?.string ?? "issue-\(title.count)", world.clock.now())
        let issue = world.change { state -> LinearWorkspace.Issue? in
            guard !state.linear.issues.contains(where: { $0.id == id }) else { return nil }
            let number = (state.linear.issues.filter { $0.team == team }.map(\.number).max() ?? 0) + 1
            let issue = LinearWorkspace.Issue(
                id: id, number: number, title: title, description: input["description"]?.string,
                priority: input["priority"]?.int ?? 0, team: team, created: now)
            state.linear.issues.append(issue)
            state.gateways.effects.append("linear issue")
            return issue
        }
        guard let issue else { throw .invalid("Entity with this id already exists") }
        return LinearNodes(workspace: world.read(\.linear)).node(issue)
    }

    // MARK: queries

    private func query(_ call: GraphQLCall) throws(LinearRefusal) -> JSONValue {
        let nodes = LinearNodes(workspace: world.read(\.linear))
        let workspace = nodes.workspace
        let arguments = call.arguments(of: call.field)
        let id = arguments["id"]?.string ?? ""
        switch call.field {
        case "issues": return try Self.page(workspace.issues.map(nodes.node), arguments)
        case "teams": return try Self.page(workspace.teams.map(nodes.node), arguments)
        case "users": return try Self.page(workspace.users.map(nodes.node), arguments)
        case "projects": return try Self.page(workspace.projects.map(nodes.node), arguments)
        case "cycles": return try Self.page(workspace.cycles.map(nodes.node), arguments)
        case "issueLabels":
            let names = Set(workspace.issues.flatMap(\.labels)).sorted()
            return try Self.page(names.map(nodes.label), arguments)
        case "initiatives", "attachments", "projectMilestones", "projectUpdates":
            return try Self.page(records(call.field), arguments)
        case "issue":
            guard let issue = workspace.issues.first(where: { Self.isNamed($0, id, workspace) }) else {
                throw .notFound("Issue")
            }
            return try Self.fill(nodes.node(issue), with: ["comments": issue.comments.map(nodes.node)], call)
        case "team":
            guard let team = workspace.teams.first(where: { $0.id == id || $0.key == id }) else {
                throw .notFound("Team")
            }
            let issues = workspace.issues.filter { $0.team == team.id }.map(nodes.node)
            let cycles = workspace.cycles.filter { $0.team == team.id }.map(nodes.node)
            return try Self.fill(nodes.node(team), with: ["issues": issues, "cycles": cycles], call)
        case "project":
            guard let project = workspace.projects.first(where: { $0.id == id }) else { throw .notFound("Project") }
            func own(_ list: String) -> [JSONValue] {
                records(list).filter { $0["project"]?["id"]?.string == project.id }
            }
            return try Self.fill(
                nodes.node(project),
                with: ["projectMilestones": own("projectMilestones"), "projectUpdates": own("projectUpdates")], call)
        case "viewer": return workspace.users.first.map(nodes.node) ?? .null
        default:
            throw LinearRefusal(
                "Cannot query field \"\(call.field)\" on type \"Query\".", type: "graphql error",
                code: "GRAPHQL_VALIDATION_FAILED")
        }
    }

    private func records(_ list: String) -> [JSONValue] { world.list(.linear, list) ?? [] }

    /// An issue is found by its id and by its identifier, `ENG-12`.
    private static func isNamed(_ issue: LinearWorkspace.Issue, _ id: String, _ workspace: LinearWorkspace) -> Bool {
        let key = workspace.teams.first { $0.id == issue.team }?.key
        return issue.id == id || key.map { "\($0)-\(issue.number)" } == id
    }

    /// An object with those of the lists within it that the query asks for.
    private static func fill(
        _ node: JSONValue, with lists: KeyValuePairs<String, [JSONValue]>, _ call: GraphQLCall
    ) throws(LinearRefusal) -> JSONValue {
        var members = node.members ?? []
        for (name, rows) in lists where call.selects(name) {
            members.append(.init(name, try page(rows, call.arguments(of: name))))
        }
        return .object(members)
    }

    /// Newest first; `first` is 50 unless given, and 250 at most. `after` is the id of the node before.
    private static func page(_ nodes: [JSONValue], _ arguments: JSONValue) throws(LinearRefusal) -> JSONValue {
        let first = arguments["first"]?.int ?? 50
        guard (1...250).contains(first) else {
            throw .invalid("Argument Validation Error")
        }
        let filter = LinearFilter(arguments["filter"])
        let time = arguments["orderBy"]?.string == "updatedAt" ? "updatedAt" : "createdAt"
        let found = nodes.filter(filter.matches).map { node in
            (key: (node[time]?.string ?? "", node["id"]?.string ?? ""), node: node)
        }.sorted { $0.key > $1.key }
        var start = 0
        if let after = arguments["after"]?.string {
            guard let index = found.firstIndex(where: { $0.key.1 == after }) else {
                throw .invalid("Invalid cursor")
            }
            start = index + 1
        }
        let page = found.dropFirst(start).prefix(first)
        return LinearNodes.connection(page.map(\.node), hasNextPage: start + page.count < found.count)
    }
}

/// A GraphQL error of Linear's. The HTTP status is 400 whatever the error's own, but for who is not known.
struct LinearRefusal: Error, Hashable {
    var message: String
    var type: String
    var code: String
    /// What the error itself calls its status.
    var status: Int

    init(_ message: String, type: String, code: String, status: Int = 400) {
        (self.message, self.type, self.code, self.status) = (message, type, code, status)
    }

    static let rateLimited = LinearRefusal(
        "Rate limit exceeded. Only \(LinearProvider.hourlyRequests) requests are allowed per 1 hour.",
        type: "ratelimited",
        code: "RATELIMITED", status: 429)

    static func invalid(_ message: String) -> LinearRefusal {
        LinearRefusal(message, type: "invalid input", code: "INVALID_INPUT")
    }

    static func notFound(_ kind: String) -> LinearRefusal {
        LinearRefusal("Entity not found: \(kind)", type: "invalid input", code: "INPUT_ERROR")
    }

    var response: WebResponse {
        let error: JSONValue = object(
            message: message,
            extensions: object(
                type: type, code: code, statusCode: status, userError: true, userPresentableMessage: message,
                meta: object()))
        return .json(object(errors: [error]), status: status == 401 ? 401 : 400)
    }
}
