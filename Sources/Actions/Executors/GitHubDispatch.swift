import Basics
import HTTPClient
import OnCallModel

/// Starts a GitHub workflow that stops an agent, such as a rollback.
///
/// GitHub answers without the run's id, so the workflow shows its input in its name:
/// `run-name: Stop ${{ inputs.sentinel_id }}`.
struct GitHubDispatch: Executor {
    let github: GitHubAPI
    let sleep: @Sendable (Span) async throws -> Void

    var missing: String? { github.missing }

    private func workflow(_ row: ExecutorRow) -> String { "/actions/workflows/\(ExecutorAPI.encode(row.workflow))" }
    private func input(_ row: ExecutorRow) -> String { row.input.isEmpty ? "sentinel_id" : row.input }
    private func branch(_ row: ExecutorRow) -> String { row.branch.isEmpty ? "main" : row.branch }

    func prepare(_ draft: Execution) async throws(ActFault) -> Execution {
        if let missing { throw .failed(missing) }
        var execution = draft
        execution.seen = try await state(draft.row)
        guard execution.seen == "active" else {
            throw .failed("GitHub workflow \(draft.row.workflow) is \(execution.seen).")
        }
        return execution
    }

    private func state(_ row: ExecutorRow) async throws(ActFault) -> String {
        try await github.get(row, workflow(row))?["state"]?.string ?? "unknown"
    }

    func requests(_ execution: Execution, key: String) -> [HTTPRequest] {
        let row = execution.row
        let document: JSONValue = [
            "ref": .string(branch(row)), "inputs": .fields([input(row): .string(key)] as KeyValuePairs),
        ]
        return [github.request(.post, row, "\(workflow(row))/dispatches", document)]
    }

    func standing(of execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing {
        let row = execution.row
        let from = ExecutorAPI.encode(">=\((since - .minutes(2)).iso8601Seconds)")
        let path = "\(workflow(row))/runs?event=workflow_dispatch&created=\(from)&per_page=100"
        let runs = try await github.get(row, path)?["workflow_runs"]?.array ?? []
        // A key that another one continues, such as `…/wave-1`, is a different one.
        let run = runs.first { run in
            let words = (run["display_title"]?.string ?? "").split(whereSeparator: \.isWhitespace)
            return words.contains { $0 == key }
        }
        if let run {
            return .reached(
                "\(row.name) runs (\(run["status"]?.string ?? "unknown"))", reference: run["html_url"]?.string)
        }
        let state = try await state(row)
        guard state == "active" else { return .changed("GitHub workflow \(row.workflow) is \(state).") }
        return .unseen(
            "No run of \(row.name) has \"\(key)\" in its name: check the runs, and set run-name with the input \(input(row))."
        )
    }

    /// The run is in the list after some seconds.
    func send(_ execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing? {
        _ = try await github.write(requests(execution, key: key)[0], execution.row, accepting: [200, 204])
        for _ in 0..<10 {
            if let standing = try? await standing(of: execution, key: key, since: since), case .reached = standing {
                return standing
            }
            guard (try? await sleep(.seconds(2))) != nil else { break }
        }
        return .unseen("GitHub accepted the start of \(execution.row.name); its run is not in the list")
    }
}
