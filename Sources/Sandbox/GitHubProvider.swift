import Basics
import JSON
import WebServer

/// GitHub's REST API for one repository: commits with their files, and issues.
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
        guard request.path.hasPrefix(root) else { return Self.notFound }
        switch (request.method, parts.first, parts.count) {
        case ("GET", "commits", 1): return commits(request)
        case ("GET", "commits", 2): return commit(parts[1])
        case ("GET", "issues", 1): return issues(request)
        case ("POST", "issues", 1): return open(request)
        case ("GET", "pulls", 1): return .json("[]")
        default: return Self.notFound
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
            members.append(.init("files", .array(commit.files.map(Self.file))))
        }
        return .object(members)
    }

    private static func file(_ file: SandboxCommit.File) -> JSONValue {
        let lines = file.patch.split(separator: "\n")
        let (additions, deletions) = (lines.count { $0.hasPrefix("+") }, lines.count { $0.hasPrefix("-") })
        return [
            "filename": .string(file.path), "status": "modified", "additions": JSONValue(additions),
            "deletions": JSONValue(deletions), "changes": JSONValue(additions + deletions),
            "patch": .string(file.patch),
        ]
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
    private func page(_ rows: [JSONValue], _ request: WebRequest) -> WebResponse {
        let size = min(100, max(1, Int(request.queryValue("per_page") ?? "30") ?? 30))
        let number = max(1, Int(request.queryValue("page") ?? "1") ?? 1)
        let page = rows.dropFirst((number - 1) * size).prefix(size)
        var headers: [WebRequest.Field] = []
        if number * size < rows.count {
            let others = request.query.filter { $0.name != "page" }.map { "\($0.name)=\($0.value)&" }.joined()
            let host = request.header("host") ?? "127.0.0.1"
            headers.append(.init("Link", "<http://\(host)\(request.path)?\(others)page=\(number + 1)>; rel=\"next\""))
        }
        return .json(JSONValue.array(Array(page)).serialized, headers: headers)
    }
}
