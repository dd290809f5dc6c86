import Basics
import WebServer

/// GitHub's data about the way of a change to production: pull requests, releases, deployments.
struct GitHubDelivery: Sendable {
    let world: SandboxWorld

    /// `parts` is the path after the repository.
    func answer(_ parts: [String], _ request: WebRequest) -> GitHubAnswer {
        switch (parts.first, parts.count) {
        case ("deployments", 1): return .list(deployments(request))
        case ("deployments", 3) where parts[2] == "statuses": return statuses(parts[1])
        case ("releases", 1):
            return .list(world.read(\.releases).sorted { $0.created > $1.created }.map(GitHubRows.row))
        case ("pulls", 1): return .list(pulls(request))
        case ("pulls", 2...3): return pull(parts)
        case ("commits", 3) where parts[2] == "pulls":
            let pulls = world.read(\.pulls).filter { $0.mergeSHA == parts[1] || $0.headSHA == parts[1] }
            return .list(pulls.map(GitHubRows.row))
        default: return .notFound
        }
    }

    private func deployments(_ request: WebRequest) -> [JSONValue] {
        world.read(\.deployments).filter { deployment in
            request.allows("sha", deployment.sha) && request.allows("ref", deployment.ref)
                && request.allows("environment", deployment.environment)
        }.sorted { $0.created > $1.created }.map(GitHubRows.row)
    }

    private func statuses(_ id: String) -> GitHubAnswer {
        guard let deployment = world.read({ $0.deployments.first { String($0.id) == id } }) else { return .notFound }
        return .list(deployment.statuses.enumerated().reversed().map { GitHubRows.row($1, $0, of: deployment) })
    }

    /// Open ones, newest first, unless `state`, `sort` and `direction` are set.
    private func pulls(_ request: WebRequest) -> [JSONValue] {
        let state = request.stated("state") ?? "open"
        let sort = request.stated("sort") ?? "created"
        let isByUpdate = sort == "updated"
        // Sorting by anything except creation returns the oldest first, unless a direction is set.
        let isAscending = request.stated("direction").map { $0 == "asc" } ?? (sort != "created")
        return world.read(\.pulls).filter { state == "all" || $0.isOpen == (state == "open") }.sorted { left, right in
            let times = isByUpdate ? (left.lastChange, right.lastChange) : (left.created, right.created)
            guard times.0 != times.1 else { return (left.number < right.number) == isAscending }
            return (times.0 < times.1) == isAscending
        }.map(GitHubRows.row)
    }

    private func pull(_ parts: [String]) -> GitHubAnswer {
        guard let pull = world.read({ $0.pulls.first { String($0.number) == parts[1] } }) else { return .notFound }
        switch parts.dropFirst(2).first {
        case nil: return .one(GitHubRows.sumRow(pull))
        case "files": return .list(pull.files.map(GitHubRows.row))
        case "reviews":
            return .list(pull.reviews.sorted { $0.submitted < $1.submitted }.map { GitHubRows.row($0, of: pull) })
        default: return .notFound
        }
    }
}
