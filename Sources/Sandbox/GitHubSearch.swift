import Basics
import WebServer

/// GitHub's searches over issues, commits, code and repositories: words and `qualifier:value`, best match first.
struct GitHubSearch: Sendable {
    let world: SandboxWorld

    func answer(_ request: WebRequest) -> WebResponse {
        let own = "\(GitHubProvider.owner)/\(GitHubProvider.repository)"
        guard let text = request.stated("q"), let query = SearchQuery(text),
            text.split(separator: " ").allSatisfy({ !$0.hasPrefix("repo:") || $0.lowercased() == "repo:\(own)" })
        else { return GitHubAnswer.refusal(422, "Validation Failed").response(to: request) }
        let found: [JSONValue]
        switch request.path {
        case "/search/issues": found = issues(query)
        case "/search/commits": found = commits(query)
        case "/search/code": found = code(query)
        case "/search/repositories": found = query.matches(own, holds: { _, _ in nil }) ? [Self.repository] : []
        default: return GitHubAnswer.notFound.response(to: request)
        }
        let members = object(total_count: found.count, incomplete_results: false)
        let scored = found.map { $0.replacing(["score"], with: 1.0) }
        return GitHubAnswer.list(scored, wrapper: "items", members: members).response(to: request)
    }

    // MARK: issues

    private func issues(_ query: SearchQuery) -> [JSONValue] {
        GitHubConversations(world: world).all.filter { row in
            query.matches("\(row["title"]?.string ?? "") \(row["body"]?.string ?? "")") { Self.holds(row, $0, $1) }
        }.sorted { ($0["number"]?.int ?? 0) > ($1["number"]?.int ?? 0) }
    }

    /// Nil for a qualifier that narrows nothing here.
    private static func holds(_ row: JSONValue, _ name: String, _ value: String) -> Bool? {
        switch (name, value) {
        case ("is", "pr"), ("type", "pr"): row["pull_request"] != nil
        case ("is", "issue"), ("type", "issue"): row["pull_request"] == nil
        case ("is", "merged"): row["pull_request"]?["merged_at"]?.string != nil
        case ("is", "open"), ("is", "closed"), ("state", _): row["state"]?.string == value
        case ("author", _): row["user"]?["login"]?.string == value
        case ("label", _): row["labels"]?.array?.contains { $0["name"]?.string == value } ?? false
        case ("merged", _): isWithin(row["pull_request"]?["merged_at"]?.string, value)
        case ("created", _), ("updated", _), ("closed", _): isWithin(row["\(name)_at"]?.string, value)
        default: nil
        }
    }

    /// `>=2026-11-24`, `2026-11-20..2026-11-24` with `*` for an open end, or one day. Days compare as their text does, and
    /// so do moments in UTC.
    private static func isWithin(_ time: String?, _ range: String) -> Bool {
        guard let time else { return false }
        func isAtMost(_ end: Substring) -> Bool { time.prefix(end.count) <= end }
        if range.hasPrefix(">=") { return time >= range.dropFirst(2) }
        if range.hasPrefix("<=") { return isAtMost(range.dropFirst(2)) }
        if range.hasPrefix(">") { return !isAtMost(range.dropFirst()) }
        if range.hasPrefix("<") { return time < range.dropFirst() }
        guard let dots = range.firstRange(of: "..") else { return time.hasPrefix(range) }
        let (first, last) = (range[..<dots.lowerBound], range[dots.upperBound...])
        return (first == "*" || time >= first) && (last == "*" || isAtMost(last))
    }

    // MARK: commits, code and the repository

    private func commits(_ query: SearchQuery) -> [JSONValue] {
        world.read(\.commits).filter { commit in
            query.matches(commit.message) { name, value in
                switch name {
                case "author", "committer": commit.author == value
                case "hash": commit.sha.hasPrefix(value)
                case "author-date", "committer-date": Self.isWithin(commit.date.iso8601Seconds, value)
                default: nil
                }
            }
        }.sorted { $0.date > $1.date }.map { commit in
            GitHubRows.row(commit).replacing(["repository"], with: Self.repository)
        }
    }

    /// The files of the commits, as far as their patches show them; the latest state of a file alone.
    private func code(_ query: SearchQuery) -> [JSONValue] {
        var seen: Set<String> = []
        let files = world.read(\.commits).sorted { $0.date > $1.date }.flatMap { commit in
            commit.files.map { (commit: commit, file: $0) }
        }.filter { seen.insert($0.file.path).inserted }
        return files.filter { _, file in
            query.matches("\(file.path) \(file.patch)") { name, value in
                switch name {
                case "path": file.path.hasPrefix(value)
                case "filename": file.path.split(separator: "/").last.map { $0 == value } ?? false
                case "extension": file.path.hasSuffix(".\(value)")
                default: nil
                }
            }
        }.map { commit, file in
            object(
                name: file.path.split(separator: "/").last.map(String.init) ?? file.path, path: file.path,
                sha: String(commit.sha.reversed()), url: "\(GitHubRows.api)/contents/\(file.path)?ref=\(commit.sha)",
                html_url: "\(GitHubRows.site)/blob/\(commit.sha)/\(file.path)", repository: Self.repository)
        }
    }

    private static let repository: JSONValue = object(
        id: 700_112_233, node_id: "R_700112233", name: GitHubProvider.repository,
        full_name: "\(GitHubProvider.owner)/\(GitHubProvider.repository)", private: true,
        owner: GitHubRows.user(GitHubProvider.owner), html_url: GitHubRows.site, url: GitHubRows.api,
        description: "Acme's assistants", fork: false, language: "Python", stargazers_count: 4, forks_count: 0,
        default_branch: "main", updated_at: "2026-01-05T09:00:00Z")
}
