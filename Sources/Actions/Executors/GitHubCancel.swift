import Basics
import HTTPClient
import OnCallModel

/// Cancels the running run of a GitHub workflow, such as an agent that is a job. ``Execution/object`` is the run's id.
struct GitHubCancel: Executor {
    let github: GitHubAPI
    let sleep: @Sendable (Span) async throws -> Void

    var missing: String? { github.missing }

    func prepare(_ draft: Execution) async throws(ActFault) -> Execution {
        if let missing { throw .failed(missing) }
        let path = "/actions/workflows/\(ExecutorAPI.encode(draft.row.workflow))/runs?per_page=50"
        let runs = try await github.get(draft.row, path)?["workflow_runs"]?.array ?? []
        guard let run = runs.first(where: { $0["status"]?.string != "completed" }), let id = run["id"]?.int else {
            throw .failed("No run of GitHub workflow \(draft.row.workflow) is in progress.")
        }
        var execution = draft
        (execution.object, execution.seen) = (String(id), run["status"]?.string ?? "in_progress")
        return execution
    }

    func requests(_ execution: Execution, key: String) -> [HTTPRequest] {
        [github.request(.post, execution.row, "/actions/runs/\(ExecutorAPI.encode(execution.object))/cancel")]
    }

    func standing(of execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing {
        let path = "/actions/runs/\(ExecutorAPI.encode(execution.object))"
        guard let run = try await github.get(execution.row, path, orMissing: true) else {
            return .changed("run \(execution.object) does not exist any more.")
        }
        guard run["status"]?.string == "completed" else { return .open }
        let end = run["conclusion"]?.string ?? "unknown"
        return .reached("run \(execution.object) has ended (\(end))", reference: run["html_url"]?.string)
    }

    /// A run ends some seconds after its cancellation was accepted. A run that has ended meanwhile answers 409.
    func send(_ execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing? {
        _ = try await github.write(requests(execution, key: key)[0], execution.row, accepting: [202, 409])
        for _ in 0..<30 {
            if let standing = try? await standing(of: execution, key: key, since: since), standing != .open {
                return standing
            }
            guard (try? await sleep(.seconds(2))) != nil else { break }
        }
        return .unseen("GitHub accepted the cancellation of run \(execution.object); it has not ended yet")
    }
}
