import Basics
import WebServer

/// The repository's commits, its branches and tags, and comparisons.
struct GitHubHistory: Sendable {
    let world: SandboxWorld

    /// `parts` is the path after the repository.
    func answer(_ parts: [String], _ request: WebRequest) -> GitHubAnswer {
        switch (parts[0], parts.count) {
        case ("commits", 1): return .list(commits(request).map(rowWithParent))
        case ("commits", 2):
            guard let commit = commit(parts[1]) else { return .refusal(422, "No commit found for SHA: \(parts[1])") }
            return .one(rowWithParent(commit).adding(["files": .array(commit.files.map(GitHubRows.row))]))
        case ("branches", 1):
            let isProtected = request.stated("protected").map { JSONValue.bool($0 == "true") }
            return .list(names("branches").filter { row in isProtected.map { row["protected"] == $0 } ?? true })
        case ("tags", 1): return .list(names("tags"))
        // The name of a branch may have slashes.
        case ("compare", _): return compare(parts.dropFirst().joined(separator: "/"), request)
        default: return .notFound
        }
    }

    /// There is one line of commits, so the parent is the commit before.
    private func rowWithParent(_ commit: SandboxCommit) -> JSONValue {
        let earlier = world.read(\.commits).filter { $0.date < commit.date }.max { $0.date < $1.date }
        return GitHubRows.row(commit).replacing(["parents"], with: .array([object(sha: earlier?.sha ?? "0")]))
    }

    private func names(_ list: String) -> [JSONValue] { world.list(.github, list) ?? [] }

    private func commits(_ request: WebRequest) -> [SandboxCommit] {
        let (since, until, path) = (request.moment("since"), request.moment("until"), request.stated("path"))
        return world.read(\.commits).filter { commit in
            (since.map { commit.date >= $0 } ?? true) && (until.map { commit.date <= $0 } ?? true)
                && (path.map { path in commit.files.contains { $0.path == path } } ?? true)
        }.sorted { $0.date > $1.date }
    }

    /// By the beginning of its hash, or by the branch or tag that points to it.
    func commit(_ reference: String) -> SandboxCommit? {
        let named = (names("branches") + names("tags")).first { $0["name"]?.string == reference }
        let hash = named?["commit"]?["sha"]?.string ?? reference
        return hash.isEmpty ? nil : world.read { $0.commits.first { $0.sha.hasPrefix(hash) } }
    }

    /// `BASE...HEAD`: the commits after the base up to the head, oldest first, and on the first page their files. There is one line of
    /// commits here, so one is always behind the other.
    private func compare(_ range: String, _ request: WebRequest) -> GitHubAnswer {
        guard let dots = range.firstRange(of: "..."), let base = commit(String(range[..<dots.lowerBound])),
            let head = commit(String(range[dots.upperBound...]))
        else { return .notFound }
        let commits = world.read(\.commits)
        let between = commits.filter { $0.date > base.date && $0.date <= head.date }.sorted { $0.date < $1.date }
        let behind = commits.count { $0.date > head.date && $0.date <= base.date }
        let status = base.sha == head.sha ? "identical" : behind > 0 ? "behind" : "ahead"
        let isFirstPage = ["1", nil].contains(request.stated("page"))
        let files = isFirstPage ? between.flatMap(\.files).map(GitHubRows.row) : []
        return .list(
            between.map { GitHubRows.row($0) }, wrapper: "commits",
            members: object(
                url: "\(GitHubRows.api)/compare/\(range)", html_url: "\(GitHubRows.site)/compare/\(range)",
                base_commit: GitHubRows.row(base), merge_base_commit: GitHubRows.row(behind > 0 ? head : base),
                status: status, ahead_by: between.count, behind_by: behind, total_commits: between.count, files: files))
    }
}
