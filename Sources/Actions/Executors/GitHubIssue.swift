import Basics
import HTTPClient
import OnCallModel

/// Creates a GitHub issue for a task that is left after an incident. A marker with the act's key is in its body, by which it is
/// found.
struct GitHubIssue: Executor {
    let issues: GitHubIssues
    let incident: IncidentDetail?
    let text: OutgoingText

    var missing: String? { issues.missing }

    func prepare(_ draft: Execution) async throws(ActFault) -> Execution {
        if let missing { throw .failed(missing) }
        guard draft.task != nil else {
            throw .failed("A GitHub issue needs a task: sentinel incidents follow-up \(draft.incident) K github.")
        }
        return draft
    }

    func requests(_ execution: Execution, key: String) -> [HTTPRequest] { [issues.request(draft(execution, key))] }

    private func draft(_ execution: Execution, _ key: String) -> IssueDraft {
        let task = execution.task ?? (text: "", why: "")
        return IssueDraft(
            title: "[Sentinel \(execution.incident)] " + text.gitHubLine(task.text, limit: 200),
            body: IncidentIssue.marker(key) + "\n\n"
                + text.gitHubReport(Execution.description(of: task, incident), limit: 4_000),
            labels: ["sentinel"])
    }

    func standing(of execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing {
        guard let issue = try await issues.find(marker: IncidentIssue.marker(key), since: since) else { return .open }
        return .reached("created GitHub issue #\(issue.number)", reference: issue.address)
    }

    func send(_ execution: Execution, key: String, since: Instant) async throws(ActFault) -> Standing? {
        let issue = try await issues.open(draft(execution, key))
        return .reached("created GitHub issue #\(issue.number)", reference: issue.address)
    }
}

extension Execution {
    /// The body of an issue about a task.
    static func description(of task: (text: String, why: String), _ incident: IncidentDetail?) -> String {
        let origin = incident.map { "From incident \($0.summary.id): \($0.summary.headline)" }
        return [task.text, "Reason: \(task.why)", origin].compactMap { $0 }.joined(separator: "\n\n")
    }
}
