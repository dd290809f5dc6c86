import Basics
import JSON
import WebServer

/// GitHub's REST API for one repository: commits with their files, issues, and what ``GitHubDelivery`` tells.
struct GitHubProvider: Sendable {
    static let token = "ghp_sandbox000000000000000000000000000001"
    static let owner = "acme"
    static let repository = "assistant"
    let world: SandboxWorld

    func respond(_ request: WebRequest) -> WebResponse {
        var response = answer(request)
        response.headers += [
            .init("x-ratelimit-limit", "5000"), .init("x-ratelimit-remaining", "4990"),
            .init("x-ratelimit-reset", String(world.clock.now().milliseconds / 1000 + 3600)),
        ]
        return response
    }

    private func answer(_ request: WebRequest) -> WebResponse {
        guard request.header("user-agent")?.isEmpty == false else {
            return .json(
                #"{"message":"Request forbidden by administrative rules. Please make sure your request has a User-Agent header."}"#,
                status: 403)
        }
        guard Authorization.isBearer(request, token: Self.token) else {
            return .json(#"{"message":"Bad credentials","status":"401"}"#, status: 401)
        }
        let root = "/repos/\(Self.owner)/\(Self.repository)"
        let parts = request.path.split(separator: "/").dropFirst(3).map(String.init)
        guard request.path.hasPrefix(root + "/") else { return Self.notFound }
        switch (request.method, parts.first, parts.count) {
        case ("GET", "commits", 1): return commits(request)
        case ("GET", "commits", 2): return commit(parts[1])
        case ("GET", "issues", 1): return issues(request)
        case ("POST", "issues", 1): return open(request)
        case ("GET", _, _): return deliver(Array(parts), request)
        default: return Self.notFound
        }
    }

    private func deliver(_ parts: [String], _ request: WebRequest) -> WebResponse {
        switch GitHubDelivery(world: world).answer(parts, request) {
        case .list(let rows, let wrapper): page(rows, request, wrapper: wrapper)
        case .one(let row): .json(row.serialized)
        case .notFound: Self.notFound
        }
    }

    private static let notFound = WebResponse.json(#"{"message":"Not Found","status":"404"}"#, status: 404)

    // MARK: commits

    private func commits(_ request: WebRequest) -> WebResponse {
        let since = request.queryValue("since").flatMap { Instant(iso8601: $0) }
        let until = request.queryValue("until").flatMap { Instant(iso8601: $0) }
        let path = request.queryValue("path")
        let rows = world.read(\.commits).filter { commit in
            (since.map { commit.date >= $0 } ?? true) && (until.map { commit.date <= $0 } ?? true)
                && (path.map { path in commit.files.contains { $0.path == path } } ?? true)
        }.sorted { $0.date > $1.date }
        return page(rows.map { Self.row($0) }, request)
    }

    private func commit(_ sha: String) -> WebResponse {
        guard let commit = world.read({ $0.commits.first { $0.sha.hasPrefix(sha) } }) else {
            return .json(#"{"message":"No commit found for SHA"}"#, status: 422)
        }
        return .json(Self.row(commit, withFiles: true).serialized)
    }

    private static func row(_ commit: SandboxCommit, withFiles: Bool = false) -> JSONValue {
        let person: JSONValue = [
            "name": .string(commit.author), "email": .string("\(commit.author)@acme.example"),
            "date": .string(commit.date.iso8601Seconds),
        ]
        var members: [JSONValue.Member] = [
            .init("sha", .string(commit.sha)),
            .init("commit", ["author": person, "committer": person, "message": .string(commit.message)]),
            .init("html_url", .string("https://github.com/\(owner)/\(repository)/commit/\(commit.sha)")),
            .init("author", ["login": .string(commit.author)]), .init("committer", ["login": .string(commit.author)]),
            .init("parents", []),
        ]
        if withFiles {
            members.append(.init("files", .array(commit.files.map(GitHubRows.row))))
        }
        return .object(members)
    }

    // MARK: issues

    private func issues(_ request: WebRequest) -> WebResponse {
        let since = request.queryValue("since").flatMap { Instant(iso8601: $0) }
        let rows = world.read(\.gitHubIssues).filter { issue in since.map { issue.createdAt >= $0 } ?? true }
        return page(rows.sorted { $0.number > $1.number }.map(Self.row), request)
    }

    private func open(_ request: WebRequest) -> WebResponse {
        guard let body = try? JSONDocument.parse(request.body), let title = body["title"]?.string, !title.isEmpty else {
            return .json(
                #"{"message":"Validation Failed","errors":[{"resource":"Issue","field":"title","code":"missing_field"}]}"#,
                status: 422)
        }
        let now = world.clock.now()
        let issue = world.change { state in
            let issue = SandboxGitHubIssue(
                number: 100 + state.gitHubIssues.count, title: title, body: body["body"]?.string ?? "",
                labels: body["labels"]?.array?.compactMap(\.string) ?? [], createdAt: now)
            state.gitHubIssues.append(issue)
            return issue
        }
        return .json(Self.row(issue).serialized, status: 201)
    }

    private static func row(_ issue: SandboxGitHubIssue) -> JSONValue {
        [
            "id": JSONValue(9000 + issue.number), "number": JSONValue(issue.number), "title": .string(issue.title),
            "body": .string(issue.body), "state": "open", "comments": 0,
            "labels": .array(issue.labels.map { ["name": .string($0)] }), "user": ["login": "sentinel"],
            "created_at": .string(issue.createdAt.iso8601Seconds),
            "updated_at": .string(issue.createdAt.iso8601Seconds),
            "html_url": .string("https://github.com/\(owner)/\(repository)/issues/\(issue.number)"),
        ]
    }

    /// A page with its Link header; without one when everything is on it.
    private func page(_ rows: [JSONValue], _ request: WebRequest, wrapper: String? = nil) -> WebResponse {
        let size = min(100, max(1, Int(request.queryValue("per_page") ?? "30") ?? 30))
        let number = max(1, Int(request.queryValue("page") ?? "1") ?? 1)
        let last = max(1, (rows.count + size - 1) / size)
        let page = Array(rows.dropFirst((number - 1) * size).prefix(size))
        let places = [
            ("prev", number - 1, number > 1), ("next", number + 1, number < last), ("last", last, number < last),
            ("first", 1, number > 1),
        ]
        let links = places.filter(\.2).map { name, number, _ in
            "<\(request.address(replacing: ["page"]))page=\(number)>; rel=\"\(name)\""
        }
        let headers = links.isEmpty ? [] : [WebRequest.Field("Link", links.joined(separator: ", "))]
        guard let wrapper else { return .json(JSONValue.array(page).serialized, headers: headers) }
        let object: JSONValue = .object([
            .init("total_count", JSONValue(rows.count)), .init(wrapper, .array(page)),
        ])
        return .json(object.serialized, headers: headers)
    }
}
