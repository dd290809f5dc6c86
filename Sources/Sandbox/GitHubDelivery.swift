import Basics
import WebServer

/// What of GitHub tells how a change came to production: pull requests, releases, deployments, runs of workflows.
struct GitHubDelivery: Sendable {
    let world: SandboxWorld

    /// A list, or one object, or nothing of that path. A list's `wrapper` names it inside an object with `total_count`.
    enum Answer {
        case list([JSONValue], wrapper: String? = nil)
        case one(JSONValue)
        case notFound
    }

    /// `parts` is the path behind the repository.
    func answer(_ parts: [String], _ request: WebRequest) -> Answer {
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
        case ("actions", 2) where parts[1] == "runs": return .list(runs(request), wrapper: "workflow_runs")
        default: return .notFound
        }
    }

    private func value(_ request: WebRequest, _ name: String) -> String? {
        request.queryValue(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    private func deployments(_ request: WebRequest) -> [JSONValue] {
        let (sha, ref) = (value(request, "sha"), value(request, "ref"))
        let environment = value(request, "environment")
        return world.read(\.deployments).filter { deployment in
            (sha.map { deployment.sha == $0 } ?? true) && (ref.map { deployment.ref == $0 } ?? true)
                && (environment.map { deployment.environment == $0 } ?? true)
        }.sorted { $0.created > $1.created }.map(GitHubRows.row)
    }

    private func statuses(_ id: String) -> Answer {
        guard let deployment = world.read({ $0.deployments.first { String($0.id) == id } }) else { return .notFound }
        return .list(
            deployment.statuses.enumerated().reversed().map { GitHubRows.row($1, $0, of: deployment) })
    }

    /// Open ones, the newest first, unless `state`, `sort` and `direction` say otherwise.
    private func pulls(_ request: WebRequest) -> [JSONValue] {
        let state = value(request, "state") ?? "open"
        let sort = value(request, "sort") ?? "created"
        let isByUpdate = sort == "updated"
        // Who sorts by anything but the creation gets the oldest first, unless the direction is asked for.
        let isAscending = value(request, "direction").map { $0 == "asc" } ?? (sort != "created")
        return world.read(\.pulls).filter { state == "all" || $0.isOpen == (state == "open") }.sorted { left, right in
            let times = isByUpdate ? (left.updated, right.updated) : (left.created, right.created)
            guard times.0 != times.1 else { return (left.number < right.number) == isAscending }
            return (times.0 < times.1) == isAscending
        }.map(GitHubRows.row)
    }

    private func pull(_ parts: [String]) -> Answer {
        guard let pull = world.read({ $0.pulls.first { String($0.number) == parts[1] } }) else { return .notFound }
        switch parts.dropFirst(2).first {
        case nil: return .one(GitHubRows.row(pull))
        case "files": return .list(pull.files.map(GitHubRows.row))
        case "reviews":
            return .list(pull.reviews.sorted { $0.submitted < $1.submitted }.map { GitHubRows.row($0, of: pull) })
        default: return .notFound
        }
    }

    /// `status` takes a conclusion as well.
    private func runs(_ request: WebRequest) -> [JSONValue] {
        let (branch, event, status) = (value(request, "branch"), value(request, "event"), value(request, "status"))
        let (sha, actor) = (value(request, "head_sha"), value(request, "actor"))
        return world.read(\.runs).filter { run in
            (branch.map { run.branch == $0 } ?? true) && (event.map { run.event == $0 } ?? true)
                && (status.map { run.status == $0 || run.conclusion == $0 } ?? true)
                && (sha.map { run.sha == $0 } ?? true) && (actor.map { run.actor == $0 } ?? true)
        }.sorted { $0.created > $1.created }.map(GitHubRows.row)
    }
}
