import Basics
import JSON
import WebServer

/// What is talked about on GitHub: issues, and comments on them and on lines of pull requests.
struct GitHubConversations: Sendable {
    let world: SandboxWorld

    /// `parts` is the path after the repository.
    func answer(_ parts: [String], _ request: WebRequest) -> GitHubAnswer {
        switch (parts[0], parts.count) {
        case ("issues", 1): return .list(issues(request))
        case ("issues", 2) where parts[1] != "comments": return issue(parts[1]).map(GitHubAnswer.one) ?? .notFound
        case (let kind, 2): return .list(comments(kind, request))
        case (let kind, 3):
            let (single, plural) = kind == "issues" ? ("issue", "issues") : ("pull_request", "pulls")
            guard parts[2] == "comments", issue(parts[1]) != nil else { return .notFound }
            let address = JSONValue.string("\(GitHubRows.api)/\(plural)/\(parts[1])")
            // Those of one issue are in the order in which they were written.
            return .list(comments(kind, request).filter { $0["\(single)_url"] == address }.reversed())
        default: return .notFound
        }
    }

    /// Those opened through the API, those of the demo, and every pull request, which is an issue as well.
    var all: [JSONValue] {
        world.read { state in
            state.gitHubIssues.map(GitHubRows.row) + (state.lists[.github]?["issues"] ?? [])
                + state.pulls.map(GitHubRows.issueRow)
        }
    }

    private func issue(_ number: String) -> JSONValue? {
        all.first { $0["number"]?.int.map(String.init) == number }
    }

    /// Open ones, latest created first, unless `state`, `sort` and `direction` are set.
    private func issues(_ request: WebRequest) -> [JSONValue] {
        let (state, since) = (request.stated("state") ?? "open", request.moment("since"))
        let labels = request.list("labels")
        let found = all.filter { row in
            let own = row["labels"]?.array?.compactMap { $0["name"]?.string } ?? []
            return (state == "all" || row["state"]?.string == state) && labels.allSatisfy(own.contains)
                && request.allows("creator", row["user"]?["login"]?.string) && isChanged(row, since: since)
        }
        let key = request.stated("sort") == "updated" ? "updated_at" : "created_at"
        let isAscending = request.stated("direction") == "asc"
        return found.map { (key: ($0[key]?.string ?? "", $0["number"]?.int ?? 0), row: $0) }
            .sorted { isAscending ? $0.key < $1.key : $0.key > $1.key }.map(\.row)
    }

    private func isChanged(_ row: JSONValue, since: Instant?) -> Bool {
        since.map { since in row["updated_at"]?.instant.map { $0 >= since } ?? false } ?? true
    }

    /// The latest first. `kind` is `issues` or `pulls`.
    private func comments(_ kind: String, _ request: WebRequest) -> [JSONValue] {
        (world.list(.github, "\(kind)/comments") ?? []).filter {
            isChanged($0, since: request.moment("since"))
        }
    }

    /// `POST {"title", "body"?, "labels"?}`.
    func open(_ request: WebRequest) -> WebResponse {
        guard let body = try? JSONDocument.parse(request.body), let title = body["title"]?.string, !title.isEmpty else {
            return .json(
                #"{"message":"Validation Failed","errors":[{"resource":"Issue","field":"title","code":"missing_field"}]}"#,
                status: 422)
        }
        let now = world.clock.now()
        // Issues and pull requests are counted together.
        let latest = all.compactMap { $0["number"]?.int }.max() ?? 0
        let issue = world.change { state in
            let opened = state.gitHubIssues.map(\.number).max() ?? 0
            let issue = SandboxGitHubIssue(
                number: max(latest, opened) + 1, title: title, body: body["body"]?.string ?? "",
                labels: body["labels"]?.array?.compactMap(\.string) ?? [], createdAt: now)
            state.gitHubIssues.append(issue)
            return issue
        }
        return .json(GitHubRows.row(issue), status: 201)
    }

    /// `POST {"body"}` to the comments of an issue.
    func comment(on issue: String, _ request: WebRequest) -> WebResponse {
        guard self.issue(issue) != nil else { return GitHubAnswer.notFound.response(to: request) }
        guard let body = (try? JSONDocument.parse(request.body))?["body"]?.string, !body.isEmpty else {
            return .json(
                #"{"message":"Validation Failed","errors":[{"resource":"IssueComment","field":"body","code":"missing_field"}]}"#,
                status: 422)
        }
        let now = world.clock.now()
        let row = world.change { state -> JSONValue in
            let comments = state.lists[.github]?["issues/comments"] ?? []
            let row = GitHubRows.comment(
                (comments.compactMap { $0["id"]?.int }.max() ?? 7000) + 1, on: Int(issue) ?? 0, "sentinel", body,
                at: now)
            state.lists[.github, default: [:]]["issues/comments"] = [row] + comments
            return row
        }
        return .json(row, status: 201)
    }
}
