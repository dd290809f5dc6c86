import Basics
import WebServer

/// GitHub Actions: workflows, their runs, the jobs of a run, and the checks of a commit, which are the jobs of its runs.
struct GitHubActions: Sendable {
    let world: SandboxWorld

    /// `parts` is the path after the repository.
    func answer(_ parts: [String], _ request: WebRequest) -> GitHubAnswer {
        switch (parts[0], parts.count) {
        case ("actions", 2) where parts[1] == "workflows":
            return .counted(world.list(.github, "actions/workflows") ?? [], "workflows")
        case ("actions", 2) where parts[1] == "runs":
            return .counted(runs(request).map(GitHubRows.row), "workflow_runs")
        case ("actions", 4) where parts[1] == "workflows" && parts[3] == "runs":
            let own = runs(request).filter { [String($0.workflow), $0.workflowFile].contains(parts[2]) }
            return .counted(own.map(GitHubRows.row), "workflow_runs")
        case ("actions", 4) where parts[1] == "runs" && parts[3] == "jobs":
            guard let run = world.read({ $0.runs.first { String($0.id) == parts[2] } }) else { return .notFound }
            return .counted(Self.jobs(of: run).map { GitHubRows.row($0, of: run) }, "jobs")
        case ("commits", 3) where parts[2] == "check-runs": return checks(parts[1], request)
        default: return .notFound
        }
    }

    /// Newest first. `status` takes a conclusion as well.
    private func runs(_ request: WebRequest) -> [SandboxRun] {
        world.read(\.runs).filter { run in
            request.allows("branch", run.branch) && request.allows("event", run.event)
                && (request.allows("status", run.status) || request.allows("status", run.conclusion))
                && request.allows("head_sha", run.sha) && request.allows("actor", run.actor)
                && request.allows("check_suite_id", String(run.checkSuite))
        }.sorted { $0.created > $1.created }
    }

    /// One step after the other: a job of its tests takes a third of a run, that of its purpose the rest.
    struct Job: Hashable, Sendable {
        var id: Int
        var name: String
        var started: Instant
        /// Nil while the run is on.
        var completed: Instant?
        var conclusion: String?
    }

    static func jobs(of run: SandboxRun) -> [Job] {
        let middle = run.created + .seconds((run.updated - run.created).seconds / 3)
        let isOver = run.status == "completed"
        return [
            Job(id: run.id * 10 + 1, name: "test", started: run.created, completed: middle, conclusion: "success"),
            Job(
                id: run.id * 10 + 2, name: run.name, started: middle, completed: isOver ? run.updated : nil,
                conclusion: run.conclusion),
        ]
    }

    private func checks(_ reference: String, _ request: WebRequest) -> GitHubAnswer {
        guard let commit = GitHubHistory(world: world).commit(reference) else {
            return .refusal(422, "No commit found for SHA: \(reference)")
        }
        let found = world.read(\.runs).filter { $0.sha == commit.sha }.flatMap { run in
            Self.jobs(of: run).filter { job in
                request.allows("check_name", job.name)
                    && request.allows("status", job.completed == nil ? "in_progress" : "completed")
            }.map { GitHubRows.checkRow($0, of: run) }
        }
        return .counted(found, "check_runs")
    }
}
